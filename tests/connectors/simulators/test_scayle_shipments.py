"""Shipments, cancellations, and orders nobody ships."""

from __future__ import annotations

from typing import Any

import httpx

ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"
SHIP = "/api/admin/v1/fulfillment/shipments"
CANCEL = "/api/admin/v1/fulfillment/cancellations"


def seeded(scayle: httpx.Client, quantity: int = 2) -> dict[str, Any]:
    order: dict[str, Any] = scayle.post("/_sim/orders", json={"lines": [{"sku": "TEE-S", "quantity": quantity}]}).json()
    return order


def shipment(order: dict[str, Any], keys: dict[int, str], **fields: Any) -> dict[str, Any]:
    items = [{"orderItemId": number, "returnKey": key} for number, key in keys.items()]
    return {
        "shopKey": "ms",
        "countryCode": "de",
        "orderId": order["id"],
        "shipmentKey": "PARCEL-1",
        "carrier": "DHL",
        "deliveryDate": "2026-03-01T09:00:00+00:00",
        "items": items,
        "returnIdentCode": "IDENT-1",
        **fields,
    }


def test_a_parcel_over_some_units_invoices_a_part(scayle: httpx.Client) -> None:
    order = seeded(scayle)
    first, second = (item["id"] for item in order["items"])
    assert scayle.post(SHIP, json=shipment(order, {first: "rk-1"})).status_code == 204
    shown = scayle.get(f"{ORDERS}/{order['id']}").json()
    assert (shown["status"], shown["detailedStatus"]["order"]["code"]) == (
        "invoice_partially_completed",
        "order_shipped",
    )
    assert [item["status"] for item in shown["items"]] == ["delivered", "available"]
    assert shown["packages"][0]["shipmentKey"] == "PARCEL-1"
    assert shown["packages"][0]["id"] == shown["items"][0]["packageId"]
    scayle.post(SHIP, json=shipment(order, {second: "rk-2"}, shipmentKey="PARCEL-2"))
    kinds = [entry["type"] for entry in scayle.get(f"{ORDERS}/{order['id']}/invoices").json()["entities"]]
    assert kinds == ["partial_invoice", "invoice"]
    assert "invoicedAt" in scayle.get(f"{ORDERS}/{order['id']}").json()


def test_return_keys_are_kept_but_not_shown(scayle: httpx.Client) -> None:
    order = seeded(scayle, 1)
    scayle.post(SHIP, json=shipment(order, {order["items"][0]["id"]: "secret-key"}))
    assert "secret-key" not in scayle.get(f"{ORDERS}/{order['id']}").text
    assert scayle.get("/_sim/books").json()["shipments"][0]["returnKey"] == "secret-key"


def test_shipping_twice_is_a_conflict_unless_switched(scayle: httpx.Client) -> None:
    order = seeded(scayle, 1)
    body = shipment(order, {order["items"][0]["id"]: "rk"})
    assert [scayle.post(SHIP, json=body).status_code for _ in range(2)] == [204, 409]
    scayle.patch("/_sim/switches", json={"already_shipped": "accept"})
    assert scayle.post(SHIP, json=body).status_code == 204
    assert len(scayle.get("/_sim/books").json()["shipments"]) == 1


def test_a_return_key_belongs_to_one_unit(scayle: httpx.Client) -> None:
    one, two = seeded(scayle, 1), seeded(scayle, 1)
    assert scayle.post(SHIP, json=shipment(one, {one["items"][0]["id"]: "rk"})).status_code == 204
    assert scayle.post(SHIP, json=shipment(two, {two["items"][0]["id"]: "rk"})).status_code == 409


def test_a_wrong_shipment_is_refused(scayle: httpx.Client) -> None:
    order = seeded(scayle, 1)
    good = shipment(order, {order["items"][0]["id"]: "rk"})
    assert scayle.post(SHIP, json={**good, "orderId": 5}).status_code == 404
    assert scayle.post(SHIP, json={**good, "orderId": "5"}).status_code == 400
    assert scayle.post(SHIP, json={**good, "shopKey": "zz"}).status_code == 404
    assert scayle.post(SHIP, json={**good, "items": []}).status_code == 400
    assert scayle.post(SHIP, json={**good, "items": [{"orderItemId": 1, "returnKey": "x"}]}).status_code == 404
    assert scayle.post(SHIP, json={name: good[name] for name in good if name != "carrier"}).status_code == 400
    assert scayle.get("/_sim/books").json()["shipments"] == []


def test_shipping_by_hand_takes_prefix_keys_and_items(scayle: httpx.Client) -> None:
    order = seeded(scayle, 3)
    first, second, third = (item["id"] for item in order["items"])
    path = f"/_sim/orders/{order['id']}/ship"
    answer = scayle.post(
        path, json={"items": [first, second], "returnKeyPrefix": "P-", "returnKeys": {str(first): "own"}}
    )
    assert answer.json()["returnKeys"] == {str(first): "own", str(second): f"P-{second}"}
    assert scayle.post(path).json()["returnKeys"][str(third)] == str(third)


def test_cancelling_every_unit_cancels_the_order(scayle: httpx.Client) -> None:
    order = seeded(scayle)
    body = {"shopKey": "ms", "countryCode": "DE", "orderId": order["id"]}
    for item in order["items"]:
        assert scayle.post(CANCEL, json={**body, "items": [{"orderItemId": item["id"]}]}).status_code == 204
    shown = scayle.get(f"{ORDERS}/{order['id']}").json()
    assert shown["status"] == "cancellation_completed"
    assert shown["detailedStatus"]["shipping"]["code"] == "shipping_cancelled"
    assert all("cancelledAt" in item for item in shown["items"])


def test_after_two_weeks_without_a_parcel_the_order_is_closed(scayle: httpx.Client) -> None:
    order = seeded(scayle)
    scayle.post("/_sim/clock", json={"advance_seconds": 13 * 86400})
    assert scayle.get(f"{ORDERS}/{order['id']}/status").json()["status"] == "payment_reserved"
    scayle.post("/_sim/clock", json={"advance_seconds": 86400 + 1})
    codes = scayle.get(f"{ORDERS}/{order['id']}/status").json()["detailedStatus"]
    assert codes["order"]["code"] == "order_shipped"
