"""SCAYLE's webhooks: two envelopes, no signature, credentials in the receiving URL."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping

from ...types.manifest import EventKind, Manifest
from ..envelope import event_of, instant_at, read_body
from ..places import at
from ..port import Event, Incoming, Json, Rejected


def check_basic(headers: Mapping[str, str], user: str, password: str) -> None:
    """Compares `Authorization: Basic` with what the receiving URL was given, in constant time. Raises Rejected."""
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    if not hmac.compare_digest(given, f"{user}:{password}".encode()):
        raise Rejected("signature", "the webhook's user name or password is wrong or missing")


def parse(manifest: Manifest, incoming: Incoming, limit: int) -> Event:
    """The event of either envelope. Raises Rejected: too large, malformed, unknown.

    The new envelope names its event in `type`. The old one names none, so it is told by its payload; that is enough,
    because an event only says which order to read again.
    """
    body = read_body(incoming, limit)
    payload = body.get("payload")
    if not isinstance(payload, Mapping):
        raise Rejected("malformed", "the webhook has no `payload` object")
    wire = body.get("type")
    kind = _named(manifest, wire) if isinstance(wire, str) and wire else _guessed(manifest, payload)
    order = _order(payload)
    return event_of(
        manifest.system,
        kind.name,
        incoming.body,
        id=body.get("key"),
        subject=order.get("id") or at(body, kind.key),
        part=("payload",) if order is payload else ("payload", "order"),
        at=instant_at(body.get("occurredAt")),
    )


def _order(payload: Mapping[str, Json]) -> Mapping[str, Json]:
    """The order: nested in item events, the payload itself in order and payment events."""
    nested = payload.get("order")
    return nested if isinstance(nested, Mapping) else payload


def _named(manifest: Manifest, wire: str) -> EventKind:
    """By wire name; American and British spellings of `cancelled` are the same event (both are printed)."""
    for kind in manifest.events.values():
        if _spelling(wire) in {_spelling(known) for known in (kind.name, *kind.wire_names)}:
            return kind
    raise Rejected("unknown", f"no event `{wire}` is known to {manifest.version}")


def _spelling(name: str) -> str:
    return name.lower().replace("_", "-").replace("canceled", "cancelled")


def _guessed(manifest: Manifest, payload: Mapping[str, Json]) -> EventKind:
    items = payload.get("items")
    nested = isinstance(payload.get("order"), Mapping)
    if nested and isinstance(items, list) and any(at(item, "status") == "returned" for item in items):
        return _named(manifest, "order-item-returned")
    if _order(payload).get("status") == "cancellation_completed":
        return _named(manifest, "order-cancelled")
    raise Rejected("unknown", "a webhook of the old kind names no event, and its payload fits none that is known")
