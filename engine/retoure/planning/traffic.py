"""Traffic to be played: what came of one return, oldest first, from a journal or from files of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from ..connectors.port import Json
from ..delivery.ledger import Known
from ..delivery.store.port import Hold, NewHold
from ..delivery.store.traffic import Recorded
from ..runtime.decision import Answer, Read, State
from .book import Book, slot

PAGE: Final = 200


@dataclass(frozen=True)
class Moment:
    """One decision to be made: the record, `now`, and the answers that were known then. `name` is how to call it."""

    name: str
    record: Mapping[str, Any]
    now: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)


@dataclass(frozen=True)
class Journey:
    """All there is of one return. `said` is what platforms answered to its calls, `start` what is known before."""

    subject: str
    moments: tuple[Moment, ...]
    said: Mapping[str, Json] = field(default_factory=dict)
    start: Book = field(default_factory=Book)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer to a read, and where it was found."""

    answer: Answer
    source: str


Finder = Callable[[Read, Mapping[str, Any]], Found | None]
"""Finds an answer that the traffic itself does not hold; it is given the read and the record at hand."""


class Journal(Protocol):
    """What is asked of a store to play its traffic again; `SqliteStore` is one."""

    def decided_subjects(self) -> int: ...
    def decided_after(self, subject: str, limit: int) -> tuple[str, ...]: ...
    def recorded(self, subject: str) -> tuple[Recorded, ...]: ...
    def standing(self, subject: str) -> tuple[Recorded, ...]: ...
    def said(self, subject: str) -> Mapping[str, Json]: ...
    def state(self, subject: str) -> State: ...
    def known(self, subject: str) -> tuple[Known, ...]: ...
    def holds(
        self, *, subject: str | None = None, team: str | None = None, closed: bool = False
    ) -> tuple[Hold, ...]: ...


def recorded_subjects(journal: Journal) -> Iterator[str]:
    """Every return that was decided, read in pages."""
    page = journal.decided_after("", PAGE)
    while page:
        yield from page
        page = journal.decided_after(page[-1], PAGE)


def recorded_journey(journal: Journal, subject: str) -> Journey:
    """Everything that was decided of a return, from the beginning."""
    return Journey(subject, _moments(journal.recorded(subject)), journal.said(subject))


def standing_journey(journal: Journal, subject: str) -> Journey:
    """The last decision of a return once more, on top of all that was applied since."""
    start = _book(journal.state(subject), journal.known(subject), journal.holds(subject=subject, closed=True))
    return Journey(subject, _moments(journal.standing(subject)), journal.said(subject), start)


def _moments(decisions: Sequence[Recorded]) -> tuple[Moment, ...]:
    return tuple(Moment(_name(made), made.record, made.now, made.answers) for made in decisions)


def _name(made: Recorded) -> str:
    again = "" if made.cause == "event" else f", decided again ({made.cause})"
    return f"event {made.event}{again}"


def _book(state: State, known: tuple[Known, ...], holds: Sequence[Hold]) -> Book:
    last = {slot(_raised(hold)): hold for hold in holds if hold.kind in ("decision", "correction")}
    return Book(
        state.version,
        state.entries,
        known,
        state.picks,
        state.seen,
        {at: _raised(hold) for at, hold in last.items() if hold.closed_at is None},
        frozenset((at, hold.reason) for at, hold in last.items() if hold.by_hand),
    )


def _raised(hold: Hold) -> NewHold:
    return NewHold(hold.kind, hold.rule, hold.key, hold.reason, hold.team, effect=hold.effect)
