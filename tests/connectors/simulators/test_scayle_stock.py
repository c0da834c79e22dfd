"""Absolute stock, ordered by `changedAt`, and what sales do to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.connectors.simulators import FixedClock, Scayle
from retoure.connectors.simulators.scayle.seed import furnish
from retoure.connectors.simulators.scayle.stock import StockWrite

STOCK = "/api/admin/v1/variants/key%3DTEE-S/stocks"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(scayle: httpx.Client) -> httpx.Client:
    """The tenant with one variant and no stock."""
    scayle.post("/_sim/variants", json={"variants": [{"sku": "TEE-S", "id": 42, "price": 1500}]})
    return scayle


def write(shop: httpx.Client, quantity: Any, changed_at: str, **fields: Any) -> httpx.Response:
    body = {"quantity": quantity, "warehouseReferenceKey": "main-warehouse", "changedAt": changed_at, **fields}
    return shop.post(STOCK, json=body)


def read(shop: httpx.Client) -> Any:
    return shop.get(STOCK).json()["entities"]


def test_a_write_sets_the_stock(shop: httpx.Client) -> None:
    answer = write(shop, 17, "2026-03-01T10:00:00+00:00", sellableWithoutStock=False)
    assert answer.status_code == 200
    assert answer.json() == {
        "quantity": 17,
        "warehouseReferenceKey": "main-warehouse",
        "changedAt": "2026-03-01T10:00:00+00:00",
        "sellableWithoutStock": False,
        "merchantReferenceKey": "default",
    }
    assert [stock["quantity"] for stock in read(shop)] == [17]
    assert shop.get("/api/admin/v1/variants/42/stocks").json() == {"entities": read(shop)}


def test_a_stale_write_succeeds_and_changes_nothing(shop: httpx.Client) -> None:
    write(shop, 17, "2026-03-01T10:00:00+00:00")
    answer = write(shop, 99, "2026-03-01T09:59:59+00:00")
    assert (answer.status_code, answer.json()["quantity"]) == (200, 17)
    assert answer.json()["changedAt"] == "2026-03-01T10:00:00+00:00"
    noted = shop.get("/_sim/books").json()["stockWrites"]
    assert [(entry["quantity"], entry["accepted"]) for entry in noted] == [(17, True), (99, False)]


def test_zones_are_compared_as_instants(shop: httpx.Client) -> None:
    write(shop, 1, "2026-03-01T10:00:00+02:00")
    assert write(shop, 2, "2026-03-01T09:00:00+00:00").json()["quantity"] == 2


@pytest.mark.parametrize(("mode", "quantity"), [("accept", 5), ("ignore", 4)])
def test_an_equal_time_is_a_switch(shop: httpx.Client, mode: str, quantity: int) -> None:
    shop.patch("/_sim/switches", json={"equal_changed_at": mode})
    write(shop, 4, "2026-03-01T10:00:00+00:00")
    assert write(shop, 5, "2026-03-01T10:00:00+00:00").json()["quantity"] == quantity


def test_a_future_time_is_a_switch(shop: httpx.Client) -> None:
    assert write(shop, 4, "2030-01-01T00:00:00+00:00").status_code == 200
    shop.patch("/_sim/switches", json={"future_changed_at": "refuse"})
    assert write(shop, 4, "2031-01-01T00:00:00+00:00").status_code == 400


@pytest.mark.parametrize("quantity", [-1, "3", None, 1.5, True])
def test_a_quantity_is_a_whole_number(shop: httpx.Client, quantity: Any) -> None:
    assert write(shop, quantity, "2026-03-01T10:00:00+00:00").status_code == 400


def test_time_and_warehouse_are_required(shop: httpx.Client) -> None:
    assert write(shop, 1, "").status_code == 400
    assert write(shop, 1, "soon").status_code == 400
    answer = write(shop, 1, "2026-03-01T10:00:00+00:00", warehouseReferenceKey="nowhere")
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (404, "WAREHOUSE_NOT_FOUND")


def test_a_discontinued_variant_is_not_found(shop: httpx.Client) -> None:
    write(shop, 3, "2026-03-01T10:00:00+00:00")
    shop.post("/_sim/variants/TEE-S/discontinue")
    for answer in (shop.get(STOCK), write(shop, 4, "2026-03-01T11:00:00+00:00")):
        assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (404, "VARIANT_NOT_FOUND")
    shop.post("/_sim/variants/TEE-S/discontinue", json={"gone": False})
    assert [stock["quantity"] for stock in read(shop)] == [3]


def test_a_sale_blocks_until_a_newer_count(shop: httpx.Client) -> None:
    write(shop, 5, "2026-03-01T10:00:00+00:00")
    shop.post(
        "/api/admin/v1/shops/ms/countries/de/orders",
        json={
            "items": [{"variant": {"referenceKey": "TEE-S"}}],
            "currencyCode": "EUR",
            "address": {"shipping": {"city": "Bremen"}},
            "customer": {"email": "nobody@shopper.example"},
        },
    )
    assert read(shop)[0]["quantity"] == 4
    write(shop, 5, "2026-03-01T11:00:00+00:00")
    assert read(shop)[0]["quantity"] == 4, "a count from before the sale keeps the blocker"
    write(shop, 5, "2026-03-02T12:00:00+00:00")
    assert read(shop)[0]["quantity"] == 5, "a count from after the sale releases it"


def test_warehouses_are_listed_and_keep_separate_stock(shop: httpx.Client) -> None:
    shop.post("/_sim/warehouses", json={"referenceKey": "second", "merchant": "partner"})
    listed = shop.get("/api/admin/v1/warehouses").json()
    assert [entry["referenceKey"] for entry in listed["entities"]] == ["main-warehouse", "second"]
    write(shop, 1, "2026-03-01T10:00:00+00:00")
    write(shop, 2, "2026-03-01T09:00:00+00:00", warehouseReferenceKey="second")
    assert [(stock["quantity"], stock["merchantReferenceKey"]) for stock in read(shop)] == [
        (1, "default"),
        (2, "partner"),
    ]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), min_size=1, max_size=12))
def test_the_newest_count_wins_in_any_order(writes: list[tuple[int, int]]) -> None:
    state = furnish(Scayle(clock=FixedClock(NOON)))
    variant = state.add_variant("TEE-S")
    for quantity, minute in writes:
        at = NOON + timedelta(minutes=minute)
        state.write_stock(StockWrite(variant.id, variant.sku, "main-warehouse", "default", quantity, at))
    newest = max(minute for _, minute in writes)
    last = [quantity for quantity, minute in writes if minute == newest][-1]
    assert [stock["quantity"] for stock in state.stocks(variant)] == [last]
