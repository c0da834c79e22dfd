"""What is asked of the store by people and tools: where everything stands, and the story of one subject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..priorities import HANDICAP, Priority
from . import decisions, holds, incidents, pacing, queues, stuck
from . import events as journal
from .codec import load, moment, moment_or_none, stamp
from .database import Db, Row
from .ledger import FIRST_OF_ITS_KIND, UNDER_WAY
from .port import Status, Story

_TRIES: Final = f"""
SELECT * FROM (
  SELECT a.* FROM attempts a JOIN effects e ON e.id = a.effect WHERE e.subject = ?
  UNION ALL SELECT NULL, e.id, 'send', e.changed_at, NULL, 'under way', '', '' FROM effects e
   WHERE e.subject = ? AND e.state = 'sending' AND NOT {UNDER_WAY}
) AS tries ORDER BY ended_at IS NULL, id
"""
"""Those that have ended, and those that are under way: their intent is the state of the effect."""

_FREE: Final = "NOT EXISTS (SELECT 1 FROM busy WHERE busy.subject = e.subject)"
_DUE_EVENTS: Final = f"SELECT subject, due_at, 0 AS priority FROM events e WHERE state = 'waiting' AND {_FREE}"
_DUE_EFFECTS: Final = tuple(
    f"SELECT subject, due_at, priority FROM effects e WHERE state = 'waiting' AND priority = {int(priority)}"
    f" AND {_FREE} AND {FIRST_OF_ITS_KIND}"
    for priority in Priority
)
_DUE_WAKES: Final = f"SELECT subject, due_at, 0 AS priority FROM wakes e WHERE {_FREE}"
_BEGUN_WAKES: Final = f"{_DUE_WAKES} AND round IS NOT NULL"
_ABANDONED: Final = "SELECT subject, due_at, 0 AS priority FROM abandoned WHERE TRUE"
_RETRIES: Final = (_ABANDONED, _DUE_EVENTS, *_DUE_EFFECTS, _BEGUN_WAKES)
_WORK: Final = (_ABANDONED, _DUE_EVENTS, *_DUE_EFFECTS, _DUE_WAKES)
_JSON_COLUMNS: Final = frozenset(
    {"decision", "record", "answers", "key", "body", "place", "answer", "plan", "original", "figures"}
)


def due_subjects(db: Db, now: datetime, limit: int) -> tuple[str, ...]:
    """From each table and class the first rows in the order of an index, so that a long backlog stays cheap to ask for;
    calls of a lower class as if they had fallen due later.
    """
    due = (f"SELECT * FROM ({work} AND due_at <= :now ORDER BY due_at LIMIT :limit) AS due" for work in _WORK)
    rows = db.execute(" UNION ALL ".join(due), {"now": stamp(now), "limit": limit})
    turns = sorted((moment(row["due_at"]) + row["priority"] * HANDICAP, row["subject"]) for row in rows)
    return tuple(dict.fromkeys(subject for _, subject in turns))[:limit]


def next_due(db: Db, *, wakes: bool = True) -> datetime | None:
    first = (db.execute(f"{work} ORDER BY due_at LIMIT 1").fetchone() for work in (_WORK if wakes else _RETRIES))
    due = [moment(row["due_at"]) for row in first if row is not None]
    turn = pacing.next_at(db)
    return min(due if turn is None else [*due, turn], default=None)


def status(db: Db) -> Status:
    oldest = db.execute(
        "SELECT min(at) AS at FROM (SELECT received_at AS at FROM events WHERE state = 'waiting'"
        " UNION ALL SELECT wanted_at FROM effects WHERE state IN ('waiting', 'sending')) AS waiting"
    ).fetchone()
    return Status(
        events=_counts(db, "SELECT state, count(*) FROM events GROUP BY state"),
        effects=_counts(db, "SELECT state, count(*) FROM effects GROUP BY state"),
        holds=_counts(db, "SELECT team, count(*) FROM holds WHERE closed_at IS NULL GROUP BY team"),
        queues=queues.sizes(db),
        rejected=db.execute("SELECT CAST(coalesce(sum(times), 0) AS BIGINT) FROM rejected").fetchone()[0],
        oldest_waiting=moment_or_none(oldest["at"]),
        next_due=next_due(db),
        stuck=stuck.by_mapping(db),
        paced=pacing.left(db),
        untold=incidents.untold(db),
    )


def _counts(db: Db, sql: str) -> dict[str, int]:
    return {row[0]: row[1] for row in db.execute(sql)}


def subjects(db: Db) -> tuple[str, ...]:
    return tuple(row["subject"] for row in db.execute("SELECT DISTINCT subject FROM events ORDER BY subject"))


def subjects_after(db: Db, subject: str, limit: int) -> tuple[str, ...]:
    sql = "SELECT DISTINCT subject FROM events WHERE subject > ? ORDER BY subject LIMIT ?"
    return tuple(row["subject"] for row in db.execute(sql, (subject, limit)))


def story(db: Db, subject: str) -> Story:
    effects = _rows(
        db,
        "SELECT e.id, e.decision, l.verb, l.operation, l.key, l.rule, l.place, e.mapping, e.state, e.unsettled,"
        " e.body, e.undo, e.plan, e.answer, e.error, e.queue, e.tries, e.due_at, e.wanted_at, e.changed_at,"
        " e.original, e.edits"
        " FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.subject = ? ORDER BY e.id",
        subject,
    )
    return Story(
        subject=subject,
        state=decisions.state(db, subject),
        events=tuple(map(_event, db.execute("SELECT * FROM events WHERE subject = ? ORDER BY seq", (subject,)))),
        decisions=_rows(db, "SELECT * FROM decisions WHERE subject = ? ORDER BY id", subject),
        effects=effects,
        attempts=_rows(db, _TRIES, subject, subject),
        holds=holds.find(db, subject, None, closed=True),
        rejected=_rows(
            db,
            "SELECT DISTINCT r.id, r.system, r.event_id, r.reason, r.message, r.first_at, r.last_at, r.times"
            " FROM rejected r JOIN events e ON e.system = r.system AND e.event_id = r.event_id"
            " WHERE e.subject = ? AND r.event_id <> '' ORDER BY r.id",
            subject,
        ),
        edits=queues.edits(db, *(row["id"] for row in effects if row["edits"])),
    )


_OF_EVENTS: Final = (
    *("seq", "system", "kind", "event_id", "state", "reason", "queue", "mapping", "round", "happened_at"),
    *("received_at", "ended_at", "repeats", "repeated_at"),
)
"""What is shown of events, beside their records."""


def _event(row: Row) -> Mapping[str, Any]:
    return {**{name: row[name] for name in _OF_EVENTS}, "snapshot": journal.event_of(row).record}


def _rows(db: Db, sql: str, *values: str) -> tuple[Mapping[str, Any], ...]:
    return tuple({name: _value(name, row[name]) for name in row.keys()} for row in db.execute(sql, values))  # noqa: SIM118


def _value(name: str, value: Any) -> Any:
    """A column as a tool wants it. The `decision` column of an effect is a number, of a decision it is JSON."""
    return load(value) if name in _JSON_COLUMNS and isinstance(value, str) else value
