"""Returns that wait because no worker that looked at them can run the mapping version that decides them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from .codec import moment, stamp
from .database import Db, marks
from .port import Stuck


def note(db: Db, subject: str, mapping: str, why: str, at: datetime) -> None:
    db.execute(
        "INSERT INTO stuck (subject, mapping, why, since) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (subject) DO UPDATE SET mapping = excluded.mapping, why = excluded.why",
        (subject, mapping, why, stamp(at)),
    )


def among(db: Db, subjects: Sequence[str]) -> Mapping[str, str]:
    rows = db.execute(f"SELECT subject, mapping FROM stuck WHERE subject IN ({marks(subjects)})", tuple(subjects))
    return {row["subject"]: row["mapping"] for row in rows}


def forget(db: Db, subject: str) -> None:
    """Somebody could go on with it."""
    db.execute("DELETE FROM stuck WHERE subject = ?", (subject,))


def by_mapping(db: Db) -> tuple[Stuck, ...]:
    rows = db.execute(
        "SELECT mapping, count(*) AS returns, max(why) AS why, min(since) AS since FROM stuck GROUP BY mapping"
        " ORDER BY mapping"
    )
    return tuple(Stuck(row["mapping"], row["returns"], row["why"], moment(row["since"])) for row in rows)
