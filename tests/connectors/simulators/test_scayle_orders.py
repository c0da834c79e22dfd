"""Reading orders and writing the little that may be written to them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx

ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"


def seeded(scayle: httpx.Client, **fields: Any) -> dict[str, Any]:
    body = {"lines": [{"sku": "TEE-S", "quantity": 2, "price": 1190}, {"sku": "BAG", "price": 5000}], **fields}
    answer = scayle.post("/_sim/orders", json=body)
    assert answer.status_code == 201
    order: dict[str, Any] = answer.json()
    return order


def test_an_item_is_one_unit_in_cents(scayle: httpx.Client) -> None:
    order = scayle.get(f"{ORDERS}/{seeded(scayle)['id']}").json()
    assert [item["variant"]["referenceKey"] for item in order["items"]] == ["TEE-S", "TEE-S", "BAG"]
    assert len({item["id"] for item in order["items"]}) == 3
    price = order["items"][0]["price"]
    assert (price["withTax"], price["withoutTax"], price["tax"]["vat"]) == (1190, 1000, {"amount": 190, "rate": 0.19})
    assert order["cost"]["withTax"] == 7380
    assert "quantity" not in order["items"][0]


def test_an_encoded_key_finds_the_order(scayle: httpx.Client) -> None:
    order = seeded(scayle, referenceKey="WEB/2026 #1")
    encoded = quote("key=WEB/2026 #1", safe="")
    assert encoded.startswith("key%3D")
    assert scayle.get(f"{ORDERS}/{encoded}").json()["id"] == order["id"]


def test_any_shop_of_the_tenant_finds_the_order(scayle: httpx.Client) -> None:
    number = seeded(scayle)["id"]
    for place in ("ms/countries/AT", "ms/countries/1002"):
        assert scayle.get(f"/api/admin/v1/shops/{place}/orders/{number}").json()["id"] == number
    assert scayle.get(f"/api/admin/v1/shops/zz/countries/de/orders/{number}").status_code == 404


def test_an_unknown_order_is_404_with_an_error_key(scayle: httpx.Client) -> None:
    answer = scayle.get(f"{ORDERS}/key%3Dnowhere")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["errorKey"] == "ORDER_NOT_FOUND"


def test_unknown_optional_fields_are_left_out(scayle: httpx.Client) -> None:
    order = seeded(scayle)
    assert "referenceKey" not in order
    assert "invoicedAt" not in order
    assert "returnedAt" not in order["items"][0]
    assert order["detailedStatus"]["shipping"] == {"code": "shipping_ordered", "name": "Versand beauftragt"}


def test_extra_fields_can_be_switched_off(scayle: httpx.Client) -> None:
    number = seeded(scayle)["id"]
    assert "checkoutGeneration" in scayle.get(f"{ORDERS}/{number}").json()
    scayle.patch("/_sim/switches", json={"extra_fields": False})
    assert "checkoutGeneration" not in scayle.get(f"{ORDERS}/{number}").json()


def test_countries_differ_between_shop_and_address(scayle: httpx.Client) -> None:
    order = seeded(scayle, countryCode="AT")
    assert order["shopCountry"]["countryCode"] == "AT"
    assert order["address"]["shipping"]["countryCode"] == "AUT"


def test_custom_data_is_shown_only_when_asked_for(scayle: httpx.Client) -> None:
    order = seeded(scayle, legacyCustomData={"a": 1})
    path, unit = f"{ORDERS}/{order['id']}", order["items"][0]["id"]
    assert scayle.put(f"{path}/items/{unit}/legacy-custom-data", json={"u": 1}).json()["legacyCustomData"] == {"u": 1}
    plain = scayle.get(path).json()
    assert "legacyCustomData" not in plain
    assert "legacyCustomData" not in plain["items"][0]
    shown = scayle.get(path, params={"with": "legacyCustomData,items.legacyCustomData"}).json()
    assert (shown["legacyCustomData"], shown["items"][0]["legacyCustomData"]) == ({"a": 1}, {"u": 1})


def test_writing_custom_data_replaces_all_of_it(scayle: httpx.Client) -> None:
    number = seeded(scayle, referenceKey="K1", legacyCustomData={"a": 1, "b": 2})["id"]
    assert scayle.put(f"{ORDERS}/key%3DK1/legacy-custom-data", json={"c": 3}).status_code == 204
    shown = scayle.get(f"{ORDERS}/{number}", params={"with": "legacyCustomData"}).json()
    assert shown["legacyCustomData"] == {"c": 3}
    writes = scayle.get("/_sim/books").json()["customDataWrites"]
    assert [(entry["orderId"], entry["orderItemId"], entry["data"]) for entry in writes] == [(number, None, {"c": 3})]


def test_two_paths_take_numeric_ids_only(scayle: httpx.Client) -> None:
    order = seeded(scayle, referenceKey="K1")
    unit = order["items"][0]["id"]
    assert scayle.put(f"{ORDERS}/key%3DK1/reference-key", json={"referenceKey": "K2"}).status_code == 400
    assert scayle.put(f"{ORDERS}/key%3DK1/items/{unit}/legacy-custom-data", json={}).status_code == 400
    assert scayle.put(f"{ORDERS}/{order['id']}/items/999/legacy-custom-data", json={}).status_code == 404


def test_a_reference_key_moves_and_stays_unique(scayle: httpx.Client) -> None:
    first, second = seeded(scayle, referenceKey="K1")["id"], seeded(scayle)["id"]
    assert scayle.put(f"{ORDERS}/{second}/reference-key", json={"referenceKey": "K1"}).status_code == 409
    assert scayle.put(f"{ORDERS}/{first}/reference-key", json={"referenceKey": "K2"}).json()["referenceKey"] == "K2"
    assert scayle.get(f"{ORDERS}/key%3DK1").status_code == 404
    assert scayle.put(f"{ORDERS}/{second}/reference-key", json={"referenceKey": "K1"}).status_code == 200
    assert scayle.put(f"{ORDERS}/{second}/reference-key", json={}).status_code == 400


def test_the_status_poll_answers_statuses_only(scayle: httpx.Client) -> None:
    number = seeded(scayle, ship=True)["id"]
    answer = scayle.get(f"{ORDERS}/{number}/status").json()
    assert set(answer) == {"status", "detailedStatus"}
    assert (answer["status"], answer["detailedStatus"]["billing"]["code"]) == ("invoice_completed", "billing_completed")


def test_a_billing_override_records_and_moves_no_money(scayle: httpx.Client) -> None:
    order = seeded(scayle, ship=True)
    unit = order["items"][2]["id"]
    body = {"code": "billing_partially_refunded", "reason": "paid", "items": [{"id": unit, "code": "billing_refunded"}]}
    answer = scayle.patch(f"{ORDERS}/{order['id']}/billing-status", json=body).json()
    assert answer["detailedStatus"]["billing"]["code"] == "billing_partially_refunded"
    books = scayle.get("/_sim/books").json()
    assert books["refunds"] == []
    entry = books["billingOverrides"][0]
    assert (entry["orderId"], entry["reason"], entry["items"]) == (order["id"], "paid", body["items"])


def test_a_billing_override_refuses_unknown_codes_and_foreign_items(scayle: httpx.Client) -> None:
    path = f"{ORDERS}/{seeded(scayle, ship=True)['id']}/billing-status"
    assert scayle.patch(path, json={"code": "refunded"}).status_code == 400
    foreign = {"code": "billing_refunded", "items": [{"id": 1, "code": "billing_refunded"}]}
    assert scayle.patch(path, json=foreign).status_code == 400
    assert scayle.get("/_sim/books").json()["billingOverrides"] == []


def test_a_repeated_billing_override_is_a_switch(scayle: httpx.Client) -> None:
    path = f"{ORDERS}/{seeded(scayle, ship=True)['id']}/billing-status"
    assert [scayle.patch(path, json={"code": "billing_refunded"}).status_code for _ in "ab"] == [200, 200]
    scayle.patch("/_sim/switches", json={"billing_override_repeated": "conflict"})
    assert scayle.patch(path, json={"code": "billing_refunded"}).status_code == 409


def test_orders_are_listed_in_pages(scayle: httpx.Client) -> None:
    numbers = [seeded(scayle)["id"] for _ in range(3)]
    seeded(scayle, countryCode="AT")
    first = scayle.get(ORDERS, params={"limit": 2}).json()
    rest = scayle.get(ORDERS, params={"limit": 2, "cursor": first["cursor"]["next"]}).json()
    assert [order["id"] for order in first["entities"] + rest["entities"]] == numbers
    assert rest["cursor"] == {"next": None}


def test_the_list_filters_by_id(scayle: httpx.Client) -> None:
    numbers = [seeded(scayle)["id"] for _ in range(3)]

    def listed(**query: str) -> list[int]:
        return [order["id"] for order in scayle.get(ORDERS, params=query).json()["entities"]]

    assert listed(**{"filters[minId]": str(numbers[1])}) == numbers[1:]
    assert listed(**{"filters[maxId]": str(numbers[0])}) == numbers[:1]
    assert listed(**{"filters[id]": f"{numbers[0]},{numbers[2]}"}) == [numbers[0], numbers[2]]
    assert scayle.get(ORDERS, params={"limit": "0"}).status_code == 400
    assert scayle.get(ORDERS, params={"cursor": "later"}).status_code == 400


def test_invoices_are_listed_without_amounts(scayle: httpx.Client) -> None:
    number = seeded(scayle, ship=True)["id"]
    found = scayle.get(f"{ORDERS}/{number}/invoices").json()["entities"]
    assert [invoice["type"] for invoice in found] == ["invoice"]
    assert set(found[0]) == {"id", "createdAt", "type", "available", "invoice"}
