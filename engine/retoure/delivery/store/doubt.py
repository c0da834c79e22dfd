"""Books that were put back from a copy do not know what was sent after the copy was made.

So nothing is sent on their word alone. Calls that were still to be made count as of unknown outcome: they are looked
up before they are made. So do the calls of the first decision that a return gets from what came after the restore:
whatever an earlier process sent for it since the copy is among them. What such a return wants later is new for sure.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..trail import ENGINE, Act, Actor, Deed
from . import trail
from .codec import stamp
from .database import Db, Values

DOUBT: Final = timedelta(days=90)  # after a restore, returns that were not heard of since count as told by then
_WHY: Final = "the books were put back from a copy"

_IN_DOUBT: Final = """
SELECT 1 FROM (SELECT max(at) AS at FROM restores WHERE at > :since) AS r WHERE r.at IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM decisions d JOIN events v ON v.seq = d.event
                    WHERE d.subject = :subject AND NOT d.stale AND d.id < :decision
                      AND d.at > r.at AND v.received_at > r.at)
"""


def begin(db: Db, at: datetime) -> int:
    """Notes that the books are a copy: what waits in them may have happened. How many calls that are."""
    db.execute("INSERT INTO restores (at) VALUES (?)", (stamp(at),))
    db.execute(
        "UPDATE attempts SET ended_at = ?, outcome = 'unknown', message = ? WHERE ended_at IS NULL", (stamp(at), _WHY)
    )
    db.execute("UPDATE effects SET state = 'waiting', due_at = ? WHERE state = 'sending'", (stamp(at),))
    trail.add(db, Deed(Act.RESTORED, ENGINE, "books", actor=Actor.ENGINE), at)
    return db.execute("UPDATE effects SET unsettled = TRUE WHERE state IN ('waiting', 'queued', 'held')").rowcount


def in_doubt(db: Db, subject: str, decision: int, at: datetime) -> bool:
    """Whether what a decision wants for the first time may have been sent before the books were put back."""
    values: Values = {"subject": subject, "decision": decision, "since": stamp(at - DOUBT)}
    return db.execute(_IN_DOUBT, values).fetchone() is not None
