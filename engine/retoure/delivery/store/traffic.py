"""Recorded decisions with all they saw, one subject at a time, for whoever plays them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ...connectors.port import Json
from ...runtime.decision import Answer
from ..ledger import effect_id
from .codec import load, moment, outcome_of
from .database import Db, Row

_KEPT: Final = "record <> 'null'"  # what was not removed after the retention


@dataclass(frozen=True, slots=True)
class Recorded:
    """One decision as it was made: the record, the `now` and the answers it saw, and by which mapping.

    `cause` is what set it off: `event`, or that of a Wake; `event` the number of the event whose record it saw.
    """

    id: int
    event: int
    cause: str
    mapping: str
    version: str
    stale: bool
    record: dict[str, Any]
    now: datetime
    answers: dict[str, Answer]


def count(db: Db) -> int:
    """How many subjects were decided."""
    number: int = db.execute(f"SELECT count(DISTINCT subject) FROM decisions WHERE {_KEPT}").fetchone()[0]
    return number


def subjects(db: Db, after: str, limit: int) -> tuple[str, ...]:
    """The next decided subjects after one, by name."""
    sql = f"SELECT DISTINCT subject FROM decisions WHERE subject > ? AND {_KEPT} ORDER BY subject LIMIT ?"
    return tuple(row["subject"] for row in db.execute(sql, (after, limit)))


def decisions(db: Db, subject: str) -> tuple[Recorded, ...]:
    """All decisions of a subject, oldest first."""
    sql = f"SELECT * FROM decisions WHERE subject = ? AND {_KEPT} ORDER BY id"
    return tuple(map(_recorded, db.execute(sql, (subject,))))


def standing(db: Db, subject: str) -> tuple[Recorded, ...]:
    """The decision that counts now, none where every one was about an older version."""
    sql = f"SELECT * FROM decisions WHERE subject = ? AND NOT stale AND {_KEPT} ORDER BY id DESC LIMIT 1"
    return tuple(map(_recorded, db.execute(sql, (subject,))))


def said(db: Db, subject: str) -> dict[str, Json]:
    """What the platform answered to calls that took effect, by the name of the effect."""
    rows: Iterable[Row] = db.execute(
        "SELECT l.operation, l.key, e.answer FROM effects e JOIN ledger l ON l.id = e.entry"
        " WHERE e.subject = ? AND e.state = 'applied' AND NOT e.undo AND e.answer IS NOT NULL ORDER BY e.id",
        (subject,),
    )
    return {effect_id(row["operation"], tuple(load(row["key"]))): load(row["answer"]) for row in rows}


def _recorded(row: Row) -> Recorded:
    return Recorded(
        id=row["id"],
        event=row["event"],
        cause=row["cause"],
        mapping=row["mapping"],
        version=row["version"],
        stale=bool(row["stale"]),
        record=load(row["record"]),
        now=moment(row["as_of"]),
        answers={key: _answer(data) for key, data in load(row["answers"]).items()},
    )


def _answer(data: dict[str, Any]) -> Answer:
    claimed = frozenset(data.get("claimed") or ())
    return Answer(data["value"], data["error"], outcome_of(data["outcome"]), data["queue"], claimed)
