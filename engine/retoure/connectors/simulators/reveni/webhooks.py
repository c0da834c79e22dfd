"""Signed webhook letters (reveni.md 7), and the ways they can arrive wrong: twice, late, reordered, without content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from ..courier import Letter
from .errors import field, not_found
from .presented import shown, spelled
from .records import Json
from .signing import HEADER, signature
from .state import EVENTS, Event, Reveni


def subscribe(state: Reveni, body: object) -> Json:
    """A new subscription `{id, url, event_types}`."""
    if not isinstance(body, dict):
        raise field("url", "This field is required.")
    url, kinds = body.get("url"), body.get("event_types")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise field("url", "Enter a valid URL.")
    if not isinstance(kinds, list) or not kinds or not all(kind in EVENTS for kind in kinds):
        raise field("event_types", "Not a valid choice.")
    made: Json = {"id": state.new_id("webhook"), "url": url, "event_types": kinds}
    state.webhooks[made["id"]] = made
    return made


def unsubscribe(state: Reveni, webhook_id: str) -> None:
    """Forget a subscription, or 404."""
    if state.webhooks.pop(webhook_id, None) is None:
        raise not_found()


def envelope(state: Reveni, told: Event) -> Json:
    """The body of an event; `created` has whole seconds only, so it cannot break ties."""
    data = {
        "amount": told.resource["amount"],
        "status": spelled(state.switches, told.resource["status"]),
        "currency": told.resource["currency"],
        "resource": "return",
        "resource_id": told.resource["id"],
    }
    return {
        "id": told.id,
        "event": told.event,
        "created": int(told.at.timestamp()),
        "data": data | _object(state, told),
    }


def _object(state: Reveni, told: Event) -> Json:
    content = state.switches.object_content
    if content == "missing":
        return {}
    if content == "empty":
        return {"object": {}}
    return {"object": shown(state.switches, told.previous or told.resource if content == "stale" else told.resource)}


def letters(state: Reveni, events: list[Event]) -> list[Letter]:
    """One letter for each event and subscription that wants it, two when `duplicate_delivery` is on."""
    if state.switches.lost_deliveries:
        return []
    copies = 2 if state.switches.duplicate_delivery else 1
    made = []
    for told in events:
        for hook in state.webhooks.values():
            if told.event in hook["event_types"]:
                made += [letter(state, told, hook["url"])] * copies
    return made


def letter(state: Reveni, told: Event, url: str) -> Letter:
    """The event for one address; signed anew on every attempt."""
    content = envelope(state, told)

    def body(attempt: int) -> bytes:
        return json.dumps(_attempted(state, content, attempt), ensure_ascii=True).encode()

    return Letter(told.id, told.event, url, body, _signer(state), state.switches.late_delivery_seconds)


def _signer(state: Reveni) -> Callable[[bytes, int], Mapping[str, str]]:
    """Signs each attempt, with the time of that attempt or, for all of them, with the time of the first."""
    first: list[datetime] = []

    def headers(raw: bytes, _: int) -> Mapping[str, str]:
        now = state.clock()
        first.append(now)
        return signed(state, raw, now if state.switches.retry_signs_anew else first[0])

    return headers


def _attempted(state: Reveni, content: Json, attempt: int) -> Json:
    if attempt == 1 or state.switches.retry_keeps_id:
        return content
    return {**content, "id": hashlib.sha256(f"{content['id']}:{attempt}".encode()).hexdigest()[:32]}


def signed(state: Reveni, raw: bytes, now: datetime) -> Mapping[str, str]:
    """The signature header with the key of this moment, or what the switch `signature` makes of it."""
    at = now + timedelta(seconds=state.switches.clock_skew_seconds)
    made = _signature(state, raw, at)
    return {} if made is None else {HEADER: made}


def _signature(state: Reveni, raw: bytes, at: datetime) -> str | None:
    kind = state.switches.signature
    valid = signature(state.api_key, raw, at)
    if kind == "absent":
        return None
    if kind == "wrong_key":
        return signature(state.api_key + "-other", raw, at)
    if kind == "previous_key":
        return signature(state.previous_key or state.api_key, raw, at)
    if kind == "unknown_scheme":
        return valid.replace(",v1=", ",v9=")
    stamp, _, digest = valid.partition(",v1=")
    return f"{stamp},v0={digest[::-1]},v1={digest}" if kind == "two_schemes" else valid
