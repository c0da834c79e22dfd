"""Subscriptions and the letters sent to them (scayle.md 6): unsigned, unordered, credentials inside the URL."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from ..calls import number
from ..courier import Letter, masked
from .answers import Json, iso
from .errors import bad_request, conflict, not_found
from .state import EVENTS, Event, Scayle, Subscription
from .switches import Switches


def subscribe(state: Scayle, body: object) -> Subscription:
    """A new subscription from `{event, version?, url, filters?}`; one subscription speaks of one event."""
    known = {spelled(event, state.switches): event for event in EVENTS}
    named = body.get("event") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(named, str) or named not in known:
        raise bad_request("event is not a known webhook event.", field="event")
    event = known[named]
    url = _url(body.get("url"))
    twin = any(held.event == event and held.url == url for held in state.subscriptions.values())
    if twin and state.switches.duplicate_subscription == "conflict":
        raise conflict("SUBSCRIPTION_EXISTS", "There is such a subscription.")
    version = body.get("version") or state.switches.event_version
    if not isinstance(version, int):
        raise bad_request("version must be an integer.", field="version")
    filters = body.get("filters") or []
    if not isinstance(filters, list) or not all(map(_is_filter, filters)):
        raise bad_request("filters must be an array of objects with merchantReferenceKeys.", field="filters")
    made = Subscription(state.number("subscription"), event, version, url, filters)
    state.subscriptions[made.id] = made
    return made


def _is_filter(entry: object) -> bool:
    keys = entry.get("merchantReferenceKeys") or {} if isinstance(entry, dict) else None
    lists = [keys.get(name) or [] for name in ("include", "exclude")] if isinstance(keys, dict) else [None]
    return all(isinstance(found, list) and all(isinstance(key, str) for key in found) for found in lists)


def redirect(state: Scayle, identifier: str, body: object) -> Subscription:
    """Change the URL of a subscription; its event and version are fixed (scayle.md 6.2)."""
    held = subscription(state, identifier)
    held.url = _url(body.get("url") if isinstance(body, dict) else None)
    return held


def subscription(state: Scayle, identifier: str) -> Subscription:
    """The subscription with this id, or 404."""
    found = number(identifier)
    held = None if found is None else state.subscriptions.get(found)
    if held is None:
        raise not_found("subscription", identifier)
    return held


def spelled(event: str, switches: Switches) -> str:
    """The name of an event as this tenant writes it; the sources have both spellings (scayle.md 6.3)."""
    return event if switches.cancelled_spelling == "british" else event.replace("cancelled", "canceled")


def subscription_json(state: Scayle, held: Subscription) -> Json:
    """As shown: user and password are masked, so nobody can read back the own secret."""
    return {
        "id": held.id,
        "event": spelled(held.event, state.switches),
        "version": held.version,
        "url": masked(held.url),
        "filters": held.filters,
    }


def event_list(switches: Switches) -> list[Json]:
    """The events there are, as `GET /webhooks/events` lists them."""
    return [
        {
            "event": spelled(event, switches),
            "version": switches.event_version,
            "description": f"Sent on {event.replace('-', ' ')}.",
            "isDeprecated": False,
            "isBlocking": False,
            "supportedFilters": {"merchants": event.startswith("order")},
        }
        for event in EVENTS
    ]


def letters(state: Scayle, events: list[Event]) -> list[Letter]:
    """One letter for each event and subscription, in the order of the events; the switches lose, double and delay."""
    if state.switches.webhook_lost:
        return []
    copies = 2 if state.switches.webhook_duplicates else 1
    made = []
    for event in events:
        for held in state.subscriptions.values():
            if held.event == event.type and _wanted(held, event):
                made += [_letter(state, event, held)] * copies
    return made


def _wanted(held: Subscription, event: Event) -> bool:
    """False when a merchant filter leaves the event out; an event about no merchant passes every filter."""
    for entry in held.filters:
        keys = entry.get("merchantReferenceKeys") or {}
        include, exclude = set(keys.get("include") or []), set(keys.get("exclude") or [])
        if event.merchants and (event.merchants <= exclude or (include and not event.merchants & include)):
            return False
    return True


def _letter(state: Scayle, event: Event, held: Subscription) -> Letter:
    body = _body(state, envelope(state, event, held.version))
    return Letter(event.key, event.type, held.url, body, _no_headers, state.switches.webhook_delay_seconds)


def _body(state: Scayle, content: Json) -> Callable[[int], bytes]:
    """The body of each attempt; a retry may come under another key."""

    def body(attempt: int) -> bytes:
        again = attempt > 1 and not state.switches.retry_keeps_key
        key = hashlib.sha256(f"{content['key']}:{attempt}".encode()).hexdigest() if again else content["key"]
        return json.dumps({**content, "key": key}, ensure_ascii=False).encode()

    return body


def envelope(state: Scayle, event: Event, version: int) -> Json:
    """The event as sent, in the current or in the deprecated shape (scayle.md 6.4)."""
    if state.switches.webhook_envelope == "old":
        return {
            "key": event.key,
            "locale": _locale(event),
            "occurredAt": iso(event.occurred_at),
            "payload": event.payload,
        }
    return {
        "key": event.key,
        "meta": {"tenantKey": "simulated", "xRequestId": f"req-{event.key[:8]}"},
        "occurredAt": iso(event.occurred_at),
        "type": spelled(event.type, state.switches),
        "version": version,
        "payload": event.payload,
    }


def _locale(event: Event) -> Json:
    shop = event.shop
    return {
        "appId": shop.id if shop else 0,
        "countryCode": "DEU",
        "currencyCode": shop.currency if shop else "EUR",
        "languageCode": (shop.language if shop else "de_DE").replace("_", "-"),
    }


def _no_headers(_: bytes, __: int) -> Mapping[str, str]:
    return {}


def _url(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("http://", "https://")):
        raise bad_request("url must be an http(s) URL.", field="url")
    return value
