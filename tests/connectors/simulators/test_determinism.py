"""The same calls under the same seed and clock leave the same books and send the same webhooks, byte for byte."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from retoure.connectors.simulators import FixedClock, ReveniSimulator, ScayleSimulator, SimulatorServer

from ...plain import PLAIN
from .conftest import START, Inbox

Story = tuple[bytes, list[tuple[str, bytes]]]


def told(client: httpx.Client, inbox: Inbox) -> Story:
    """The books as they are sent, and what has arrived, with the signature."""
    assert client.post("/_sim/webhooks/wait", json={}).json() == {"idle": True}
    received = [(headers.get("x-reveni-signature", ""), raw) for headers, raw in inbox.received]
    inbox.received.clear()
    return client.get("/_sim/books").content, received


def posted(client: httpx.Client, path: str, body: Any) -> Any:
    answer = client.post(path, json=body)
    assert answer.status_code in (200, 201, 204), answer.text
    return answer.json() if answer.content else None


def scayle(seed: int, inbox: Inbox) -> Story:
    """Sold, shipped, imported, stocked, returned and refunded, with webhooks in the order the seed makes up."""
    base = "/api/admin/v1"
    app = ScayleSimulator(seed=seed, clock=FixedClock(START))
    headers = {"X-Access-Token": "sim-token"}
    with SimulatorServer(app) as server, httpx.Client(base_url=server.url, headers=headers, verify=PLAIN) as client:
        client.patch("/_sim/switches", json={"webhook_duplicates": True, "webhook_backoff_seconds": 0.01})
        for event in ("order-item-returned", "order-corrective-invoiced", "payment-refund", "order-invoiced"):
            posted(client, f"{base}/webhooks/subscriptions", {"event": event, "url": inbox.url})
        posted(client, "/_sim/variants", {"variants": [{"sku": "A", "stock": {"main-warehouse": 5}}]})
        inbox.answers = [500]
        held = posted(client, "/_sim/orders", {"lines": [{"sku": "A", "quantity": 2}], "ship": True})
        assert client.post("/_sim/webhooks/wait", json={}).json() == {"idle": True}
        entries = [{"returnKey": str(item["id"]), "received": "2026-03-01 08:00:00"} for item in held["items"]]
        posted(client, f"{base}/fulfillment/return-items", entries)
        item = {"variant": {"referenceKey": "A"}}
        more = {"customer": held["customer"], "address": held["address"], "currencyCode": "EUR"}
        posted(client, f"{base}/shops/ms/countries/de/orders", {"items": [item], **more})
        return told(client, inbox)


def reveni(seed: int, inbox: Inbox) -> Story:
    """Asked for, judged in parts, corrected, told twice and once again after a failure."""
    base = "/merchants/v0/stores/sim-store"
    app = ReveniSimulator(seed=seed, clock=FixedClock(START))
    headers = {"Authorization": "Bearer sim-api-key"}
    with SimulatorServer(app) as server, httpx.Client(base_url=server.url, headers=headers, verify=PLAIN) as client:
        client.patch("/_sim/switches", json={"duplicate_delivery": True, "webhook_backoff_seconds": 0.01})
        kinds = ["return.created", "return.updated"]
        posted(client, f"{base}/webhooks", {"url": inbox.url, "event_types": kinds})
        inbox.answers = [500]
        items = [{"sku": "A", "quantity": 3, "price": "12.5000"}, {"sku": "B", "quantity": 1, "price": "3.3333"}]
        made = posted(client, "/_sim/returns", {"order": {"external_id": "7"}, "items": items, "status": "received"})
        assert client.post("/_sim/webhooks/wait", json={}).json() == {"idle": True}
        line = made["return_items"][0]["id"]
        verdicts = [{"item_id": line, "quantity": 2, "status": "accepted"}]
        posted(client, f"{base}/returns/{made['id']}/partial_validate", {"items": verdicts})
        posted(client, f"/_sim/returns/{made['id']}/move", {"status": "rejected"})
        posted(client, f"/_sim/returns/{made['id']}/correct", {"item_id": line, "status": "rejected"})
        return told(client, inbox)


@pytest.mark.parametrize("play", [scayle, reveni])
def test_one_seed_one_story(play: Any, inbox: Inbox) -> None:
    first, second = play(5, inbox), play(5, inbox)
    assert first == second
    assert len(first[1]) > 4


@pytest.mark.parametrize("play", [scayle, reveni])
def test_another_seed_another_story(play: Any, inbox: Inbox) -> None:
    (books, webhooks), (other_books, other_webhooks) = play(5, inbox), play(6, inbox)
    assert books != other_books
    assert set(webhooks).isdisjoint(other_webhooks)
