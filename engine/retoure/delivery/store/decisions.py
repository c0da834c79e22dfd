"""Decisions: the state a subject is decided from, and all that one decision changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from ...runtime.decision import Entry, State
from ..errors import UnitsTaken
from ..ledger import Known, effect_id
from . import events, holds, ledger, queues, signals, wakes
from .codec import dump, load, moment, stamp
from .database import Db, Row, Values, add, insert, marks
from .port import Decided, EventState, NewHold


def state(db: Db, subject: str) -> State:
    return books(db, subject)[0]


def books(db: Db, subject: str) -> tuple[State, tuple[Known, ...]]:
    """The state, and the ledger it is made from. All is asked before any answer is looked at: see Db."""
    found = db.execute("SELECT version, seen FROM subjects WHERE subject = ?", (subject,))
    moves = db.execute("SELECT origin, path, version, at FROM moves WHERE subject = ? ORDER BY id", (subject,))
    picks = db.execute("SELECT place, unit FROM picks WHERE subject = ? ORDER BY place, position", (subject,))
    entries, row = ledger.known(db, subject), found.fetchone()
    state = State(
        version=None if row is None else row["version"],
        entries=tuple(map(_move, moves)),
        ledger={effect_id(known.operation, known.key): known.remembered for known in entries},
        picks=_picked(picks),
        seen={} if row is None else load(row["seen"]),
    )
    return state, entries


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


def record(db: Db, decided: Decided) -> None:
    """One decision and its consequences. Raises UnitsTaken."""
    subject, mapping = decided.subject, decided.decision.mapping
    number = _insert(db, decided)
    if not decided.decision.stale:
        _advance(db, decided, number)
        ledger.apply(db, decided, number)
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
    if decided.cause == "event" and decided.state is not EventState.SUPERSEDED:
        events.supersede_dead(db, subject, min(decided.events), decided.at)
    if decided.wakes:
        for letter in () if decided.queue else wakes.letters(db, decided.wakes):
            queues.send_again(db, letter, decided.at)
        wakes.end(db, decided.wakes)
    signals.add(db, decided.signals, decided.at, event=decided.lead.seq)


def _insert(db: Db, decided: Decided) -> int:
    decision, lead = decided.decision, decided.lead
    row: Values = {
        "subject": decided.subject,
        "event": lead.seq,
        "round": lead.round,
        "cause": decided.cause,
        "mapping": decision.mapping,
        "version": decision.version,
        "stage": decision.stage,
        "stale": decision.stale,
        "decision": dump(decision),
        "record": dump(decided.record),
        "answers": dump(decided.answers),
        "as_of": stamp(lead.as_of),
        "at": stamp(decided.at),
        "trace": dump(decided.trace) if decided.trace else None,
    }
    return insert(db, "decisions", row)


def _advance(db: Db, decided: Decided, number: int) -> None:
    """Moves the subject on. A decision without a version, on a record nobody could read, leaves the known one."""
    decision = decided.decision
    if decision.version:
        db.execute(
            "INSERT INTO subjects (subject, version, seen, decided_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (subject) DO UPDATE"
            " SET version = excluded.version, seen = excluded.seen, decided_at = excluded.decided_at",
            (decided.subject, decision.version, dump(decision.seen), stamp(decided.at)),
        )
    if decision.entry is not None:
        entry = decision.entry
        at = stamp(entry.at or decided.lead.as_of)
        move = {"origin": entry.origin, "path": dump(entry.path), "version": entry.version, "at": at}
        add(db, "moves", {"subject": decided.subject, "decision": number, **move})
    _pick(db, decided.subject, decision.picks)


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
    holds.open_one(db, lead.event.subject, hold, "", at)
    events.end(db, seqs, EventState.HELD, hold.reason, at)
