"""Audits: which subjects there are to compare, what is compared, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ...connectors.port import Json
from . import decisions, holds, wakes
from .codec import dump, load, moment, moment_or_none, stamp
from .database import Db, insert
from .port import Audited, Snapshot

GONE: Final = "the audit no longer finds it"

_UNDER_WAY: Final = """
SELECT min(at) AS at FROM (
  SELECT received_at AS at FROM events WHERE subject = :subject AND state = 'waiting'
  UNION ALL SELECT wanted_at FROM effects WHERE subject = :subject AND state IN ('waiting', 'sending')
  UNION ALL SELECT due_at FROM wakes WHERE subject = :subject AND (cause <> 'wake' OR round IS NOT NULL)) AS under_way
"""


def decided_since(db: Db, since: datetime, after: str, limit: int) -> tuple[str, ...]:
    rows = db.execute(
        "SELECT subject FROM subjects WHERE subject > ? AND decided_at >= ? ORDER BY subject LIMIT ?",
        (after, stamp(since), limit),
    )
    return tuple(row["subject"] for row in rows)


def count_decided(db: Db, since: datetime) -> int:
    count: int = db.execute("SELECT count(*) FROM subjects WHERE decided_at >= ?", (stamp(since),)).fetchone()[0]
    return count


def snapshot(db: Db, subject: str) -> Snapshot | None:
    last = db.execute(
        "SELECT id, cause, record FROM decisions WHERE subject = ? AND NOT stale ORDER BY id DESC LIMIT 1", (subject,)
    ).fetchone()
    if last is None or last["record"] == "null":
        return None
    waiting = db.execute(_UNDER_WAY, {"subject": subject}).fetchone()["at"]
    state, since = decisions.state(db, subject), moment_or_none(waiting)
    return Snapshot(subject, last["id"], last["cause"], load(last["record"]), state, since)


def note(db: Db, audited: Audited, at: datetime) -> bool:
    now = snapshot(db, audited.subject)
    if now is None or now.decision != audited.decision or now.waiting_since is not None:
        return False
    raised = {hold.key for hold in audited.holds}
    for hold in holds.find(db, audited.subject, None, closed=False):
        if (hold.kind, hold.rule) == ("audit", audited.audit) and hold.key not in raised:
            holds.close(db, hold.id, GONE, at)
    for new in audited.holds:
        holds.open_one(db, audited.subject, new, audited.mapping, at)
    if audited.heal:
        wakes.add(db, audited.subject, "audit", at)
    return True


def end(db: Db, audit: str, mapping: str, started_at: datetime, at: datetime, counts: Json) -> None:
    times = {"started_at": stamp(started_at), "ended_at": stamp(at)}
    insert(db, "audits", {"audit": audit, "mapping": mapping, **times, "counts": dump(counts)})


def last(db: Db, audit: str) -> datetime | None:
    row = db.execute("SELECT max(started_at) AS at FROM audits WHERE audit = ?", (audit,)).fetchone()
    return None if row["at"] is None else moment(row["at"])
