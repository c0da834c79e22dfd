"""Signed deliveries, and every way they may arrive wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

WEBHOOKS = "/merchants/v0/stores/sim-store/webhooks"


@pytest.fixture
def hooked(reveni: httpx.Client, inbox: Any) -> httpx.Client:
    """The store with a subscription to both events."""
    body = {"event_types": ["return.created", "return.updated"], "url": inbox.url}
    answer = reveni.post(WEBHOOKS, json=body)
    assert answer.status_code == 201
    assert answer.json() == {"id": answer.json()["id"], **body}
    return reveni


def created(reveni: httpx.Client, **fields: Any) -> dict[str, Any]:
    items = [{"sku": "TEE-S", "quantity": 1, "price": "39.9900"}]
    made: dict[str, Any] = reveni.post(
        "/_sim/returns", json={"order": {"external_id": "1"}, "items": items, **fields}
    ).json()
    return made


def switch(reveni: httpx.Client, **changes: Any) -> None:
    assert reveni.patch("/_sim/switches", json=changes).status_code == 200


def arrived(reveni: httpx.Client, inbox: Any) -> list[dict[str, Any]]:
    assert reveni.post("/_sim/webhooks/wait", json={"seconds": 5}).json() == {"idle": True}
    return [json.loads(raw) for _, raw in inbox.received]


def parts(header: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in header.split(","))


def genuine(key: str, headers: dict[str, str], raw: bytes) -> bool:
    found = parts(headers["x-reveni-signature"])
    wanted = hmac.new(key.encode(), found["t"].encode() + b"." + raw, hashlib.sha256).hexdigest()
    return found.get("v1") == wanted


def test_the_envelope_carries_the_return(hooked: httpx.Client, inbox: Any) -> None:
    made = created(hooked)
    body = arrived(hooked, inbox)[0]
    assert (body["event"], body["created"], len(body["id"])) == ("return.created", 1772446542, 32)
    data = body["data"]
    assert {name: data[name] for name in ("amount", "status", "currency", "resource", "resource_id")} == {
        "amount": "39.9900",
        "status": "incomplete",
        "currency": "EUR",
        "resource": "return",
        "resource_id": made["id"],
    }
    assert data["object"]["return_items"] == made["return_items"]


def test_the_signature_covers_time_and_raw_body(hooked: httpx.Client, inbox: Any) -> None:
    created(hooked)
    arrived(hooked, inbox)
    headers, raw = inbox.received[0]
    assert genuine("sim-api-key", headers, raw)
    assert parts(headers["x-reveni-signature"])["t"] == "1772446542.118820"
    assert not genuine("sim-api-key", headers, raw + b" ")


def test_a_rotated_key_signs_at_once(hooked: httpx.Client, inbox: Any) -> None:
    hooked.put("/_sim/api-key", json={"api_key": "fresh"})
    created(hooked)
    arrived(hooked, inbox)
    assert genuine("fresh", *inbox.received[0])
    assert not genuine("sim-api-key", *inbox.received[0])


def test_signatures_can_be_wrong_in_named_ways(hooked: httpx.Client, inbox: Any) -> None:
    for kind in ("wrong_key", "unknown_scheme", "two_schemes", "absent"):
        switch(hooked, signature=kind)
        created(hooked)
        arrived(hooked, inbox)
    (wrong, raw), (unknown, _), (two, raw_two), (absent, _) = inbox.received
    assert not genuine("sim-api-key", wrong, raw)
    assert genuine("sim-api-key-other", wrong, raw)
    assert set(parts(unknown["x-reveni-signature"])) == {"t", "v9"}
    assert set(parts(two["x-reveni-signature"])) == {"t", "v0", "v1"}
    assert genuine("sim-api-key", two, raw_two)
    assert "x-reveni-signature" not in absent


def test_the_signature_time_can_be_skewed(hooked: httpx.Client, inbox: Any) -> None:
    switch(hooked, clock_skew_seconds=-3600)
    created(hooked)
    arrived(hooked, inbox)
    assert parts(inbox.received[0][0]["x-reveni-signature"])["t"] == "1772442942.118820"
    assert genuine("sim-api-key", *inbox.received[0])


def test_only_wanted_events_are_sent(reveni: httpx.Client, inbox: Any) -> None:
    made = reveni.post(WEBHOOKS, json={"event_types": ["return.updated"], "url": inbox.url}).json()
    created(reveni, status="in_progress")
    assert [body["event"] for body in arrived(reveni, inbox)] == ["return.updated"]
    assert reveni.delete(f"{WEBHOOKS}/{made['id']}").status_code == 204
    created(reveni)
    assert len(arrived(reveni, inbox)) == 1
    assert reveni.delete(f"{WEBHOOKS}/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"event_types": ["return.updated"]}, "url"),
        ({"url": "http://127.0.0.1:9", "event_types": ["refund.created"]}, "event_types"),
        ({"url": "http://127.0.0.1:9", "event_types": []}, "event_types"),
    ],
)
def test_a_wrong_subscription_names_the_field(reveni: httpx.Client, body: dict[str, Any], field: str) -> None:
    answer = reveni.post(WEBHOOKS, json=body)
    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_the_object_can_be_empty_missing_or_stale(hooked: httpx.Client, inbox: Any) -> None:
    made = created(hooked)
    for content in ("empty", "missing", "stale"):
        switch(hooked, object_content=content)
        hooked.post(f"/_sim/returns/{made['id']}/move", json={"status": "shipped"})
    _, empty, missing, stale = (body["data"] for body in arrived(hooked, inbox))
    assert empty["object"] == {}
    assert "object" not in missing
    assert stale["object"]["updated_at"] < hooked.get("/_sim/books").json()["returns"][0]["versions"][-1]["updated_at"]


def test_a_delivery_can_come_twice(hooked: httpx.Client, inbox: Any) -> None:
    switch(hooked, duplicate_delivery=True)
    created(hooked)
    first, second = arrived(hooked, inbox)
    assert first == second


def test_deliveries_of_one_call_can_be_reordered(hooked: httpx.Client, inbox: Any) -> None:
    created(hooked, status="in_progress")
    assert [body["event"] for body in arrived(hooked, inbox)] == ["return.created", "return.updated"]
    inbox.received.clear()
    switch(hooked, reordered=True)
    created(hooked, status="in_progress")
    assert [body["event"] for body in arrived(hooked, inbox)] == ["return.updated", "return.created"]


def test_deliveries_can_be_held_and_released_backwards(hooked: httpx.Client, inbox: Any) -> None:
    switch(hooked, hold_deliveries=True)
    created(hooked, status="in_progress")
    held = hooked.get("/_sim/webhooks/held").json()["events"]
    assert [entry["event"] for entry in held] == ["return.created", "return.updated"]
    assert arrived(hooked, inbox) == []
    assert hooked.post("/_sim/webhooks/release", json={"ids": [held[1]["id"]]}).json() == {"sent": 1}
    assert hooked.post("/_sim/webhooks/release", json={"reversed": True}).json() == {"sent": 1}
    assert [body["id"] for body in arrived(hooked, inbox)] == [held[1]["id"], held[0]["id"]]


def test_a_late_delivery_does_not_hold_up_the_next(hooked: httpx.Client, inbox: Any) -> None:
    switch(hooked, late_delivery_seconds=1.0)
    late = created(hooked)
    switch(hooked, late_delivery_seconds=0)
    prompt = created(hooked)
    assert [body["data"]["resource_id"] for body in arrived(hooked, inbox)] == [prompt["id"], late["id"]]


def test_a_lost_delivery_can_be_sent_later(hooked: httpx.Client, inbox: Any) -> None:
    switch(hooked, lost_deliveries=True)
    created(hooked)
    assert arrived(hooked, inbox) == []
    switch(hooked, lost_deliveries=False)
    event = hooked.get("/_sim/books").json()["events"][0]["id"]
    assert hooked.post(f"/_sim/webhooks/{event}/redeliver", json={"times": 2}).json() == {"sent": 2}
    assert [body["id"] for body in arrived(hooked, inbox)] == [event, event]
    assert hooked.post("/_sim/webhooks/nothing/redeliver").status_code == 404


def test_an_old_version_can_be_told_as_news(hooked: httpx.Client, inbox: Any) -> None:
    made = created(hooked, status="in_progress")
    hooked.post(f"/_sim/returns/{made['id']}/move", json={"status": "accepted"})
    hooked.post(f"/_sim/returns/{made['id']}/deliver", json={"version": 1})
    bodies = arrived(hooked, inbox)
    assert [body["data"]["status"] for body in bodies] == ["incomplete", "in_progress", "accepted", "in_progress"]
    assert len({body["id"] for body in bodies}) == 4
    assert hooked.post(f"/_sim/returns/{made['id']}/deliver", json={"version": 9}).status_code == 400


@pytest.mark.parametrize(("keeps", "ids"), [(True, 1), (False, 3)])
def test_a_refused_delivery_is_repeated(hooked: httpx.Client, inbox: Any, keeps: bool, ids: int) -> None:
    switch(hooked, retry_keeps_id=keeps)
    inbox.answers += [500, 404]
    created(hooked)
    assert len({body["id"] for body in arrived(hooked, inbox)}) == ids
    assert all(genuine("sim-api-key", headers, raw) for headers, raw in inbox.received)
    attempts = hooked.get("/_sim/books").json()["deliveries"]
    assert [(entry["attempt"], entry["answer"]) for entry in attempts] == [(1, 500), (2, 404), (3, 200)]


def test_a_verdict_over_the_api_is_told_too(hooked: httpx.Client, inbox: Any) -> None:
    made = created(hooked, status="received")
    items = [{"item_id": made["return_items"][0]["id"], "quantity": 1, "status": "accepted"}]
    hooked.post(f"/merchants/v0/stores/sim-store/returns/{made['id']}/partial_validate", json={"items": items})
    assert arrived(hooked, inbox)[-1]["data"]["status"] == "accepted"
