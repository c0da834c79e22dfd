"""Subscriptions and deliveries: unsigned, unordered, masked, at least once."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx

SUBSCRIPTIONS = "/api/admin/v1/webhooks/subscriptions"
CHAIN = ("order-item-returned", "order-corrective-invoiced", "payment-refund")


def subscribe(scayle: httpx.Client, inbox: Any, *events: str) -> list[dict[str, Any]]:
    url = inbox.url.replace("http://", "http://hook:s3cret@")
    return [scayle.post(SUBSCRIPTIONS, json={"event": event, "version": 2, "url": url}).json() for event in events]


def returned(scayle: httpx.Client, lines: int = 1) -> dict[str, Any]:
    body = {"lines": [{"sku": "TEE-S", "price": 1999, "quantity": lines}], "ship": True}
    order: dict[str, Any] = scayle.post("/_sim/orders", json=body).json()
    entry = {"returnKey": str(order["items"][0]["id"]), "received": "2026-03-01 08:30:00"}
    assert scayle.post("/api/admin/v1/fulfillment/return-items", json=[entry]).status_code == 204
    return order


def arrived(scayle: httpx.Client, inbox: Any) -> list[dict[str, Any]]:
    assert scayle.post("/_sim/webhooks/wait", json={"seconds": 5}).json() == {"idle": True}
    return [json.loads(raw) for _, raw in inbox.received]


def test_events_are_listed(scayle: httpx.Client) -> None:
    listed = {entry["event"] for entry in scayle.get("/api/admin/v1/webhooks/events").json()["entities"]}
    assert set(CHAIN) <= listed
    assert "return-created" not in listed


def test_the_url_is_masked_and_the_event_is_fixed(scayle: httpx.Client, inbox: Any) -> None:
    made = subscribe(scayle, inbox, "payment-refund")[0]
    assert made["url"] == inbox.url.replace("http://", "http://***:***@")
    assert scayle.get(f"{SUBSCRIPTIONS}/{made['id']}").json() == made
    changed = scayle.patch(f"{SUBSCRIPTIONS}/{made['id']}", json={"url": "http://a:b@127.0.0.1:9/x", "event": "other"})
    assert (changed.json()["url"], changed.json()["event"]) == ("http://***:***@127.0.0.1:9/x", "payment-refund")


def test_wrong_subscriptions_are_refused(scayle: httpx.Client, inbox: Any) -> None:
    assert scayle.post(SUBSCRIPTIONS, json={"event": "return-created", "url": inbox.url}).status_code == 400
    assert scayle.post(SUBSCRIPTIONS, json={"event": "payment-refund", "url": "ftp://x"}).status_code == 400
    assert (
        scayle.post(SUBSCRIPTIONS, json={"event": "payment-refund", "version": "a", "url": inbox.url}).status_code
        == 400
    )
    assert scayle.get(f"{SUBSCRIPTIONS}/99").status_code == 404


def test_a_second_equal_subscription_is_a_switch(scayle: httpx.Client, inbox: Any) -> None:
    body = {"event": "payment-refund", "url": inbox.url}
    assert [scayle.post(SUBSCRIPTIONS, json=body).status_code for _ in "ab"] == [201, 201]
    scayle.patch("/_sim/switches", json={"duplicate_subscription": "conflict"})
    assert scayle.post(SUBSCRIPTIONS, json=body).status_code == 409
    assert len(scayle.get(SUBSCRIPTIONS).json()["entities"]) == 2


def test_a_return_sends_its_three_events_with_basic_auth(scayle: httpx.Client, inbox: Any) -> None:
    subscribe(scayle, inbox, *CHAIN)
    order = returned(scayle)
    bodies = {body["type"]: body for body in arrived(scayle, inbox)}
    assert set(bodies) == set(CHAIN)
    headers = inbox.received[0][0]
    assert headers["authorization"] == "Basic " + base64.b64encode(b"hook:s3cret").decode()
    assert not [name for name in headers if "signature" in name]
    items = bodies["order-item-returned"]["payload"]
    assert (items["order"]["id"], items["items"][0]["status"]) == (order["id"], "returned")
    refund = bodies["payment-refund"]
    assert refund["payload"]["id"] == order["id"]
    assert refund["payload"]["transaction"]["operationStatus"] == "successful"
    assert refund["payload"]["transaction"]["transactionId"] == order["payment"][0]["transactionKey"]
    assert (refund["version"], refund["meta"]["tenantKey"]) == (2, "simulated")


def test_a_failed_refund_is_told(scayle: httpx.Client, inbox: Any) -> None:
    subscribe(scayle, inbox, "payment-refund")
    scayle.patch("/_sim/switches", json={"refund_succeeds": False})
    returned(scayle)
    assert arrived(scayle, inbox)[0]["payload"]["transaction"]["operationStatus"] == "failed"


def test_the_order_of_events_varies(scayle: httpx.Client, inbox: Any) -> None:
    subscribe(scayle, inbox, *CHAIN)
    for _ in range(8):
        returned(scayle)
    kinds = [body["type"] for body in arrived(scayle, inbox)]
    orders = {tuple(kinds[start : start + 3]) for start in range(0, len(kinds), 3)}
    assert len(kinds) == 24
    assert len(orders) > 1


def test_events_can_come_as_they_happened(scayle: httpx.Client, inbox: Any) -> None:
    scayle.patch("/_sim/switches", json={"webhook_order": "as_happened"})
    subscribe(scayle, inbox, *CHAIN)
    for _ in range(4):
        returned(scayle)
    assert [body["type"] for body in arrived(scayle, inbox)] == list(CHAIN) * 4


def test_the_old_envelope_names_no_type(scayle: httpx.Client, inbox: Any) -> None:
    scayle.patch("/_sim/switches", json={"webhook_envelope": "old"})
    subscribe(scayle, inbox, "order-item-returned")
    returned(scayle)
    body = arrived(scayle, inbox)[0]
    assert set(body) == {"key", "locale", "occurredAt", "payload"}
    assert set(body["payload"]) == {"items", "order"}


def test_a_refused_delivery_is_repeated_under_its_key(scayle: httpx.Client, inbox: Any) -> None:
    inbox.answers += [500, 503]
    subscribe(scayle, inbox, "payment-refund")
    returned(scayle)
    assert len({body["key"] for body in arrived(scayle, inbox)}) == 1
    attempts = scayle.get("/_sim/books").json()["deliveries"]
    assert [(entry["attempt"], entry["answer"]) for entry in attempts] == [(1, 500), (2, 503), (3, 200)]
    assert "s3cret" not in json.dumps(attempts)


def test_an_unreachable_address_is_given_up(scayle: httpx.Client) -> None:
    scayle.patch("/_sim/switches", json={"webhook_attempts": 3})
    scayle.post(SUBSCRIPTIONS, json={"event": "payment-refund", "url": "http://127.0.0.1:9/"})
    returned(scayle)
    assert scayle.post("/_sim/webhooks/wait", json={"seconds": 5}).json() == {"idle": True}
    assert [entry["answer"] for entry in scayle.get("/_sim/books").json()["deliveries"]] == [0, 0, 0]


def test_events_can_be_doubled_lost_and_sent_again(scayle: httpx.Client, inbox: Any) -> None:
    subscribe(scayle, inbox, "payment-refund")
    scayle.patch("/_sim/switches", json={"webhook_duplicates": True})
    returned(scayle)
    twice = [body["key"] for body in arrived(scayle, inbox)]
    assert len(twice) == 2
    assert len(set(twice)) == 1
    scayle.patch("/_sim/switches", json={"webhook_duplicates": False, "webhook_lost": True})
    returned(scayle)
    assert len(arrived(scayle, inbox)) == 2
    scayle.patch("/_sim/switches", json={"webhook_lost": False})
    lost = [event["key"] for event in scayle.get("/_sim/books").json()["events"] if event["type"] == "payment-refund"][
        1
    ]
    assert scayle.post(f"/_sim/webhooks/{lost}/redeliver").json() == {"sent": 1}
    assert arrived(scayle, inbox)[2]["key"] == lost
    assert scayle.post("/_sim/webhooks/never/redeliver").status_code == 404


def test_merchant_filters_keep_events_away(scayle: httpx.Client, inbox: Any) -> None:
    for filters in ({"include": ["default"]}, {"include": ["other"]}, {"exclude": ["default"]}, {"exclude": ["other"]}):
        body = {"event": "payment-refund", "url": inbox.url, "filters": [{"merchantReferenceKeys": filters}]}
        assert scayle.post(SUBSCRIPTIONS, json=body).status_code == 201
    returned(scayle)
    assert len(arrived(scayle, inbox)) == 2
    assert scayle.post(SUBSCRIPTIONS, json={**body, "filters": ["x"]}).status_code == 400


def test_after_unsubscribing_nothing_comes(scayle: httpx.Client, inbox: Any) -> None:
    made = subscribe(scayle, inbox, "payment-refund")[0]
    assert scayle.delete(f"{SUBSCRIPTIONS}/{made['id']}").status_code == 204
    returned(scayle)
    assert arrived(scayle, inbox) == []


def test_stock_and_catalogue_changes_are_told(scayle: httpx.Client, inbox: Any) -> None:
    subscribe(scayle, inbox, "product-variant-stock-updated", "product-variant-deleted")
    scayle.post("/_sim/variants", json={"variants": [{"sku": "TEE-S", "stock": {"main-warehouse": 3}}]})
    scayle.post("/_sim/stock", json={"variant": "TEE-S", "quantity": 9, "changedAt": "2020-01-01T00:00:00+00:00"})
    scayle.post("/_sim/variants/TEE-S/discontinue")
    first, second = arrived(scayle, inbox)
    assert (first["payload"]["quantity"], first["payload"]["warehouse"]["referenceKey"]) == (3, "main-warehouse")
    assert second["payload"]["productVariant"]["referenceKey"] == "TEE-S"
