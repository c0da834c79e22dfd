"""What the ledger remembers of effects, and the changes a decision makes to it: plain, frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ..connectors.port import Json
from ..runtime.decision import LedgerEntry, Outcome, Wanted
from ..runtime.policy import Instead, Policy
from ..source import Place
from .priorities import Priority
from .steps import Counts

Body = Mapping[str, Any]


class EffectState(StrEnum):
    """Where one call to a platform stands."""

    WAITING = "waiting"  # to be sent when due
    SENDING = "sending"  # its intent is stored; after a crash its outcome is unknown
    APPLIED = "applied"
    QUEUED = "queued"  # in a dead-letter queue
    HELD = "held"  # a person decides
    SKIPPED = "skipped"  # its policy, or a person, let it go
    REPLACED = "replaced"  # its policy sent another effect instead
    SUPERSEDED = "superseded"  # a newer version of the record wants something else


class Standing(StrEnum):
    """What a call means for the difference that is still to be sent."""

    APPLIED = "applied"
    MAYBE = "maybe"  # it may have been applied
    OPEN = "open"  # certainly not applied, and not given up
    REPLACED = "replaced"  # another entry stands for it
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sent:
    """One call of a ledger entry, in the order of `id`.

    `identity` names the thing written to; `undo` is true for a call that takes it back. `carried` is what calls before
    it added, of which the books say no more.
    """

    id: int
    body: Body
    standing: Standing
    identity: str = ""
    undo: bool = False
    carried: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Known:
    """A ledger entry with its calls that still count.

    `body` is the command last wanted, None once it is no longer wanted. `answer` is the platform's to the last call
    that was applied; `stands_for` the number of the entry this one was sent instead of, 0 for none.
    """

    id: int
    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: Place
    decided_at: datetime
    body: Body | None
    undo: Body | None
    on_change: Outcome | None
    policy: Policy
    state: str
    sent: tuple[Sent, ...] = ()
    awaited: bool = False
    answer: Json = None
    stands_for: int = 0

    @property
    def remembered(self) -> LedgerEntry:
        """The entry as `decide` sees it."""
        said = (self.verb, self.operation, self.key, self.rule, self.decided_at, self.body, self.state)
        return LedgerEntry(*said, self.answer)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call to be sent. Calls of one entry with the same `identity` run one after the other.

    `amount` is what it adds to a sum, 0 where it sets a value. Once it is applied, those before it count no more. None
    for a call that stands for itself for ever.
    """

    body: Body
    identity: str = ""
    undo: bool = False
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """`sent` went out and cannot be taken back, and now something else is wanted (None: nothing)."""

    rule: str
    place: Place
    operation: str
    key: tuple[str, ...]
    outcome: Outcome
    sent: Body
    wanted: Body | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a decision does to one ledger entry.

    `entry` is None for a new one; `wanted` None when it is no longer wanted; both are None where there is only a
    correction to raise. `drop` names calls that are superseded, `send` the new ones, in order, which all have one
    `priority`.
    """

    entry: int | None
    wanted: Wanted | None
    drop: tuple[int, ...] = ()
    send: tuple[NewCall, ...] = ()
    correction: Correction | None = None
    priority: Priority = Priority.MOVES


@dataclass(frozen=True, slots=True)
class Replacement:
    """Another effect in place of one that failed, and the policy that its own failures follow.

    `entry` is the ledger entry that has its key already, None for a new one; with `send` off it was sent before.
    """

    instead: Instead
    policy: Policy
    entry: int | None = None
    send: bool = True
    priority: Priority = Priority.MOVES


@dataclass(frozen=True, slots=True)
class Effect:
    """One call as the ledger holds it, with all that is needed to send it.

    `unsettled` is true when an earlier try may have had its effect. `call_key` is the idempotency key the platform
    is given, `identity` names the thing written to, empty for none. `counts` are the retries each policy arm has used.
    `trace` is that of the event it was decided for.
    """

    id: int
    entry: int
    subject: str
    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: Place
    mapping: str
    body: Body
    policy: Policy
    state: EffectState
    due_at: datetime
    call_key: str
    identity: str = ""
    unsettled: bool = False
    plan: Json = None
    counts: Counts = field(default_factory=dict)
    queue: str = ""
    error: str = ""
    tries: int = 0
    awaited: bool = False
    trace: Mapping[str, str] = field(default_factory=dict)


def not_to_change(effect: int, state: str, unsettled: bool) -> str:
    """Why a person cannot change what a call sends; empty where they can."""
    if state not in (EffectState.QUEUED, EffectState.HELD):
        return f"effect-{effect} is {state}: only a call that is queued or held can be changed"
    if unsettled:
        return f"effect-{effect} may have happened: replay it unchanged to find out, or say `done` or `drop`"
    return ""


def effect_id(operation: str, key: tuple[str, ...]) -> str:
    """The name of an effect within its subject, as `State.ledger` is keyed: `scayle.stock.add(r1, i1)`."""
    return f"{operation}({', '.join(key)})"
