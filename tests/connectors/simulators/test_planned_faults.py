"""Planned faults, above all the dangerous one: the effect happened, the answer was lost."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

RETURN = "/api/admin/v1/fulfillment/return-items"
WAREHOUSES = "/api/admin/v1/warehouses"


def plan(client: httpx.Client, kind: str, **fields: Any) -> int:
    answer = client.post("/_sim/faults", json={"kind": kind, **fields})
    assert answer.status_code == 201
    return int(answer.json()["id"])


def unit(scayle: httpx.Client) -> list[dict[str, str]]:
    order = scayle.post("/_sim/orders", json={"lines": [{"sku": "TEE-S", "price": 1999}], "ship": True}).json()
    return [{"returnKey": str(order["items"][0]["id"]), "received": "2026-03-01 08:30:00"}]


def refunds(scayle: httpx.Client) -> int:
    return len(scayle.get("/_sim/books").json()["refunds"])


def test_a_timeout_after_the_effect_leaves_the_refund_in_the_books(scayle: httpx.Client) -> None:
    body = unit(scayle)
    plan(scayle, "timeout_after", method="POST", path="return-items$")
    with pytest.raises(httpx.ReadTimeout):
        scayle.post(RETURN, json=body, timeout=0.5)
    assert refunds(scayle) == 1
    assert scayle.post(RETURN, json=body).status_code == 204
    assert refunds(scayle) == 1


def test_a_timeout_before_leaves_nothing(scayle: httpx.Client) -> None:
    body = unit(scayle)
    plan(scayle, "timeout_before", path="return-items$")
    with pytest.raises(httpx.ReadTimeout):
        scayle.post(RETURN, json=body, timeout=0.3)
    assert refunds(scayle) == 0


def test_a_timeout_ends_by_itself_with_a_closed_line(scayle: httpx.Client) -> None:
    plan(scayle, "timeout_before", seconds=0.1)
    with pytest.raises(httpx.RemoteProtocolError):
        scayle.get(WAREHOUSES)


def test_a_dropped_connection_after_the_effect(scayle: httpx.Client) -> None:
    body = unit(scayle)
    plan(scayle, "drop_after", path="return-items$")
    with pytest.raises(httpx.RemoteProtocolError):
        scayle.post(RETURN, json=body)
    assert refunds(scayle) == 1


def test_a_late_call_acts_after_its_caller_has_gone(scayle: httpx.Client) -> None:
    body = unit(scayle)
    plan(scayle, "late", method="POST", path="return-items$", seconds=0.3)
    with pytest.raises(httpx.ReadTimeout):
        scayle.post(RETURN, json=body, timeout=0.1)
    assert refunds(scayle) == 0
    deadline = time.monotonic() + 10
    while not refunds(scayle):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert scayle.post(RETURN, json=body).status_code == 204
    assert refunds(scayle) == 1


def test_a_status_keeps_the_platforms_shape(scayle: httpx.Client, reveni: httpx.Client) -> None:
    plan(scayle, "status", status=500)
    answer = scayle.get(WAREHOUSES)
    assert (answer.status_code, list(answer.json())) == (500, ["errors"])
    plan(reveni, "status", status=429, headers={"Retry-After": "12"})
    answer = reveni.get("/merchants/v0/stores/sim-store/returns")
    assert (answer.status_code, list(answer.json()), answer.headers["Retry-After"]) == (429, ["detail"], "12")


def test_a_planned_429_tells_the_wait(scayle: httpx.Client) -> None:
    plan(scayle, "status", status=429)
    answer = scayle.get(WAREHOUSES)
    assert (answer.json()["errors"][0]["errorKey"], answer.headers["X-RateLimit-Reset"]) == ("RATE_LIMIT_EXCEED", "1")


def test_a_gateway_answers_html(scayle: httpx.Client) -> None:
    plan(scayle, "html_502")
    answer = scayle.get(WAREHOUSES)
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_an_outage_lasts_until_cleared_and_spares_the_admin_api(scayle: httpx.Client) -> None:
    number = plan(scayle, "status", status=503, times=None)
    assert [scayle.get(WAREHOUSES).status_code for _ in range(3)] == [503, 503, 503]
    assert scayle.get("/_sim/faults").json()["faults"][0]["hits"] == 3
    assert scayle.delete(f"/_sim/faults/{number}").json() == {"removed": 1}
    assert scayle.get(WAREHOUSES).status_code == 200


def test_a_fault_strikes_by_method_path_and_count(scayle: httpx.Client) -> None:
    plan(scayle, "status", method="get", path="/warehouses", times=1, skip=1)
    assert scayle.get("/api/admin/v1/webhooks/events").status_code == 200
    assert scayle.post(RETURN, json=[]).status_code == 400
    assert [scayle.get(WAREHOUSES).status_code for _ in range(3)] == [200, 503, 200]


def test_clearing_all_and_wrong_plans(scayle: httpx.Client) -> None:
    plan(scayle, "status", times=None)
    plan(scayle, "html_502", times=None)
    assert scayle.delete("/_sim/faults").json() == {"removed": 2}
    for wrong in ({"kind": "meteor"}, {"kind": "status", "colour": 1}, {"kind": "status", "path": "("}, None):
        assert scayle.post("/_sim/faults", json=wrong).status_code == 400
    assert scayle.get("/_sim/faults").json() == {"faults": []}
    assert scayle.get(WAREHOUSES).status_code == 200


@pytest.mark.parametrize(("kind", "done"), [("timeout_after", True), ("timeout_before", False)])
def test_a_lost_verdict_answer_at_reveni(reveni: httpx.Client, kind: str, done: bool) -> None:
    items = [{"sku": "TEE-S", "quantity": 1, "price": "39.9900"}]
    body = {"order": {"external_id": "1"}, "items": items, "status": "received"}
    made = reveni.post("/_sim/returns", json=body).json()
    path = f"/merchants/v0/stores/sim-store/returns/{made['id']}"
    plan(reveni, kind, path="partial_validate$")
    verdict = {"item_id": made["return_items"][0]["id"], "quantity": 1, "status": "accepted"}
    with pytest.raises(httpx.ReadTimeout):
        reveni.post(f"{path}/partial_validate", json={"items": [verdict]}, timeout=0.5)
    assert bool(reveni.get("/_sim/books").json()["verdicts"]) == done
    assert (reveni.get(path).json()["status"] == "accepted") == done
