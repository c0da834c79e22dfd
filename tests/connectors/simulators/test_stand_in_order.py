"""The order made up to fit a return, and answers held against the platforms' schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from retoure.connectors.simulators import FixedClock, Reveni, order_for_return

SCHEMAS = Path(__file__).parents[3] / "schemas"
ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"


def mistakes(schema: str, name: str, value: Any) -> list[str]:
    loaded = json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))
    validator = Draft202012Validator({**loaded, "$ref": f"#/$defs/{name}"})
    return [f"{list(problem.path)}: {problem.message}" for problem in validator.iter_errors(value)]


def a_return(external_id: str, *items: dict[str, Any], currency: str = "EUR") -> dict[str, Any]:
    state = Reveni(clock=FixedClock(datetime(2026, 3, 9, 12, tzinfo=UTC)))
    made = state.create({"order": {"external_id": external_id}, "items": list(items), "currency": currency})
    return made.shown()


def test_it_has_one_shipped_item_per_unit() -> None:
    socks = {"sku": "SOCK", "quantity": 2, "price": "12.5050"}
    order = order_for_return(a_return("100307", socks, {"sku": "SHOE", "quantity": 1, "price": "119.0000"}))
    assert (order["id"], order["referenceKey"], order["currencyCode"]) == (100307, "100307", "EUR")
    assert [(item["variant"]["referenceKey"], item["price"]["withTax"], item["status"]) for item in order["items"]] == [
        ("SOCK", 1251, "delivered"),
        ("SOCK", 1251, "delivered"),
        ("SHOE", 11900, "delivered"),
    ]
    assert order["status"] == "invoice_completed"
    assert order["createdAt"] == "2026-03-02T12:00:00+00:00"
    assert order["customer"]["email"].endswith(".example")
    assert mistakes("scayle/admin-v1.json", "Order", order) == []


def test_a_text_id_becomes_a_stable_small_number() -> None:
    first, second = order_for_return(a_return("gid-7", {"sku": "A"})), order_for_return(a_return("gid-8", {"sku": "A"}))
    assert 900_000 <= first["id"] < 1_000_000
    assert first["id"] == order_for_return(a_return("gid-7", {"sku": "B"}))["id"] != second["id"]
    assert first["referenceKey"] == "gid-7"


def test_missing_price_and_sku_are_made_up() -> None:
    item = order_for_return(a_return("1", {"quantity": 1}))["items"][0]
    assert (item["price"]["withTax"], item["variant"]["referenceKey"]) == (1000, "UNKNOWN-1")


@pytest.mark.parametrize(("currency", "units"), [("EUR", 1250), ("JPY", 13), ("KWD", 12500)])
def test_prices_follow_the_smallest_unit_of_the_currency(currency: str, units: int) -> None:
    order = order_for_return(a_return("1", {"sku": "A", "price": "12.5000"}, currency=currency))
    assert (order["items"][0]["price"]["withTax"], order["currencyCode"]) == (units, currency)


def test_units_of_different_orders_have_different_ids() -> None:
    ids = [order_for_return(a_return(str(number), {"sku": "A"}))["items"][0]["id"] for number in (100, 101)]
    assert ids[0] != ids[1]


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 50)
    | st.text(max_size=8)
    | st.sampled_from(["nan", "1e9", "-3", "12.5"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
line = st.fixed_dictionaries({}, optional={"sku": anything, "quantity": anything, "price": anything})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "id": anything,
            "order": anything | st.fixed_dictionaries({"external_id": anything}),
            "currency": anything,
            "created_at": anything,
            "return_items": anything | st.lists(line, max_size=3),
        },
    )
)
def test_it_bears_any_return_and_is_always_the_same(ret: dict[str, Any]) -> None:
    order = order_for_return(ret)
    assert order == order_for_return(ret)
    assert order["id"] > 0
    assert all(isinstance(item["price"]["withTax"], int) for item in order["items"])


def test_scayle_answers_fit_the_schema(scayle: httpx.Client) -> None:
    body = {"lines": [{"sku": "A", "quantity": 2, "price": 999}], "ship": True, "referenceKey": "K"}
    order = scayle.post("/_sim/orders", json=body).json()
    entry = {"returnKey": str(order["items"][0]["id"]), "received": "2026-03-01 08:00:00"}
    scayle.post("/api/admin/v1/fulfillment/return-items", json=[entry])
    scayle.post("/_sim/stock", json={"variant": "A", "quantity": 4})
    path = f"{ORDERS}/{order['id']}"
    for name, where in (
        ("Order", path),
        ("OrderState", f"{path}/status"),
        ("OrderPage", ORDERS),
        ("InvoiceList", f"{path}/invoices"),
        ("StockList", "/api/admin/v1/variants/key%3DA/stocks"),
    ):
        assert mistakes("scayle/admin-v1.json", name, scayle.get(where).json()) == [], name


def test_reveni_answers_fit_the_schema(reveni: httpx.Client) -> None:
    items = [
        {"sku": "A", "quantity": 2, "price": "9.9900"},
        {"sku": "B", "quantity": 1, "price": "9.9900", "exchange": {"sku": "C", "quantity": 1, "price": "9.9900"}},
    ]
    body = {"order": {"external_id": "5"}, "items": items, "instant": True, "status": "received"}
    made = reveni.post("/_sim/returns", json=body).json()
    base = "/merchants/v0/stores/sim-store/returns"
    assert mistakes("reveni/merchants-v0.json", "Return", reveni.get(f"{base}/{made['id']}").json()) == []
    assert mistakes("reveni/merchants-v0.json", "ReturnPage", reveni.get(base).json()) == []
