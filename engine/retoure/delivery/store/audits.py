"""Audits: which subjects there are to compare, what is compared, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from ...connectors.port import Json
from ...runtime.differences import DifferenceClass
from . import decisions, holds, wakes
from .bodies import CODINGS
from .codec import load, moment, moment_or_none, stamp
from .database import Db, Row, marks
from .port import Addition, Audited, Hold, NewHold, Snapshot

GONE: Final = "the audit no longer finds it"

_UNASKED: Final = (DifferenceClass.ORPHAN, DifferenceClass.DUPLICATE)

_UNDER_WAY: Final = """
SELECT min(at) AS at FROM (
  SELECT received_at AS at FROM events WHERE subject = :subject AND state = 'waiting'
  UNION ALL SELECT wanted_at FROM effects WHERE subject = :subject AND state IN ('waiting', 'sending')
  UNION ALL SELECT due_at FROM wakes WHERE subject = :subject AND (cause <> 'wake' OR round IS NOT NULL)) AS under_way
"""


_STANDS: Final = """
SELECT
  (SELECT max(at) FROM (
    SELECT at FROM decisions WHERE id = :decision
    UNION ALL SELECT changed_at FROM effects WHERE subject = :subject) AS changes) AS changed_at,
  EXISTS (SELECT 1 FROM effects WHERE subject = :subject AND state IN ('queued', 'held')) AS waits,
  EXISTS (SELECT 1 FROM holds WHERE subject = :subject AND kind = 'correction' AND closed_at IS NULL) AS corrects
"""

_TOUCHED: Final = """(s.decided_at >= :changed
  OR EXISTS (SELECT 1 FROM effects e WHERE e.subject = s.subject
             AND (e.changed_at >= :changed OR e.state IN ('waiting', 'sending', 'queued', 'held')))
  OR EXISTS (SELECT 1 FROM events v WHERE v.subject = s.subject AND v.state = 'waiting')
  OR EXISTS (SELECT 1 FROM holds h WHERE h.subject = s.subject AND h.kind = 'audit' AND h.closed_at IS NULL))"""


def decided_since(db: Db, since: datetime, after: str, limit: int, changed: datetime | None = None) -> tuple[str, ...]:
    wanted = f"s.subject > :after AND {_span(changed)}"
    rows = db.execute(
        f"SELECT s.subject FROM subjects s WHERE {wanted} ORDER BY s.subject LIMIT :limit",
        {"after": after, "limit": limit, **_moments(since, changed)},
    )
    return tuple(row["subject"] for row in rows)


def count_decided(db: Db, since: datetime, changed: datetime | None = None) -> int:
    sql = f"SELECT count(*) FROM subjects s WHERE {_span(changed)}"
    count: int = db.execute(sql, _moments(since, changed)).fetchone()[0]
    return count


def _span(changed: datetime | None) -> str:
    return "s.decided_at >= :since" if changed is None else f"s.decided_at >= :since AND {_TOUCHED}"


def _moments(since: datetime, changed: datetime | None) -> dict[str, str]:
    return {"since": stamp(since)} | ({} if changed is None else {"changed": stamp(changed)})


def snapshot(db: Db, subject: str) -> Snapshot | None:
    last = db.execute(
        "SELECT id, cause, record FROM decisions WHERE subject = ? AND NOT stale ORDER BY id DESC LIMIT 1", (subject,)
    ).fetchone()
    if last is None or last["record"] == "null":
        return None
    waiting = db.execute(_UNDER_WAY, {"subject": subject}).fetchone()["at"]
    state, since = decisions.state(db, subject), moment_or_none(waiting)
    stands = db.execute(_STANDS, {"subject": subject, "decision": last["id"]}).fetchone()
    how = (since, moment(stands["changed_at"]), bool(stands["waits"]), bool(stands["corrects"]))
    return Snapshot(subject, last["id"], last["cause"], load(last["record"]), state, *how)


def additions(db: Db, subject: str, operation: str) -> tuple[Addition, ...]:
    rows = db.execute(
        "SELECT e.identity, e.body, e.plan FROM effects e JOIN ledger l ON l.id = e.entry"
        " WHERE e.subject = ? AND l.operation = ? AND e.state = 'applied' AND e.plan <> 'null' ORDER BY e.id",
        (subject, operation),
    )
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["identity"], []).append(row)
    return tuple(
        Addition(identity, tuple(load(row["body"]) for row in each), load(each[-1]["plan"]))
        for identity, each in found.items()
    )


def plans(db: Db, identity: str) -> tuple[Json, ...]:
    sql = "SELECT plan FROM effects WHERE identity = ? AND plan <> 'null' ORDER BY id"
    return tuple(load(row["plan"]) for row in db.execute(sql, (identity,)))


def readers(db: Db, reads: Sequence[str]) -> tuple[str, ...]:
    rows = db.execute(
        "SELECT DISTINCT e.subject FROM reads r JOIN events e ON e.seq = r.event"
        f" WHERE r.key IN ({marks(reads)}) ORDER BY e.subject",
        tuple(reads),
    )
    return tuple(row["subject"] for row in rows)


def unasked(db: Db, subject: str) -> Hold | None:
    found = holds.find(db, subject, None, closed=False)
    return next((hold for hold in found if hold.kind == "audit" and hold.difference in _UNASKED), None)


def note_orphan(db: Db, subject: str, hold: NewHold, mapping: str, at: datetime) -> None:
    holds.open_one(db, subject, hold, mapping, at)


def close_watch(db: Db, subject: str, rule: str, why: str, at: datetime) -> None:
    for hold in holds.find(db, subject, None, closed=False):
        if (hold.kind, hold.rule) == ("watch", rule):
            holds.close(db, hold.id, why, at)


_ARRIVED: Final = (
    f"SELECT system, received_at FROM events WHERE coding IN ({CODINGS}) AND received_at >= ?"
    " AND event_id NOT LIKE 'audit:%' AND event_id NOT LIKE 'poll:%'"
)
"""Of all systems: asked for one, SQLite would look through all that ever came from it."""


def arrivals(db: Db, system: str, since: datetime) -> list[datetime]:
    return [moment(at) for at in sorted(_arrived(db, system, since))]


def heard(db: Db, system: str, since: datetime) -> bool:
    return any(_arrived(db, system, since))


def _arrived(db: Db, system: str, since: datetime) -> Iterator[str]:
    return (row["received_at"] for row in db.execute(_ARRIVED, (stamp(since),)) if row["system"] == system)


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
