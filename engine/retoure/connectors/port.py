"""The port every connector implements, and the closed set of error classes it must sort failures into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from msgspec import Struct, field

from ..types import json_text

Json = None | bool | int | float | Decimal | str | Sequence["Json"] | Mapping[str, "Json"]


class ErrorClass(StrEnum):
    """Why a call failed. Business codes of a manifest (`SKU_DISCONTINUED`) stand beside these."""

    RATE_LIMITED = "RATE_LIMITED"
    TIMEOUT = "TIMEOUT"
    UNAVAILABLE = "UNAVAILABLE"
    CONFLICT = "CONFLICT"
    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    UNAUTHORIZED = "UNAUTHORIZED"
    TOO_LARGE = "TOO_LARGE"
    DUPLICATE = "DUPLICATE"


@dataclass(eq=False)
class CallFailed(Exception):
    """A call to a platform did not succeed.

    Not frozen, unlike the other data here: Python writes the traceback into an exception on its way up.

    `error` is an ErrorClass or a business code. `outcome_unknown` is true when the platform may have acted all the
    same (time-out, connection lost after sending). `retry_after` is in seconds, when the platform named it.
    `message` is fit to be shown: no secret, and no personal data but what a platform's error text may hold: addresses
    and account numbers are taken out of it, names are not.
    """

    error: str
    message: str
    outcome_unknown: bool = False
    retry_after: float | None = None
    status: int | None = None

    def __str__(self) -> str:
        return f"{self.error}: {self.message}"

    @property
    def passes(self) -> bool:
        """Whether it is over after `retry_after`: a limit is used up, and the platform says when there is a new one."""
        return self.error == ErrorClass.RATE_LIMITED and self.retry_after is not None


@dataclass(frozen=True)
class Call:
    """One operation to carry out: `return_items.send` with a JSON body, or `orders.get` with arguments.

    `key` is the effect's idempotency key, sent along where a platform takes one.
    """

    operation: str
    arguments: tuple[str, ...] = ()
    body: Mapping[str, Json] | None = None
    key: str = ""


@dataclass(frozen=True)
class Request:
    """An HTTP request as it would be sent, without credentials: for dry runs and explanations."""

    method: str
    path: str
    body: Json = None
    note: str = ""


class Settled(StrEnum):
    """What is known of a call whose outcome was unknown."""

    APPLIED = "applied"
    NOT_APPLIED = "not applied"
    UNKNOWN = "unknown"


class Connector(Protocol):
    """A system that can be called. One instance serves many calls at a time; it keeps no state that matters."""

    system: str

    async def plan(self, call: Call) -> Json:
        """Reads what the call depends on and returns it as JSON, stored with the intent before `send`.

        None where an operation needs no plan. Raises CallFailed.
        """
        ...

    async def send(self, call: Call, plan: Json = None) -> Json:
        """Carries out the call and returns the platform's answer as JSON with exact decimals. Raises CallFailed."""
        ...

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """Finds out by reading whether a call with an unknown outcome took effect. Raises CallFailed."""
        ...

    def render(self, call: Call) -> tuple[Request, ...]:
        """The requests `send` would make, without making them."""
        ...

    async def aclose(self) -> None:
        """Gives back connections."""
        ...


class Incoming(Struct, frozen=True):
    """A webhook as it arrived: raw body and headers (names in lower case)."""

    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict[str, str])


class Event(Struct, frozen=True):
    """A fact reported by a platform: which record it concerns, and the raw body it came in.

    `id` is the platform's event id, empty when it sends none; `subject` the id of the record (`ee2e27…`); `at` when it
    happened, when told. Where the raw body is JSON that has been read, and holds the record, `part` are the names under
    which it stands there, one inside the other; else `snapshot` is the record, empty when the event carried none.
    `trace` is the W3C trace context it was accepted in (`traceparent`, `tracestate`).
    """

    system: str
    kind: str
    id: str
    subject: str
    raw: bytes
    snapshot: Mapping[str, Json] = field(default_factory=dict[str, Json])
    at: datetime | None = None
    trace: Mapping[str, str] = field(default_factory=dict[str, str])
    part: tuple[str, ...] = ()

    @property
    def record(self) -> Mapping[str, Json]:
        """The record as the event carried it, empty when it carried none. Of a `part` it is read each time."""
        if not self.part:
            return self.snapshot
        found: Mapping[str, Any] = json_text.parse(self.raw)
        for name in self.part:
            found = found[name]
        return found


@dataclass(eq=False)
class Rejected(Exception):
    """An incoming message was not accepted: `reason` is one of signature, stale, malformed, too large, unknown."""

    reason: str
    message: str

    def __str__(self) -> str:
        return self.message


@runtime_checkable
class Receiver(Protocol):
    """A connector that takes webhooks."""

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        """Verifies and normalises a webhook. Raises Rejected."""
        ...
