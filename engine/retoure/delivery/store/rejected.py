"""Messages that were not accepted: their bodies for whoever looks into it, but never more than a disk can bear.

What proved who it is from (an unknown kind of event, other content under a known id) is kept whole. What was refused
may come from anybody: of each system and reason the last `KEPT` are kept, the first `BEGINNING` bytes of each. Older
ones go on counting in one row without a body.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from .bodies import pack
from .codec import stamp
from .database import Db, Row

KEPT: Final = 1000
BEGINNING: Final = 16_384
PROVEN: Final = frozenset({"unknown", "conflict"})
OLDER: Final = "older ones, whose bodies are no longer kept"

_ADD: Final = """
INSERT INTO rejected (system, reason, message, event_id, digest, raw, coding, first_at, last_at, times)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (system, reason, event_id, digest)
    DO UPDATE SET times = rejected.times + excluded.times, last_at = excluded.last_at
"""
_CROWDED_OUT: Final = """
DELETE FROM rejected WHERE id IN (SELECT id FROM rejected WHERE system = ? AND reason = ? AND digest <> ''
                                   ORDER BY last_at DESC, id DESC LIMIT 1000 OFFSET ?)
RETURNING system, reason, first_at, last_at, times
"""
_OLD: Final = """
DELETE FROM rejected WHERE last_at < ? AND digest <> '' RETURNING system, reason, first_at, last_at, times
"""


def add(db: Db, system: str, raw: bytes, reason: str, at: datetime, message: str, event_id: str = "") -> None:
    """Keeps one; one that came before is counted."""
    kept, coding = pack(raw if reason in PROVEN else raw[:BEGINNING])
    digest, times = hashlib.sha256(raw).hexdigest(), (stamp(at), stamp(at))
    db.execute(_ADD, (system, reason, message, event_id, digest, kept, coding, *times, 1))
    if reason not in PROVEN:
        db.alone("rejected")
        _count_on(db, db.execute(_CROWDED_OUT, (system, reason, KEPT)).fetchall())


def forget(db: Db, before: datetime) -> int:
    """Removes bodies of messages that last came before a moment. How many."""
    db.alone("rejected")
    old = db.execute(_OLD, (stamp(before),)).fetchall()
    _count_on(db, old)
    return len(old)


def _count_on(db: Db, removed: Iterable[Row]) -> None:
    for row in removed:
        times = (row["first_at"], row["last_at"], row["times"])
        db.execute(_ADD, (row["system"], row["reason"], OLDER, "", "", b"", "", *times))
