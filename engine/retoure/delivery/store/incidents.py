"""Incidents (alerts from going off until their cause has gone), and the notices that channels tell of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from .codec import moment, stamp
from .database import Db, Row, add, insert
from .port import Fired, Incident, Notice, NoticeKind, Turn, Untold

MOST: Final = 20
"""So many notices are claimed at a time."""


def open_now(db: Db) -> tuple[Incident, ...]:
    rows = db.execute("SELECT * FROM incidents WHERE closed_at IS NULL ORDER BY id").fetchall()
    return tuple(Incident(row["id"], row["alert"], row["text"], moment(row["opened_at"]), row["step"]) for row in rows)


def fired(db: Db, what: Fired, told: bool) -> None:
    """Opens an incident, or goes on with the one that is open."""
    row = db.execute("SELECT id FROM incidents WHERE alert = ? AND closed_at IS NULL", (what.alert,)).fetchone()
    if row is None:
        begun = {"alert": what.alert, "text": what.text, "opened_at": stamp(what.at)}
        number = insert(db, "incidents", begun)
    else:
        number = row["id"]
        db.execute("UPDATE incidents SET text = ? WHERE id = ?", (what.text, number))
    if told:
        _note(db, number, NoticeKind.ALERT, (0,), what.text, what.at)


def turn(db: Db, incident: Incident, what: Turn, at: datetime, told: bool) -> None:
    """Escalates it, or closes it, of which all are told who were told of it."""
    if what.step is None:
        db.execute("UPDATE incidents SET closed_at = ? WHERE id = ?", (stamp(at), incident.id))
        kind, steps = NoticeKind.RECOVERY, range(incident.step + 1)
    else:
        db.execute("UPDATE incidents SET step = ? WHERE id = ?", (what.step, incident.id))
        kind, steps = NoticeKind.ESCALATION, range(what.step, what.step + 1)
    if told and what.text:
        _note(db, incident.id, kind, steps, what.text, at)


def _note(db: Db, incident: int, kind: NoticeKind, steps: Iterable[int], text: str, at: datetime) -> None:
    for step in steps:
        when = stamp(at)
        add(db, "notices", {"incident": incident, "kind": kind.value, "step": step, "text": text, "at": when,
                            "due_at": when})  # fmt: skip


# --- telling


def claim(db: Db, now: datetime, until: datetime) -> tuple[Notice, ...]:
    db.alone("notices")
    due = db.execute(
        "SELECT n.*, i.alert, i.opened_at FROM notices n JOIN incidents i ON i.id = n.incident"
        " WHERE n.state = 'waiting' AND n.due_at <= ? ORDER BY n.id LIMIT ?",
        (stamp(now), MOST),
    ).fetchall()
    again = [(stamp(until), row["id"]) for row in due]
    db.executemany("UPDATE notices SET due_at = ?, tries = tries + 1 WHERE id = ?", again)
    return tuple(map(_notice, due))


def _notice(row: Row) -> Notice:
    return Notice(
        row["id"],
        row["alert"],
        NoticeKind(row["kind"]),
        row["step"],
        row["text"],
        moment(row["opened_at"]),
        moment(row["at"]),
        row["tries"] + 1,
    )


def told(db: Db, notice: int) -> None:
    db.execute("UPDATE notices SET state = 'told', error = '' WHERE id = ?", (notice,))


def failed(db: Db, notice: int, error: str, due_at: datetime | None) -> None:
    if due_at is None:
        db.execute("UPDATE notices SET state = 'given up', error = ? WHERE id = ?", (error, notice))
    else:
        db.execute("UPDATE notices SET due_at = ?, error = ? WHERE id = ?", (stamp(due_at), error, notice))


def leave(db: Db, why: str) -> None:
    """Nothing that waits is told any more."""
    db.execute("UPDATE notices SET state = 'given up', error = ? WHERE state = 'waiting'", (why,))


def untold(db: Db) -> tuple[Untold, ...]:
    """What was given up of incidents that are open, the oldest first."""
    rows = db.execute(
        "SELECT i.alert, n.text, n.at, n.error FROM notices n JOIN incidents i ON i.id = n.incident"
        " WHERE n.state = 'given up' AND i.closed_at IS NULL ORDER BY n.id"
    )
    return tuple(Untold(row["alert"], row["text"], moment(row["at"]), row["error"]) for row in rows)
