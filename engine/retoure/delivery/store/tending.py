"""Letters that lie for too long, and letters that may go on since the platform answers again."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from typing import Final

from . import holds, queues
from .codec import stamp
from .database import Db, Values
from .port import Letter, NewHold, Selection

AGAIN: Final = 3
"""How often a letter goes on by itself. One that still ends in the queue has another cause than the outage."""

_EXPIRED: Final = "lay in queue {queue} for longer than it keeps letters; last error: {error}"

_OUT: Final = "({0} LIKE 'RATE_LIMITED:%' OR {0} LIKE 'TIMEOUT:%' OR {0} LIKE 'UNAVAILABLE:%')"

_EFFECTS: Final = f"""
SELECT 'effect-' || first.id AS id FROM (
  SELECT e.id, l.operation, e.changed_at,
         row_number() OVER (PARTITION BY l.operation ORDER BY e.changed_at, e.id) AS place
    FROM effects e JOIN ledger l ON l.id = e.entry
   WHERE e.state = 'queued' AND e.queue = :queue AND e.resumed < :again AND {_OUT.format("e.error")}) first
 WHERE first.place = 1
   AND NOT EXISTS (SELECT 1 FROM effects w JOIN ledger m ON m.id = w.entry
                    WHERE w.state IN ('waiting', 'sending') AND w.resumed > 0 AND m.operation = first.operation)
   AND EXISTS (SELECT 1 FROM effects a JOIN ledger m ON m.id = a.entry
                WHERE a.state = 'applied' AND a.changed_at > first.changed_at AND m.operation = first.operation)
"""

_EVENTS: Final = f"""
SELECT 'event-' || v.seq AS id FROM events v
 WHERE v.state = 'queued' AND v.queue = :queue AND v.resumed < :again AND {_OUT.format("v.reason")}
   AND NOT EXISTS (SELECT 1 FROM events w WHERE w.state = 'waiting' AND w.resumed > 0)
   AND EXISTS (SELECT 1 FROM reads f JOIN reads r ON r.at > v.ended_at
                WHERE f.event = v.seq AND f.round = v.round AND f.queue = v.queue
                  AND r.error = '' AND r.operation = f.operation)
 ORDER BY v.ended_at, v.seq LIMIT 1
"""


def expire(db: Db, queue: str, before: datetime, owner: str, at: datetime) -> int:
    """Letters that lie there since before a moment leave the queue and are held: a person decides what is lost."""
    number = 0
    for letter in takewhile(lambda letter: letter.at < before, queues.each(db, Selection(queue=queue))):
        _hold(db, letter, owner, at)
        number += 1
    return number


def _hold(db: Db, letter: Letter, owner: str, at: datetime) -> None:
    reason = _EXPIRED.format(queue=letter.queue, error=letter.error)
    kind, _, number = letter.id.partition("-")
    if kind == "event":
        db.execute(
            "UPDATE events SET state = 'held', queue = '', reason = ? WHERE seq = ? AND state = 'queued'",
            (reason, int(number)),
        )
        holds.open_one(db, letter.subject, NewHold("event", "", (), reason, owner), "", at)
        return
    row = db.execute(
        "SELECT l.rule, l.key, e.mapping FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.id = ?", (int(number),)
    ).fetchone()
    db.execute(
        "UPDATE effects SET state = 'held', queue = '', changed_at = ? WHERE id = ? AND state = 'queued'",
        (stamp(at), int(number)),
    )
    new = NewHold("effect", row["rule"], (letter.id,), reason, owner, effect=int(number))
    holds.open_one(db, letter.subject, new, row["mapping"], at)


def resume(db: Db, queue: str, at: datetime) -> int:
    """Of each operation that works again, the letter that was queued first goes on; none while one is on its way.

    An operation works again when a call of it was applied after the letter was queued. For an event whose read
    failed: when the same kind of read was answered since.
    """
    values: Values = {"queue": queue, "again": AGAIN}
    found = [row["id"] for part in (_EFFECTS, _EVENTS) for row in db.execute(part, values).fetchall()]
    for letter in found:
        table, key = ("effects", "id") if letter.startswith("effect") else ("events", "seq")
        db.execute(f"UPDATE {table} SET resumed = resumed + 1 WHERE {key} = ?", (int(letter.partition("-")[2]),))
    return sum(queues.replay(db, at, Selection(letter)) for letter in found)
