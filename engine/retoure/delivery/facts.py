"""What a runner does, as facts: told to whoever observes it (the log, metrics), once they are stored."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec import Struct

from ..connectors.port import Event
from .ledger import Effect
from .store.port import Accepted, Attempt, Conclusion, EventState, Fired, NewHold, StoredEvent

log = logging.getLogger("retoure.delivery")


class EventTaken(Struct, frozen=True):
    """An event was stored, or found to be known."""

    event: Event
    accepted: Accepted


@dataclass(frozen=True, slots=True)
class MessageRejected:
    """A message was not taken, for a `reason` of Rejected."""

    system: str
    reason: str


@dataclass(frozen=True, slots=True)
class DecisionMade:
    """Events ended, or a return was decided again, and what came of it.

    `cause` is `event`, or that of a Wake. `seconds` passed since the newest of the events was stored; None for a wake.
    """

    lead: StoredEvent
    cause: str
    outcome: EventState
    mapping: str
    events: int
    seconds: float | None = None
    calls: int = 0
    holds: tuple[NewHold, ...] = ()


@dataclass(frozen=True, slots=True)
class TryEnded:
    """One try of an effect ended, and where the effect stands now."""

    effect: Effect
    attempt: Attempt
    conclusion: Conclusion


@dataclass(frozen=True, slots=True)
class PlatformAsked:
    """A connector did something: `step` is read, plan, send or settle; `error` the class or code, empty for none."""

    operation: str
    step: str
    error: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AlertFired:
    """An alert went off."""

    fired: Fired


Fact = EventTaken | MessageRejected | DecisionMade | TryEnded | PlatformAsked | AlertFired
Observer = Callable[[Fact], None]


def tell(observers: Sequence[Observer], fact: Fact) -> None:
    """Tells all of them. What goes wrong with one is no reason not to go on."""
    for observer in observers:
        try:
            observer(fact)
        except Exception:
            log.exception("an observer failed")
