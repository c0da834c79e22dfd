"""Creating orders through the Admin API, as an exchange needs it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"


@pytest.fixture
def shop(scayle: httpx.Client) -> httpx.Client:
    """The tenant with two pieces of one variant and none of another."""
    variants = [
        {"sku": "TEE-M", "price": 1500, "stock": {"main-warehouse": 2}},
        {"sku": "TEE-L", "price": 1500, "stock": {"main-warehouse": 0}},
    ]
    scayle.post("/_sim/variants", json={"variants": variants})
    return scayle


def body(*skus: str, **fields: Any) -> dict[str, Any]:
    return {
        "items": [{"variant": {"referenceKey": sku}, "price": {"withTax": 1190}} for sku in skus],
        "currencyCode": "EUR",
        "address": {"shipping": {"city": "Bremen"}},
        "customer": {"email": "nobody@shopper.example"},
        **fields,
    }


def test_an_order_is_made_and_booked(shop: httpx.Client) -> None:
    answer = shop.post(ORDERS, json=body("TEE-M", "TEE-M", referenceKey="EX-1", legacyCustomData={"return": "r1"}))
    assert answer.status_code == 201
    order = answer.json()
    assert (order["referenceKey"], order["status"], len(order["items"])) == ("EX-1", "payment_reserved", 2)
    assert [item["price"]["withTax"] for item in order["items"]] == [1190, 1190]
    entry = shop.get("/_sim/books").json()["ordersCreated"][0]
    assert (entry["id"], entry["referenceKey"], entry["customData"]) == (order["id"], "EX-1", {"return": "r1"})
    assert shop.get(f"{ORDERS}/key%3DEX-1").json()["id"] == order["id"]


def test_the_catalogue_price_stands_in_for_a_missing_one(shop: httpx.Client) -> None:
    items = [{"variant": {"referenceKey": "TEE-M"}}]
    order = shop.post(ORDERS, json=body(items=items)).json()
    assert order["items"][0]["price"]["withTax"] == 1500


def test_the_same_key_twice_is_a_conflict(shop: httpx.Client) -> None:
    assert shop.post(ORDERS, json=body("TEE-M", referenceKey="EX-1")).status_code == 201
    answer = shop.post(ORDERS, json=body("TEE-M", referenceKey="EX-1"))
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (409, "REFERENCE_KEY_EXISTS")
    assert len(shop.get("/_sim/books").json()["ordersCreated"]) == 1


def test_an_ignored_key_lets_a_repeat_make_a_second_order(shop: httpx.Client) -> None:
    shop.patch("/_sim/switches", json={"order_create_honours_reference_key": False})
    made = [shop.post(ORDERS, json=body("TEE-M", referenceKey="EX-1")).json() for _ in range(2)]
    assert made[0]["id"] != made[1]["id"]
    assert all("referenceKey" not in order for order in made)


def test_sold_out_is_refused_and_can_be_switched(shop: httpx.Client) -> None:
    answer = shop.post(ORDERS, json=body("TEE-L"))
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (409, "OUT_OF_STOCK")
    assert answer.json()["errors"][0]["context"] == {"sku": "TEE-L"}
    shop.patch("/_sim/switches", json={"order_create_out_of_stock": 400})
    assert shop.post(ORDERS, json=body("TEE-L")).status_code == 400
    shop.patch("/_sim/switches", json={"order_create_needs_stock": False})
    assert shop.post(ORDERS, json=body("TEE-L")).status_code == 201


def test_stock_is_counted_over_all_items_of_the_call(shop: httpx.Client) -> None:
    assert shop.post(ORDERS, json=body("TEE-M", "TEE-M", "TEE-M")).status_code == 409
    assert shop.post(ORDERS, json=body("TEE-M", "TEE-M")).status_code == 201
    assert shop.post(ORDERS, json=body("TEE-M")).status_code == 409


def test_an_unknown_or_discontinued_variant_is_not_found(shop: httpx.Client) -> None:
    shop.post("/_sim/variants/TEE-M/discontinue")
    for sku in ("TEE-M", "NEVER"):
        answer = shop.post(ORDERS, json=body("TEE-M" if sku == "TEE-M" else sku))
        assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (404, "VARIANT_NOT_FOUND")


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": []},
        {"items": None},
        {"currencyCode": None},
        {"address": None},
        {"customer": "somebody"},
        {"items": [{"price": {"withTax": 5}}]},
        {"items": [{"variant": {"referenceKey": "TEE-M"}, "price": {"withTax": "11.90"}}]},
        {"items": [{"variant": {"referenceKey": "TEE-M"}, "price": {"withTax": -1}}]},
    ],
)
def test_an_incomplete_order_is_400(shop: httpx.Client, wrong: dict[str, Any]) -> None:
    answer = shop.post(ORDERS, json=body("TEE-M", **wrong))
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (400, "validation_error")
    assert shop.get("/_sim/books").json()["ordersCreated"] == []


def test_what_is_required_is_a_switch(shop: httpx.Client) -> None:
    shop.patch("/_sim/switches", json={"order_create_required": ["items"]})
    answer = shop.post(ORDERS, json={"items": [{"variant": {"referenceKey": "TEE-M"}}]})
    assert (answer.status_code, answer.json()["currencyCode"]) == (201, "EUR")


@pytest.mark.parametrize(
    ("code", "status"), [("order_confirmed", "payment_reserved"), ("order_imported", "order_open")]
)
def test_the_state_of_a_new_order_is_a_switch(shop: httpx.Client, code: str, status: str) -> None:
    shop.patch("/_sim/switches", json={"created_order_code": code})
    order = shop.post(ORDERS, json=body("TEE-M")).json()
    assert (order["status"], order["detailedStatus"]["order"]["code"]) == (status, code)


def test_a_created_order_can_be_shipped_and_returned(shop: httpx.Client) -> None:
    order = shop.post(ORDERS, json=body("TEE-M")).json()
    unit = order["items"][0]["id"]
    shop.post(f"/_sim/orders/{order['id']}/ship")
    entry = {"returnKey": str(unit), "received": "2026-03-02 09:00:00"}
    assert shop.post("/api/admin/v1/fulfillment/return-items", json=[entry]).status_code == 204
    assert shop.get("/_sim/books").json()["refunds"][0]["amount"] == 1190
