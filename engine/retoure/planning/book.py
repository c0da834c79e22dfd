"""What is known of one return while its traffic is played again: as delivery's store would know it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..connectors.port import Json
from ..delivery.ledger import Change, Known, Sent, Standing, effect_id
from ..delivery.store.port import NewHold
from ..runtime.decision import Decision, Entry, State, Wanted

Slot = tuple[str, str, tuple[str, ...]]
"""What tells the holds of one return apart: kind, rule and key."""


@dataclass(frozen=True)
class Book:
    """The state of a return: what `decide` and the ledger need, and the holds that are open.

    `settled` are findings that a person has closed: they do not open again.
    """

    version: str | None = None
    entries: tuple[Entry, ...] = ()
    known: tuple[Known, ...] = ()
    picks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)
    holds: Mapping[Slot, NewHold] = field(default_factory=dict)
    settled: frozenset[tuple[Slot, str]] = frozenset()

    @property
    def state(self) -> State:
        """The book as `decide` sees it."""
        ledger = {effect_id(known.operation, known.key): known.remembered for known in self.known}
        return State(self.version, self.entries, ledger, self.picks, self.seen)

    def entry(self, number: int | None) -> Known | None:
        """The ledger entry of that number."""
        return next((known for known in self.known if known.id == number), None)


def slot(hold: NewHold) -> Slot:
    """What tells a hold from the others of its return."""
    return hold.kind, hold.rule, hold.key


def after(
    book: Book, decision: Decision, changes: Iterable[Change], holds: Iterable[NewHold], now: datetime,
    said: Mapping[str, Json],
) -> Book:  # fmt: skip
    """The book once a decision is stored and every call of it has succeeded; `said` are the platforms' answers."""
    if decision.stale:
        return book
    known = book.known
    for change in changes:
        known = _changed(known, change, now, said)
    advanced = replace(book, version=decision.version, seen=decision.seen) if decision.version else book
    entries = (*book.entries, decision.entry) if decision.entry else book.entries
    open_ones = reviewed(book, decision, holds)
    return replace(advanced, entries=entries, known=known, picks={**book.picks, **decision.picks}, holds=open_ones)


def reviewed(book: Book, decision: Decision, raised: Iterable[NewHold]) -> dict[Slot, NewHold]:
    """The holds that are open after a decision: those it raises, and those of rules it did not follow to the end."""
    new = {slot(hold): hold for hold in raised if (slot(hold), hold.reason) not in book.settled}
    kept = {at: hold for at, hold in book.holds.items() if hold.rule and hold.rule not in decision.reviewed}
    return {**kept, **new}


def _changed(known: tuple[Known, ...], change: Change, now: datetime, said: Mapping[str, Json]) -> tuple[Known, ...]:
    if change.entry is None:
        return known if change.wanted is None else (*known, _begun(known, change, change.wanted, now, said))
    return tuple(_went_on(each, change, said) if each.id == change.entry else each for each in known)


def _begun(others: tuple[Known, ...], change: Change, want: Wanted, now: datetime, said: Mapping[str, Json]) -> Known:
    known = Known(
        id=-1 - len(others),
        verb=want.verb,
        operation=want.operation,
        key=want.key,
        rule=want.rule,
        place=want.place,
        decided_at=now,
        body=want.body,
        undo=want.undo,
        on_change=want.on_change,
        policy=want.policy,
        state="applied",
        awaited=want.awaited,
    )
    return _with_calls(known, change, said)


def _went_on(known: Known, change: Change, said: Mapping[str, Json]) -> Known:
    want = change.wanted
    if want is None:
        return _with_calls(replace(known, body=None), change, said)
    wanted = replace(
        known, rule=want.rule, place=want.place, body=want.body, undo=want.undo, on_change=want.on_change,
        policy=want.policy, awaited=want.awaited,
    )  # fmt: skip
    return _with_calls(wanted, change, said)


def _with_calls(known: Known, change: Change, said: Mapping[str, Json]) -> Known:
    """The entry with the calls that a change drops and sends."""
    kept = (replace(sent, standing=Standing.GONE) if sent.id in change.drop else sent for sent in known.sent)
    first = len(known.sent)
    new = (
        Sent(-1 - first - number, call.body, Standing.APPLIED, call.identity, call.undo)
        for number, call in enumerate(change.send)
    )
    answer = said.get(effect_id(known.operation, known.key), known.answer)
    return replace(known, sent=(*kept, *new), answer=answer)
