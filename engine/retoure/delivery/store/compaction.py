"""What goes after the retention: what a return was decided from and every try of its calls. Never the books.

A return is closed when nothing of it waits, nobody is asked about it, and nothing happened to it for the whole
retention. Its event ids, stages, ledger, calls with their bodies, picked units and holds stay: a message that comes
again is known, a later version is compared with what was sent, and no sum changes. What reports for finance need of a
record is put aside first.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from .bodies import GONE, THERE
from .codec import dump, load, stamp
from .database import Db
from .port import Figures

_NOTHING_SINCE: Final = """
NOT EXISTS (SELECT 1 FROM events v WHERE v.subject = s.subject
             AND (v.state IN ('waiting', 'held', 'queued') OR v.received_at >= :before OR v.repeated_at >= :before))
AND NOT EXISTS (SELECT 1 FROM effects e WHERE e.subject = s.subject
                 AND (e.state IN ('waiting', 'sending', 'queued', 'held') OR e.changed_at >= :before))
AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.subject = s.subject AND (h.closed_at IS NULL OR h.closed_at >= :before))
AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject = s.subject AND d.at >= :before)
AND NOT EXISTS (SELECT 1 FROM wakes w WHERE w.subject = s.subject)
"""
_CLOSED: Final = f"""
SELECT s.subject FROM events s WHERE s.coding IN ({THERE}) AND s.received_at < :before AND {_NOTHING_SINCE}
 LIMIT :limit
"""
_STILL: Final = f"SELECT 1 FROM (SELECT :subject AS subject) AS s WHERE {_NOTHING_SINCE}"

_REMOVE: Final = (
    f"UPDATE events SET raw = :nothing, coding = '{GONE}', snapshot = 'null', part = NULL WHERE subject = :subject",
    "UPDATE decisions SET decision = 'null', record = 'null', answers = '{}' WHERE subject = :subject",
    "UPDATE effects SET plan = NULL WHERE subject = :subject",
    "DELETE FROM reads WHERE event IN (SELECT seq FROM events WHERE subject = :subject)",
    "DELETE FROM attempts WHERE effect IN (SELECT id FROM effects WHERE subject = :subject)",
    "DELETE FROM signals WHERE taken AND effect IN (SELECT id FROM effects WHERE subject = :subject)",
    "DELETE FROM signals WHERE taken AND event IN (SELECT seq FROM events WHERE subject = :subject)",
)


def closed(db: Db, before: datetime, limit: int) -> tuple[str, ...]:
    """Some returns that were closed before a moment and still have what can go: those of so many events at most."""
    rows = db.execute(_CLOSED, {"before": stamp(before), "limit": limit})
    return tuple(dict.fromkeys(row["subject"] for row in rows))


def closed_before(db: Db, subject: str, before: datetime) -> bool:
    """Whether a return is closed since a moment."""
    return db.execute(_STILL, {"subject": subject, "before": stamp(before)}).fetchone() is not None


def compact(db: Db, subject: str, before: datetime, figures: Figures | None = None) -> bool:
    """Removes what can go of one return; false when something happened to it meanwhile."""
    if not closed_before(db, subject, before):
        return False
    if figures is not None:
        _put_aside(db, subject, figures)
    for statement in _REMOVE:
        db.execute(statement, {"subject": subject, "nothing": b""})
    return True


def _put_aside(db: Db, subject: str, figures: Figures) -> None:
    rows = db.execute("SELECT id, record, answers FROM decisions WHERE subject = ? AND record <> 'null'", (subject,))
    kept = [(dump(figures(load(row["record"]), load(row["answers"]))), row["id"]) for row in rows.fetchall()]
    db.executemany("UPDATE decisions SET figures = ? WHERE id = ?", kept)
