"""How SCAYLE's webhooks come where nothing is documented, one switch after the other, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from . import shared
from .conftest import Inbox
from .shared import Platform, ordered, subscribe


@pytest.fixture(scope="module")
def server() -> Iterator[Platform]:
    with shared.scayle() as client:
        yield client


@pytest.fixture
def scayle(server: Platform) -> Platform:
    server.admin("PUT", "/switches", {"webhook_backoff_seconds": 0.01})
    for held in server.get("/webhooks/subscriptions").json()["entities"]:
        server.delete(f"/webhooks/subscriptions/{held['id']}")
    return server


@pytest.mark.parametrize(("choice", "name"), [("british", "order-cancelled"), ("american", "order-canceled")])
def test_cancelled_spelling(scayle: Platform, inbox: Inbox, choice: str, name: str) -> None:
    scayle.switch(cancelled_spelling=choice)
    listed = [entry["event"] for entry in scayle.get("/webhooks/events").json()["entities"]]
    assert [event for event in listed if event.startswith("order-cance")] == [name]
    assert subscribe(scayle, inbox, name).json()["event"] == name
    other = "order-canceled" if choice == "british" else "order-cancelled"
    assert subscribe(scayle, inbox, other).status_code == 400
    order = ordered(scayle, ship=False)
    item = {"orderItemId": order["items"][0]["id"]}
    body = {"shopKey": "ms", "countryCode": "DE", "orderId": order["id"], "items": [item]}
    scayle.post("/fulfillment/cancellations", json=body)
    assert [told["type"] for told in scayle.told(inbox)] == [name]


def test_event_version(scayle: Platform, inbox: Inbox) -> None:
    scayle.switch(event_version=3)
    assert {entry["version"] for entry in scayle.get("/webhooks/events").json()["entities"]} == {3}
    assert subscribe(scayle, inbox, "order-invoiced").json()["version"] == 3
    ordered(scayle)
    assert [told["version"] for told in scayle.told(inbox)] == [3]


@pytest.mark.parametrize("beside", [True, False])
def test_item_events_list_items(scayle: Platform, inbox: Inbox, beside: bool) -> None:
    scayle.switch(item_events_list_items=beside)
    subscribe(scayle, inbox, "order-package-shipped")
    order = ordered(scayle)
    (told,) = scayle.told(inbox)
    assert ("items" in told["payload"], told["payload"]["order"]["id"]) == (beside, order["id"])


@pytest.mark.parametrize("keeps", [True, False])
def test_retry_keeps_key(scayle: Platform, inbox: Inbox, keeps: bool) -> None:
    scayle.switch(retry_keeps_key=keeps)
    subscribe(scayle, inbox, "order-invoiced")
    inbox.answers = [500]
    ordered(scayle)
    first, second = scayle.told(inbox)
    assert (first["key"] == second["key"]) == keeps
    assert first["payload"] == second["payload"]


@pytest.mark.parametrize(("choice", "tries"), [("2xx", 1), ("200", 2)])
def test_webhook_success(scayle: Platform, inbox: Inbox, choice: str, tries: int) -> None:
    scayle.switch(webhook_success=choice)
    subscribe(scayle, inbox, "order-invoiced")
    inbox.answers = [204]
    ordered(scayle)
    assert len(scayle.told(inbox)) == tries


def test_webhook_delay_seconds(inbox: Inbox) -> None:
    """What is late is overtaken by what happens afterwards."""
    with shared.scayle() as scayle:
        subscribe(scayle, inbox, "order-invoiced")
        scayle.switch(webhook_delay_seconds=3600.0)
        ordered(scayle)
        scayle.switch(webhook_delay_seconds=0.0)
        prompt = ordered(scayle)["id"]
        shared.until(lambda: inbox.received)
        assert [json.loads(raw)["payload"]["id"] for _, raw in inbox.received] == [prompt]
        assert not scayle.admin("POST", "/webhooks/wait", {"seconds": 0.01})["idle"]


def test_webhook_timeout_seconds(scayle: Platform, inbox: Inbox) -> None:
    """Nobody answers in no time: the attempt is written down as never reached."""
    scayle.switch(webhook_timeout_seconds=0.0, webhook_attempts=1)
    subscribe(scayle, inbox, "order-invoiced")
    ordered(scayle)
    scayle.told(inbox)
    assert scayle.books()["deliveries"][-1]["answer"] == 0


def test_webhook_longest_wait_seconds(scayle: Platform, inbox: Inbox) -> None:
    """A back-off of an hour is cut short, else this would not end."""
    scayle.switch(webhook_backoff_seconds=3600.0, webhook_longest_wait_seconds=0.01)
    subscribe(scayle, inbox, "order-invoiced")
    inbox.answers = [500, 500]
    ordered(scayle)
    assert len(scayle.told(inbox)) == 3
