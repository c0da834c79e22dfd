"""Calls that once broke a simulator, found by trying whatever its description allows."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest

BASE = "/api/admin/v1"
ORDERS = f"{BASE}/shops/ms/countries/de/orders"
PRODUCERS = f"{BASE}/webhooks/producers/orders/subscriptions"
ODD_NUMBERS = ("³", "١٢", "9" * 5000, "1e3", "-1")


@pytest.mark.parametrize("odd", ODD_NUMBERS)
@pytest.mark.parametrize("path", ["webhooks/subscriptions", "bulk-requests", "webhooks/producers/x/subscriptions"])
def test_what_looks_like_a_number_and_is_none(scayle: httpx.Client, path: str, odd: str) -> None:
    place = f"{BASE}/{path}/{quote(odd)}"
    answer = scayle.get(f"{place}/status") if path == "bulk-requests" else scayle.delete(place)
    assert answer.status_code == 404


@pytest.mark.parametrize("odd", ODD_NUMBERS)
def test_filters_that_are_no_numbers(scayle: httpx.Client, reveni: httpx.Client, odd: str) -> None:
    assert scayle.get(ORDERS, params={"filters[id]": odd}).json()["entities"] == []
    assert scayle.get(ORDERS, params={"filters[minId]": odd}).status_code == 400
    assert scayle.get(f"{ORDERS}/{quote(odd)}").status_code == 404
    assert reveni.get("/merchants/v0/stores/sim-store/returns", params={"page": odd}).status_code == 400


@pytest.mark.parametrize(("name", "value"), [("rpm", {}), ("rpm", True), ("auth", "secret"), ("enabled", "yes")])
def test_a_subscription_of_wrong_types(scayle: httpx.Client, name: str, value: object) -> None:
    body = {"eventName": "order-invoiced", "url": "https://retoure.example/hook"}
    assert scayle.post(PRODUCERS, json={**body, name: value}).status_code == 400


def test_what_the_platform_says_of_a_subscription_cannot_be_sent(scayle: httpx.Client) -> None:
    body = {"eventName": "order-invoiced", "url": "https://retoure.example/hook"}
    made = scayle.post(PRODUCERS, json={**body, "id": "mine", "suspendedUntil": 5, "disabledReason": 7})
    assert (made.status_code, made.json()["disabledReason"], "suspendedUntil" in made.json()) == (201, None, False)
    assert isinstance(made.json()["id"], int)


@pytest.mark.parametrize("odd", [[], {}, 5, True])
def test_fields_of_another_type_at_scayle(scayle: httpx.Client, odd: object) -> None:
    held = scayle.post("/_sim/orders", json={"lines": [{"sku": "TEE-S"}]}).json()
    stock = {"quantity": 1, "warehouseReferenceKey": "main-warehouse", "changedAt": "2026-03-01T10:00:00+00:00"}
    item = {"variant": {"referenceKey": "TEE-S"}}
    order = {"items": [item], "currencyCode": "EUR", "address": held["address"], "customer": held["customer"]}
    hook = {"event": "order-invoiced", "url": "https://retoure.example/hook"}
    tried = {
        "merchant of a stock": scayle.post(f"{BASE}/variants/501/stocks", json={**stock, "merchantReferenceKey": odd}),
        "day of a stock": scayle.post(f"{BASE}/variants/501/stocks", json={**stock, "expectedAvailabilityAt": odd}),
        "payment": scayle.post(ORDERS, json={**order, "payment": [odd]}),
        "merchant": scayle.post(ORDERS, json={**order, "items": [{**item, "merchant": {"referenceKey": odd}}]}),
        "filter": scayle.post(
            f"{BASE}/webhooks/subscriptions", json={**hook, "filters": [{"merchantReferenceKeys": odd}]}
        ),
        "merchants of a filter": scayle.post(
            f"{BASE}/webhooks/subscriptions",
            json={**hook, "filters": [{"merchantReferenceKeys": {"include": [odd]}}]},
        ),
        "items": scayle.patch(
            f"{ORDERS}/{held['id']}/billing-status", json={"code": "billing_refunded", "items": [odd]}
        ),
        "voucher": scayle.post(f"{BASE}/shops/ms/countries/DE/vouchers", json={"code": "X", "type": odd, "value": 1}),
        "reservation": scayle.post(f"{BASE}/reservations", json=[{"referenceKey": "r", "variant": odd}]),
        "operation": scayle.post(f"{BASE}/variants/stocks/bulk-requests", json={"operations": [{"key": odd}]}),
    }
    broken = {what: answer.status_code for what, answer in tried.items() if answer.status_code >= 500}
    assert broken == {}
    if odd:
        reserved = tried.pop("reservation").json()["entities"]
        assert [entry["error"]["errorKey"] for entry in reserved] == ["validation_error"]
        assert {answer.status_code for answer in tried.values()} == {400}
    shipped = scayle.post(f"/_sim/orders/{held['id']}/ship")
    assert shipped.status_code == 200, "an event breaks on a filter that was taken"


@pytest.mark.parametrize("odd", [[], {}, 5, True])
def test_fields_of_another_type_at_reveni(reveni: httpx.Client, odd: object) -> None:
    store = "/merchants/v0/stores/sim-store"
    line = {"sku": "A", "quantity": 1}
    tried = {
        "sku": reveni.post(f"{store}/returns", json={"order": {"external_id": "1"}, "items": [{**line, "sku": odd}]}),
        "sku of the order": reveni.post(
            f"{store}/returns", json={"order": {"external_id": "1", "items": [{"sku": odd}]}, "items": [line]}
        ),
        "exchange": reveni.post(
            f"{store}/returns", json={"order": {"external_id": "1"}, "items": [{**line, "exchange": odd}]}
        ),
        "events": reveni.post(f"{store}/webhooks", json={"url": "https://retoure.example", "event_types": [odd]}),
    }
    assert {what: answer.status_code for what, answer in tried.items() if answer.status_code == 500} == {}
