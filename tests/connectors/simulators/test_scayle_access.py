"""Tokens, permissions, rate limits and the shape of errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ...plain import PLAIN

ORDERS = "/api/admin/v1/shops/ms/countries/de/orders"
RETURN = "/api/admin/v1/fulfillment/return-items"


@pytest.mark.parametrize("token", [None, "", "wrong", "sim-token-2"])
def test_without_the_token_nothing_is_answered(scayle: httpx.Client, token: str | None) -> None:
    headers = {} if token is None else {"X-Access-Token": token}
    answer = httpx.get(f"{scayle.base_url}{ORDERS}", headers=headers, trust_env=False, verify=PLAIN)
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (401, "UNAUTHORIZED")
    assert "X-RateLimit-Limit" not in answer.headers


def test_a_token_may_be_narrowed_to_scopes(scayle: httpx.Client) -> None:
    scayle.put("/_sim/tokens", json={"sim-token": ["ordersWrite"]})
    assert scayle.get(ORDERS).status_code == 200, "write includes read"
    assert scayle.get("/api/admin/v1/warehouses").status_code == 403
    scayle.put("/_sim/tokens", json={"sim-token": ["ordersRead"]})
    answer = scayle.post(ORDERS, json={})
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (403, "FORBIDDEN")


def test_tokens_can_be_rotated(scayle: httpx.Client) -> None:
    scayle.put("/_sim/tokens", json={"new": None})
    assert scayle.get(ORDERS).status_code == 401
    assert scayle.get(ORDERS, headers={"X-Access-Token": "new"}).status_code == 200


def limits(answer: httpx.Response) -> tuple[str, ...]:
    return tuple(answer.headers[f"X-RateLimit-{name}"] for name in ("Scope", "Limit", "Remaining", "Reset"))


def test_every_answer_carries_its_limit(scayle: httpx.Client) -> None:
    assert limits(scayle.get(ORDERS)) == ("ordersRead", "1000", "999", "60")
    scayle.post("/_sim/clock", json={"advance_seconds": 25})
    assert limits(scayle.get(f"{ORDERS}/5")) == ("ordersRead", "1000", "998", "35")


def test_an_exceeded_limit_is_429_until_the_minute_is_over(scayle: httpx.Client) -> None:
    scayle.put("/_sim/limits", json={"fulfillmentWrite": 2})
    statuses = [scayle.post(RETURN, json=[]).status_code for _ in range(3)]
    assert statuses == [400, 400, 429]
    answer = scayle.post(RETURN, json=[])
    assert limits(answer) == ("fulfillmentWrite", "2", "0", "60")
    assert "Retry-After" not in answer.headers
    assert answer.json() == {
        "errors": [
            {
                "errorKey": "RATE_LIMIT_EXCEED",
                "message": "The request rate limit exceeded. Please try again later.",
                "context": {},
            }
        ]
    }
    scayle.post("/_sim/clock", json={"advance_seconds": 60})
    assert scayle.post(RETURN, json=[]).status_code == 400


def test_scopes_are_counted_apart(scayle: httpx.Client) -> None:
    scayle.put("/_sim/limits", json={"ordersRead": 1})
    assert [scayle.get(ORDERS).status_code for _ in range(2)] == [200, 429]
    assert scayle.post(ORDERS, json={}).status_code == 400
    assert scayle.get("/api/admin/v1/warehouses").status_code == 200


def test_the_context_of_an_error_is_an_object_or_a_list(scayle: httpx.Client) -> None:
    def context(answer: httpx.Response) -> Any:
        return answer.json()["errors"][0]["context"]

    assert context(scayle.post(RETURN, json=[])) == []
    assert context(scayle.post(RETURN, json=[{}])) == {"field": "returnKey"}
    assert context(scayle.get(f"{ORDERS}/5")) == {}


def test_wrong_paths_methods_and_bodies_are_errors_too(scayle: httpx.Client) -> None:
    assert scayle.get("/api/admin/v1/returns").json()["errors"][0]["errorKey"] == "NOT_FOUND"
    assert scayle.delete(RETURN).status_code == 405
    answer = scayle.post(RETURN, content=b"[{")
    assert (answer.status_code, answer.json()["errors"][0]["errorKey"]) == (400, "validation_error")


def test_an_unknown_switch_is_refused_by_name(scayle: httpx.Client) -> None:
    answer = scayle.patch("/_sim/switches", json={"restok": True})
    assert answer.status_code == 400
    assert "restok" in answer.json()["error"]
    assert scayle.patch("/_sim/switches", json={"already_returned": "maybe"}).status_code == 400
    assert scayle.patch("/_sim/switches", json={"unknown_return_key": "404"}).status_code == 400


def test_replacing_switches_puts_the_others_back(scayle: httpx.Client) -> None:
    scayle.patch("/_sim/switches", json={"restock_on_return": True})
    shown = scayle.put("/_sim/switches", json={"unknown_return_key": 400}).json()
    assert (shown["unknown_return_key"], shown["restock_on_return"]) == (400, False)
    assert scayle.get("/_sim/switches").json() == shown


def test_time_does_not_run_backwards(scayle: httpx.Client) -> None:
    before = scayle.get("/_sim/clock").json()
    assert scayle.post("/_sim/clock", json={"advance_seconds": -1}).status_code == 400
    assert scayle.get("/_sim/clock").json() == before


def test_an_admin_body_that_lacks_something_is_400(scayle: httpx.Client) -> None:
    answer = scayle.post("/_sim/orders", json={})
    assert (answer.status_code, "lines" in answer.json()["error"]) == (400, True)
    assert scayle.get("/_sim/health").json() == {"ok": True}


def test_another_shop_can_be_added(scayle: httpx.Client) -> None:
    scayle.post("/_sim/shops", json={"shopKey": "zz", "countryCode": "es", "currencyCode": "EUR"})
    order = scayle.post("/_sim/orders", json={"lines": [{"sku": "A"}], "shopKey": "zz", "countryCode": "ES"}).json()
    assert order["shopCountry"]["shopKey"] == "zz"
    body = {"shopKey": "ms", "countryCode": "DE", "orderId": order["id"], "items": [{"orderItemId": 1}]}
    assert scayle.post("/api/admin/v1/fulfillment/cancellations", json=body).status_code == 400
