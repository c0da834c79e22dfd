"""Decisions: the state a subject is decided from, and all that one decision changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from ...runtime.decision import Entry, State
from ..errors import UnitsTaken
from ..ledger import Known, effect_id
from . import events, holds, ledger, queues, signals, wakes
from .codec import dump, dump_moments, load, moment, stamp
from .database import Db, Row, marks
from .ledger import Added
from .port import Decided, EventState, NewHold, Recorded
from .shelf import UNFINISHED, Book


def state(db: Db, subject: str) -> State:
    """As it is stored, whatever is under way."""
    return _state(_read(db, subject))


def books(db: Db, subject: str) -> tuple[State, tuple[Known, ...]]:
    """The state, and the ledger it is made from: as they are known to stand, else as they are stored."""
    book = db.shelf.find(subject)
    if book is None:
        book = _read(db, subject)
        if len(book.remembered) == len(book.known):  # else two entries go by one name, which is not followed here
            db.shelf.keep(subject, book)
    return _state(book), tuple(book.known.values())


def _state(book: Book) -> State:
    known = book.state
    return State(known.version, known.entries, dict(book.remembered), known.picks, known.seen)


def _read(db: Db, subject: str) -> Book:
    """All is asked before any answer is looked at: see Db."""
    found = db.execute("SELECT version, seen FROM subjects WHERE subject = ?", (subject,))
    moves = db.execute("SELECT origin, path, version, at FROM moves WHERE subject = ? ORDER BY id", (subject,))
    picks = db.execute("SELECT place, unit FROM picks WHERE subject = ? ORDER BY place, position", (subject,))
    hold = db.execute("SELECT 1 FROM holds WHERE subject = ? AND closed_at IS NULL LIMIT 1", (subject,))
    dead = db.execute(f"{events.DEAD} LIMIT 1", (subject,))
    entries, row = ledger.known(db, subject), found.fetchone()
    state = State(
        version=None if row is None else row["version"],
        entries=tuple(map(_move, moves)),
        picks=_picked(picks),
        seen={} if row is None else load(row["seen"]),
    )
    return Book(
        state,
        known={known.id: known for known in entries},
        remembered={effect_id(known.operation, known.key): known.remembered for known in entries},
        held=hold.fetchone() is not None,
        dead=dead.fetchone() is not None,
        unfinished={sent.id for known in entries for sent in known.sent if sent.standing in UNFINISHED},
    )


def _move(row: Row) -> Entry:
    return Entry(row["origin"], tuple(load(row["path"])), row["version"], moment(row["at"]))


def _picked(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for row in rows:
        found[row["place"]] = (*found.get(row["place"], ()), row["unit"])
    return found


def claimed(db: Db, subject: str, units: Sequence[str]) -> frozenset[str]:
    rows = db.execute(f"SELECT unit FROM picks WHERE subject <> ? AND unit IN ({marks(units)})", (subject, *units))
    return frozenset(row["unit"] for row in rows)


def record(db: Db, decided: Decided) -> Recorded | None:
    """One decision and its consequences; what it left, None where that has to be looked up. Raises UnitsTaken."""
    subject, mapping = decided.subject, decided.decision.mapping
    book = db.shelf.find(subject)
    number = _insert(db, decided)
    added: list[Added] = []
    if not decided.decision.stale:
        _advance(db, decided, number)
        added = ledger.apply(db, decided, number)
        if decided.holds or book is None or book.held:
            holds.review(db, decided)
        wakes.plan(db, decided)
    events.end(
        db,
        decided.events,
        decided.state,
        decided.reason,
        decided.at,
        queue=decided.queue,
        mapping=mapping,
    )
    if decided.cause == "event" and decided.state is not EventState.SUPERSEDED and (book is None or book.dead):
        events.supersede_dead(db, subject, min(decided.events), decided.at)
    if decided.wakes:
        for letter in () if decided.queue else wakes.letters(db, decided.wakes):
            queues.send_again(db, letter, decided.at)
        wakes.end(db, decided.wakes)
    signals.add(db, decided.signals, decided.at, event=decided.lead.seq)
    if book is None:
        return None
    if not _plain(decided, book):
        db.shelf.forget((subject,))
        return None
    return _follow(db, book, decided, added)


def _plain(decided: Decided, book: Book) -> bool:
    """Whether all that a decision does is to add: what more there is to it is read again."""
    decision = decided.decision
    more = decided.holds or decided.wakes or decided.queue or decision.picks or decision.stale
    return not (more or book.held or book.dead) and all(change.entry is None for change in decided.changes)


def _follow(db: Db, book: Book, decided: Decided, added: list[Added]) -> Recorded | None:
    """The books as they are after a decision that only adds. Calls for the same thing are left to be looked up, and so
    are all where others are unfinished.
    """
    alone = len(book.unfinished) == len(book.handed)
    book.state = _next_state(book.state, decided)
    for one in added:
        book.known[one.known.id] = one.known
        book.remembered[effect_id(one.known.operation, one.known.key)] = one.known.remembered
        for effect in one.effects:
            book.unfinished.add(effect.id)
            book.handed[effect.id] = effect
    if len(book.remembered) == len(book.known):
        db.shelf.keep(decided.subject, book)
    else:
        db.shelf.forget((decided.subject,))
    if alone and not any(effect.identity for effect in book.handed.values()):
        return Recorded(tuple(book.handed.values()), _state(book), tuple(book.known.values()))
    book.handed.clear()
    return None


def _next_state(state: State, decided: Decided) -> State:
    """As it is stored by `_advance`."""
    decision = decided.decision
    if decision.version:
        state = State(decision.version, state.entries, {}, state.picks, load(dump(decision.seen)))
    if decision.entry is not None:
        entry = replace(decision.entry, at=decision.entry.at or decided.lead.as_of)
        state = replace(state, entries=(*state.entries, entry))
    return state


_DECISION: Final = (
    "INSERT INTO decisions (id, subject, event, round, cause, mapping, version, stage, stale, decision, record,"
    " answers, as_of, at, trace) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def _insert(db: Db, decided: Decided) -> int:
    decision, lead = decided.decision, decided.lead
    number = db.numbers("decisions", 1)[0]
    row = (
        number,
        decided.subject,
        lead.seq,
        lead.round,
        decided.cause,
        decision.mapping,
        decision.version,
        decision.stage,
        decision.stale,
        dump_moments(decision),
        dump(decided.record),
        dump(decided.answers) if decided.answers else "{}",
        stamp(lead.as_of),
        stamp(decided.at),
        dump(decided.trace) if decided.trace else None,
    )
    db.late(_DECISION, row)
    return number


_SUBJECT: Final = (
    "INSERT INTO subjects (subject, version, seen, decided_at) VALUES (?, ?, ?, ?) ON CONFLICT (subject) DO UPDATE"
    " SET version = excluded.version, seen = excluded.seen, decided_at = excluded.decided_at"
)
_MOVE: Final = "INSERT INTO moves (subject, decision, origin, path, version, at) VALUES (?, ?, ?, ?, ?, ?)"


def _advance(db: Db, decided: Decided, number: int) -> None:
    """Moves the subject on. A decision without a version, on a record nobody could read, leaves the known one."""
    decision, subject = decided.decision, decided.subject
    if decision.version:
        db.late(_SUBJECT, (subject, decision.version, dump(decision.seen), stamp(decided.at)))
    if decision.entry is not None:
        entry = decision.entry
        at = stamp(entry.at or decided.lead.as_of)
        db.late(_MOVE, (subject, number, entry.origin, dump(entry.path), entry.version, at))
    _pick(db, subject, decision.picks)


def _pick(db: Db, subject: str, picks: Mapping[str, Sequence[str]]) -> None:
    """In the order of the units: two subjects that want the same ones then wait for each other in one direction."""
    if not picks:
        return
    db.executemany("DELETE FROM picks WHERE subject = ? AND place = ?", [(subject, place) for place in picks])
    rows = ((unit, place, position) for place, units in picks.items() for position, unit in enumerate(units))
    for unit, place, position in sorted(rows):
        made = db.execute(
            "INSERT INTO picks (unit, subject, place, position) VALUES (?, ?, ?, ?) ON CONFLICT (unit) DO NOTHING",
            (unit, subject, place, position),
        )
        if not made.rowcount:
            raise UnitsTaken((unit,))


def fail(db: Db, seqs: Sequence[int], hold: NewHold, at: datetime) -> None:
    """Events that could not be decided, and the hold that says why."""
    lead = events.one(db, seqs[-1])
    db.shelf.forget((lead.event.subject,))
    holds.open_one(db, lead.event.subject, hold, "", at)
    events.end(db, seqs, EventState.HELD, hold.reason, at)
