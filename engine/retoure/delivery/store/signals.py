"""Signals for alerts, the alerts that went off, and what they are judged by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .codec import load, moment, stamp
from .database import Db, Values, insert
from .port import Fired, Signal


def add(
    db: Db,
    signals: Iterable[Signal],
    at: datetime,
    *,
    effect: int | None = None,
    event: int | None = None,
) -> None:
    rows = [(signal.alert, signal.kind, effect, event, stamp(at)) for signal in signals]
    if not rows:
        return
    db.executemany(
        "INSERT INTO signals (alert, kind, effect, event, at) VALUES (?, ?, ?, ?, ?)",
        rows,
    )


def take(db: Db) -> tuple[Signal, ...]:
    rows = db.execute("UPDATE signals SET taken = TRUE WHERE NOT taken RETURNING id, alert, kind").fetchall()
    return tuple(Signal(row["alert"], row["kind"]) for row in sorted(rows, key=lambda row: int(row["id"])))


def tally(db: Db, alert: str, kind: str, since: datetime | None) -> int:
    return _holds(db, since) if kind == "held" else _letters(db, alert, since)


def _holds(db: Db, since: datetime | None) -> int:
    if since is None:
        row = db.execute("SELECT count(*) FROM holds WHERE closed_at IS NULL").fetchone()
    else:
        row = db.execute("SELECT count(*) FROM holds WHERE opened_at >= ?", (stamp(since),)).fetchone()
    count: int = row[0]
    return count


def _letters(db: Db, alert: str, since: datetime | None) -> int:
    """Letters whose policy named the alert; one that was queued several times counts once."""
    count: int = db.execute(
        "SELECT count(DISTINCT coalesce('e' || s.effect, 'v' || s.event)) FROM signals s"
        " LEFT JOIN effects e ON e.id = s.effect LEFT JOIN events v ON v.seq = s.event"
        " WHERE s.kind = 'queued' AND s.alert = :alert"
        " AND ((CAST(:since AS TEXT) IS NULL AND 'queued' IN (e.state, v.state)) OR s.at >= :since)",
        {"alert": alert, "since": None if since is None else stamp(since)},
    ).fetchone()[0]
    return count


def last_fired(db: Db, alert: str) -> datetime | None:
    row = db.execute("SELECT max(at) AS at FROM alerts WHERE alert = ?", (alert,)).fetchone()
    return None if row["at"] is None else moment(row["at"])


def fire(db: Db, alert: str, text: str, at: datetime) -> Fired:
    return Fired(insert(db, "alerts", {"alert": alert, "text": text, "at": stamp(at)}), alert, text, at)


def stalled(db: Db, audit: str) -> int:
    sql = "SELECT counts FROM audits WHERE audit = ? AND ended_at <> '' ORDER BY id DESC LIMIT 1"
    row = db.execute(sql, (audit,)).fetchone()
    return 0 if row is None else int(load(row["counts"]).get("stalled", 0))


_ACTED: Final = """
SELECT 1 FROM trail t WHERE t.actor = 'person' AND t.act <> 'books restored' AND t.at >= :since AND (
  t.subject = '' OR (:holds = 1 AND t.about LIKE 'hold-%')
  OR EXISTS (SELECT 1 FROM signals s LEFT JOIN effects e ON e.id = s.effect LEFT JOIN events v ON v.seq = s.event
             WHERE s.alert = :alert AND t.subject IN (e.subject, v.subject)))
"""
"""Deeds about no single return, such as a new version of the mapping, count for every alert."""


def acted(db: Db, alert: str, since: datetime, on_holds: bool) -> bool:
    values: Values = {"alert": alert, "since": stamp(since), "holds": int(on_holds)}
    return db.execute(_ACTED, values).fetchone() is not None


@dataclass(frozen=True, slots=True)
class Counted:
    """Tallies, inside a transaction."""

    db: Db

    def tally(self, alert: str, kind: str, since: datetime | None) -> int:
        return tally(self.db, alert, kind, since)

    def last_fired(self, alert: str) -> datetime | None:
        return last_fired(self.db, alert)

    def stalled(self, audit: str) -> int:
        return stalled(self.db, audit)

    def acted(self, alert: str, since: datetime, *, on_holds: bool) -> bool:
        return acted(self.db, alert, since, on_holds)
