"""Signals for alerts, and the alerts that went off."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from .codec import moment, stamp
from .port import Fired, Signal


def add(
    db: sqlite3.Connection,
    signals: Iterable[Signal],
    at: datetime,
    *,
    effect: int | None = None,
    event: int | None = None,
) -> None:
    db.executemany(
        "INSERT INTO signals (alert, kind, effect, event, at) VALUES (?, ?, ?, ?, ?)",
        [(signal.alert, signal.kind, effect, event, stamp(at)) for signal in signals],
    )


def take(db: sqlite3.Connection) -> tuple[Signal, ...]:
    rows = db.execute("UPDATE signals SET taken = 1 WHERE taken = 0 RETURNING id, alert, kind").fetchall()
    return tuple(Signal(row["alert"], row["kind"]) for row in sorted(rows, key=lambda row: int(row["id"])))


def tally(db: sqlite3.Connection, alert: str, kind: str, since: datetime | None) -> int:
    return _holds(db, since) if kind == "held" else _letters(db, alert, since)


def _holds(db: sqlite3.Connection, since: datetime | None) -> int:
    count: int = db.execute(
        "SELECT count(*) FROM holds WHERE (:since IS NULL AND closed_at IS NULL) OR opened_at >= :since",
        {"since": None if since is None else stamp(since)},
    ).fetchone()[0]
    return count


def _letters(db: sqlite3.Connection, alert: str, since: datetime | None) -> int:
    """Letters whose policy named the alert; one that was queued several times counts once."""
    count: int = db.execute(
        "SELECT count(DISTINCT coalesce('e' || s.effect, 'v' || s.event)) FROM signals s"
        " LEFT JOIN effects e ON e.id = s.effect LEFT JOIN events v ON v.seq = s.event"
        " WHERE s.kind = 'queued' AND s.alert = :alert"
        " AND ((:since IS NULL AND 'queued' IN (e.state, v.state)) OR s.at >= :since)",
        {"alert": alert, "since": None if since is None else stamp(since)},
    ).fetchone()[0]
    return count


def last_fired(db: sqlite3.Connection, alert: str) -> datetime | None:
    row = db.execute("SELECT max(at) AS at FROM alerts WHERE alert = ?", (alert,)).fetchone()
    return None if row["at"] is None else moment(row["at"])


def fire(db: sqlite3.Connection, alert: str, text: str, at: datetime) -> Fired:
    made = db.execute("INSERT INTO alerts (alert, text, at) VALUES (?, ?, ?)", (alert, text, stamp(at)))
    return Fired(made.lastrowid or 0, alert, text, at)
