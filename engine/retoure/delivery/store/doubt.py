"""Books that were put back from a copy do not know what was sent after the copy was made.

So nothing is sent on their word alone. Calls that were still to be made count as of unknown outcome: they are looked
up before they are made. So do the calls of the first decision that a return gets from what came after the restore:
whatever an earlier process sent for it since the copy is among them. What such a return wants later is new for sure.

Alerts that waited to be told are told no more, since they were told after the copy in all likelihood; `retoure status`
names those whose cause is not over.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..trail import ENGINE, Act, Actor, Deed
from . import incidents, ledger, trail
from .codec import moment_or_none, stamp
from .database import Db, Values
from .shelf import UNKNOWN

DOUBT: Final = timedelta(days=90)  # after a restore, returns that were not heard of since count as told by then
_WHY: Final = "the books were put back from a copy"

_HEARD_OF_SINCE: Final = """
SELECT 1 FROM decisions d JOIN events v ON v.seq = d.event
 WHERE d.subject = :subject AND NOT d.stale AND d.id < :decision AND d.at > :restored AND v.received_at > :restored
 LIMIT 1
"""


def begin(db: Db, at: datetime) -> int:
    """Notes that the books are a copy: what waits in them may have happened. How many calls that are."""
    db.execute("INSERT INTO restores (at) VALUES (?)", (stamp(at),))
    ledger.end_tries(db, at, None, _WHY)
    db.execute("UPDATE effects SET state = 'waiting', due_at = ? WHERE state = 'sending'", (stamp(at),))
    incidents.leave(db, f"{_WHY}: it may have been told already")
    trail.add(db, Deed(Act.RESTORED, ENGINE, "books", actor=Actor.ENGINE), at)
    return db.execute("UPDATE effects SET unsettled = TRUE WHERE state IN ('waiting', 'queued', 'held')").rowcount


def in_doubt(db: Db, subject: str, decision: int, at: datetime) -> bool:
    """Whether what a decision wants for the first time may have been sent before the books were put back."""
    restored = _restored(db)
    if restored is None or restored <= at - DOUBT:
        return False
    values: Values = {"subject": subject, "decision": decision, "restored": stamp(restored)}
    return db.execute(_HEARD_OF_SINCE, values).fetchone() is None


def _restored(db: Db) -> datetime | None:
    """When the books were put back last."""
    found = db.shelf.restored
    if found is UNKNOWN:
        row = db.execute("SELECT max(at) AS at FROM restores").fetchone()
        found = moment_or_none(row["at"])
        db.shelf.restored = found if db.shelf.keeps else UNKNOWN
    return found
