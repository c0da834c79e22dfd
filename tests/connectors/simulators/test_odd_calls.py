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
