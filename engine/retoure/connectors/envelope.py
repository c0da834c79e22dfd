"""What all webhook receivers do alike: bound the size, read the JSON, build the event."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from ..types import json_text
from .port import Event, Incoming, Json, Rejected

MAX_WEBHOOK_BYTES = 1_000_000


def read_body(incoming: Incoming, limit: int = MAX_WEBHOOK_BYTES) -> dict[str, Json]:
    """The JSON object of the body. Raises Rejected: too large, malformed."""
    check_size(incoming, limit)
    try:
        body = json_text.parse(incoming.body)
    except json_text.JsonInvalid as problem:
        raise Rejected("malformed", f"the webhook cannot be read: {problem}") from problem
    if not isinstance(body, dict):
        raise Rejected("malformed", "the webhook is no JSON object")
    return body


def check_size(incoming: Incoming, limit: int) -> None:
    """Raises Rejected when the body has more than `limit` bytes."""
    if len(incoming.body) > limit:
        raise Rejected("too large", f"the webhook has more than {limit} bytes")


def event_of(
    system: str,
    kind: str,
    raw: bytes,
    *,
    id: Json,
    subject: Json,
    part: tuple[str, ...],
    at: datetime | None,
) -> Event:
    """The event, its ids as text; `part` as in Event. Raises Rejected(malformed) when it does not say which record it
    concerns.
    """
    named = _text(subject)
    if not named:
        raise Rejected("malformed", "the webhook does not say which record it concerns")
    return Event(system, kind, _text(id), named, raw, at=at, part=part)


def instant_at(value: Json) -> datetime | None:
    """When it happened: Unix seconds or ISO 8601 (without a zone: UTC); None when not told or not readable."""
    try:
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return datetime.fromtimestamp(float(value), UTC)
        when = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
