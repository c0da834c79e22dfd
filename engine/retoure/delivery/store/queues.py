"""Dead-letter queues: what lies in them, and how it goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from . import events, holds, wakes, whose
from .codec import moment, stamp
from .database import Db
from .port import Letter, Resolution

_LETTERS: Final = """
SELECT 'effect-' || e.id AS id, e.queue, e.subject, l.operation || ' ' || l.key AS what, e.error,
       e.changed_at AS at, e.unsettled
  FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.state = 'queued'
UNION ALL
SELECT 'event-' || seq, queue, subject, system || ' ' || kind, reason, ended_at, FALSE
  FROM events WHERE state = 'queued'
"""


def find(db: Db, queue: str | None, subject: str | None) -> tuple[Letter, ...]:
    rows = db.execute(
        f"SELECT * FROM ({_LETTERS}) AS letters WHERE (CAST(:queue AS TEXT) IS NULL OR queue = :queue)"
        " AND (CAST(:subject AS TEXT) IS NULL OR subject = :subject) ORDER BY at, id",
        {"queue": queue, "subject": subject},
    )
    return tuple(
        Letter(
            row["id"],
            row["queue"],
            row["subject"],
            row["what"],
            row["error"],
            moment(row["at"]),
            bool(row["unsettled"]),
        )
        for row in rows
    )


def sizes(db: Db) -> dict[str, int]:
    """How many letters lie in each queue that has any."""
    rows = db.execute(f"SELECT queue, count(*) FROM ({_LETTERS}) AS letters GROUP BY queue ORDER BY min(at)")
    return {row[0]: row[1] for row in rows}


def replay(db: Db, at: datetime, letter: str, queue: str, subject: str) -> int:
    if letter:
        return _replay_one(db, at, letter)
    if queue:
        return sum(_replay_one(db, at, found.id) for found in find(db, queue, None))
    return sum(_replay_one(db, at, found) for found in _dead(db, subject))


def subjects(db: Db, letter: str, queue: str, subject: str) -> frozenset[str]:
    """Whom a replay of one letter, of a queue or of a subject touches."""
    if letter:
        return whose.letter(db, letter)
    return frozenset(found.subject for found in find(db, queue, None)) if queue else frozenset({subject})


def _dead(db: Db, subject: str) -> list[str]:
    rows = db.execute(
        "SELECT 'event-' || seq AS id FROM events WHERE subject = ? AND state IN ('queued', 'held') UNION ALL"
        " SELECT 'effect-' || id FROM effects WHERE subject = ? AND state IN ('queued', 'held')",
        (subject, subject),
    )
    return [row["id"] for row in rows]


def _replay_one(db: Db, at: datetime, letter: str) -> int:
    kind, _, number = letter.partition("-")
    if kind not in ("effect", "event") or not number.isdecimal():
        raise KeyError(f"no letter {letter}: they are called effect-7 or event-3")
    if kind == "event":
        events.one(db, int(number))
        return events.again(db, int(number), at)
    if db.execute("SELECT 1 FROM effects WHERE id = ?", (int(number),)).fetchone() is None:
        raise KeyError(f"no letter {letter}")
    return _send_again(db, int(number), at)


def _send_again(db: Db, effect: int, at: datetime) -> int:
    done = db.execute(
        "UPDATE effects SET state = 'waiting', queue = '', counts = '{}', due_at = ?, changed_at = ?"
        " WHERE id = ? AND state IN ('queued', 'held')",
        (stamp(at), stamp(at), effect),
    )
    return done.rowcount


def resolve(db: Db, effect: int, how: Resolution, why: str, at: datetime) -> None:
    row = db.execute("SELECT state FROM effects WHERE id = ?", (effect,)).fetchone()
    if row is None:
        raise KeyError(f"no effect {effect}")
    if row["state"] not in ("queued", "held"):
        raise ValueError(f"effect {effect} is {row['state']}: only one that is queued or held can be resolved")
    if how is Resolution.SEND_AGAIN:
        _send_again(db, effect, at)
    state = {Resolution.APPLIED: "applied", Resolution.LET_GO: "skipped", Resolution.SEND_AGAIN: "waiting"}[how]
    db.execute(
        "UPDATE effects SET state = ?, unsettled = FALSE, queue = '', error = ?, changed_at = ? WHERE id = ?",
        (state, why, stamp(at), effect),
    )
    db.execute(
        "INSERT INTO attempts (effect, step, began_at, ended_at, outcome, message) VALUES (?, 'person', ?, ?, ?, ?)",
        (effect, stamp(at), stamp(at), how.value, why),
    )
    holds.close_of_effect(db, effect, f"{how.value}: {why}", at)
    if how is Resolution.APPLIED:
        wakes.answered(db, effect, at)
