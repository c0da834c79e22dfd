"""Wakes: subjects to be decided again without a new event."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from . import events
from .codec import load, moment, stamp
from .database import Db, Row, marks
from .port import Decided, Wake


def add(db: Db, subject: str, cause: str, due_at: datetime, *, decide_by: str = "", letter: int = 0) -> None:
    """`decide_by` asks for a version of the mapping, `letter` is the effect that goes on once it has decided."""
    db.late(
        "INSERT INTO wakes (subject, cause, due_at, decide_by, letter) SELECT ?, ?, ?, ?, CAST(? AS INTEGER)"
        " WHERE EXISTS (SELECT 1 FROM (SELECT record FROM decisions WHERE subject = ? AND NOT stale"
        " ORDER BY id DESC LIMIT 1) AS newest WHERE record <> 'null')",
        (subject, cause, stamp(due_at), decide_by, letter, subject),
    )


def plan(db: Db, decided: Decided) -> None:
    """The newest decision alone says when time makes its subject worth deciding again.

    A moment that this decision already saw is past: to wake for it would never end.
    """
    if decided.wakes:
        db.execute("DELETE FROM wakes WHERE subject = ? AND cause = 'wake'", (decided.subject,))
    wake_at = decided.decision.wake_at
    if wake_at is not None and wake_at > decided.lead.as_of:
        add(db, decided.subject, "wake", wake_at)


def answered(db: Db, effect: int, at: datetime) -> None:
    """An effect took place: where later steps wait for its answer, its subject is decided again at once."""
    db.execute(
        "INSERT INTO wakes (subject, cause, due_at) SELECT e.subject, 'answer', ?"
        " FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.id = ? AND l.awaited AND NOT e.undo",
        (stamp(at), effect),
    )


def of(db: Db, subject: str) -> tuple[int, ...]:
    return tuple(row["id"] for row in db.execute("SELECT id FROM wakes WHERE subject = ? ORDER BY id", (subject,)))


def waiting(db: Db, subject: str, now: datetime) -> tuple[bool, tuple[int, ...]]:
    """Whether any wake of a subject is due, and the numbers of all."""
    rows = db.execute("SELECT id, due_at FROM wakes WHERE subject = ? ORDER BY id", (subject,)).fetchall()
    return any(row["due_at"] <= stamp(now) for row in rows), tuple(row["id"] for row in rows)


def due(db: Db, subject: str, now: datetime) -> bool:
    found = db.execute("SELECT 1 FROM wakes WHERE subject = ? AND due_at <= ? LIMIT 1", (subject, stamp(now)))
    return found.fetchone() is not None


def begin(db: Db, subject: str, now: datetime) -> Wake | None:
    """The wakes of a subject as one when any is due. What was begun before goes on with its own `now` and reads."""
    first = db.execute(
        "SELECT * FROM wakes WHERE subject = ? AND due_at <= ? ORDER BY due_at, id LIMIT 1", (subject, stamp(now))
    ).fetchone()
    if first is None:
        return None
    asked = db.execute("SELECT max(decide_by) AS version FROM wakes WHERE subject = ?", (subject,)).fetchone()[
        "version"
    ]
    last = db.execute(
        "SELECT event, record FROM decisions WHERE subject = ? AND NOT stale ORDER BY id DESC LIMIT 1", (subject,)
    ).fetchone()
    if first["round"] is None:
        first = _begun(db, first["id"], last["event"], now)
    lead = replace(events.one(db, last["event"]), as_of=moment(first["as_of"]), round=first["round"])
    lead = replace(lead, decide_by=asked or lead.decide_by)
    return Wake(of(db, subject), first["cause"], lead, load(last["record"]))


def _begun(db: Db, wake: int, event: int, now: datetime) -> Row:
    db.execute("UPDATE events SET round = round + 1 WHERE seq = ?", (event,))
    db.execute(
        "UPDATE wakes SET as_of = ?, round = (SELECT round FROM events WHERE seq = ?) WHERE id = ?",
        (stamp(now), event, wake),
    )
    row: Row = db.execute("SELECT * FROM wakes WHERE id = ?", (wake,)).fetchone()
    return row


def postpone(db: Db, wake: Wake, due_at: datetime) -> None:
    """Wakes that were due wait together, in the round that was begun."""
    db.execute(
        f"UPDATE wakes SET due_at = ?, as_of = ?, round = ? WHERE id IN ({marks(wake.ids)}) AND due_at <= ?",
        (stamp(due_at), stamp(wake.lead.as_of), wake.lead.round, *wake.ids, stamp(due_at)),
    )


def letters(db: Db, ids: Collection[int]) -> tuple[int, ...]:
    """The effects that go on once these wakes are answered."""
    rows = db.execute(f"SELECT letter FROM wakes WHERE id IN ({marks(ids)}) AND letter <> 0 ORDER BY id", tuple(ids))
    return tuple(row["letter"] for row in rows)


def end(db: Db, ids: Iterable[int]) -> None:
    db.executemany("DELETE FROM wakes WHERE id = ?", [(number,) for number in ids])
