"""Replays that go one after the other. They stay where they are until it is their turn, which is stored: whatever stops
and starts in between, no two of them are closer together than was asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from . import queues
from .codec import moment_or_none, stamp
from .database import Db, Row, insert
from .port import Again, ReplayBy


def add(db: Db, at: datetime, replays: Iterable[Again], by: ReplayBy | None, per_second: float) -> int:
    """The first of them has its turn at `at`. How many; one that waited for its turn before is asked for anew."""
    pace, number = 0, 0
    for batch in queues.batched(replays, queues.PAGE):
        pace = pace or insert(db, "paces", {"every": round(1000 / per_second), "next_at": stamp(at)})
        db.executemany(
            "INSERT INTO paced (pace, subject, letter, replay_by) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (subject, letter) DO UPDATE SET pace = excluded.pace, replay_by = excluded.replay_by",
            [(pace, one.subject, one.letter, by.value if by else "") for one in batch],
        )
        number += len(batch)
    return number


def next_at(db: Db) -> datetime | None:
    row = db.execute("SELECT min(next_at) AS at FROM paces").fetchone()
    return moment_or_none(row["at"])


def left(db: Db) -> int:
    number: int = db.execute("SELECT count(*) FROM paced").fetchone()[0]
    return number


def waits(db: Db, letter: str) -> bool:
    return db.execute("SELECT 1 FROM paced WHERE letter = ?", (letter,)).fetchone() is not None


def take(db: Db, now: datetime) -> int:
    """Replays of each pace the one whose turn came; those that went on without it take no turn. How many."""
    due = db.execute("SELECT * FROM paces WHERE next_at <= ? ORDER BY id", (stamp(now),)).fetchall()
    taken = sum(_take_one(db, pace, now) for pace in due)
    db.execute("DELETE FROM paces WHERE NOT EXISTS (SELECT 1 FROM paced p WHERE p.pace = paces.id)")
    return taken


def _take_one(db: Db, pace: Row, now: datetime) -> int:
    while (row := _first(db, pace["id"])) is not None:
        db.execute("DELETE FROM paced WHERE id = ?", (row["id"],))
        if _replay(db, row, now):
            later = now + timedelta(milliseconds=pace["every"])
            db.execute("UPDATE paces SET next_at = ? WHERE id = ?", (stamp(later), pace["id"]))
            return 1
    return 0


def _first(db: Db, pace: int) -> Row | None:
    row: Row | None = db.execute("SELECT * FROM paced WHERE pace = ? ORDER BY id LIMIT 1", (pace,)).fetchone()
    return row


def _replay(db: Db, row: Row, now: datetime) -> bool:
    """False where there is nothing to replay any more: dropped, done by hand, or its content is gone."""
    by = ReplayBy(row["replay_by"]) if row["replay_by"] else None
    db.lock(row["subject"])
    try:
        if not row["letter"]:
            queues.decide_again(db, row["subject"], now, by)
            return True
        return queues.replay_one(db, now, row["letter"], by) > 0
    except (KeyError, ValueError):
        return False
