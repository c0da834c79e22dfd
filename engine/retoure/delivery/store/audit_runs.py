"""Runs of audits: those that came to their end, and how far one has come that has not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ...connectors.port import Json
from .codec import dump, load, moment, moment_or_none, stamp
from .database import Db, Row, insert
from .port import AuditReach

UNDER_WAY: Final = ""  # instead of the moment a run ended
WHOLE: Final = "whole"
RECENT_RUNS: Final = 200  # looked through for one that compared everything


def begun(db: Db, audit: str, after: datetime, asked: bool) -> AuditReach | None:
    return next((reach for reach in _under_way(db, audit, asked) if reach.started_at >= after), None)


def _under_way(db: Db, audit: str, asked: bool) -> list[AuditReach]:
    rows = db.execute("SELECT * FROM audits WHERE audit = ? AND ended_at = ? ORDER BY id DESC", (audit, UNDER_WAY))
    return [reach for reach in map(_reach, rows.fetchall()) if reach.asked == asked]


def _reach(row: Row) -> AuditReach:
    said: dict[str, Any] = load(row["counts"])
    changed, since = moment_or_none(said["changed"]), moment(said["since"])
    how = (since, changed, bool(said["asked"]), said["total"], said["after"], said["counts"], row["id"])
    return AuditReach(row["audit"], row["mapping"], moment(row["started_at"]), *how)


def keep(db: Db, reach: AuditReach) -> AuditReach:
    said = dump(
        {
            "since": stamp(reach.since),
            "changed": None if reach.changed is None else stamp(reach.changed),
            "asked": reach.asked,
            "total": reach.total,
            "after": reach.after,
            "counts": dict(reach.counts),
        }
    )
    if reach.id:
        db.execute("UPDATE audits SET counts = ? WHERE id = ?", (said, reach.id))
        return reach
    for old in _under_way(db, reach.audit, reach.asked):
        drop(db, old.id)
    times = {"started_at": stamp(reach.started_at), "ended_at": UNDER_WAY}
    row = {"audit": reach.audit, "mapping": reach.mapping, **times, "counts": said}
    return replace(reach, id=insert(db, "audits", row))


def drop(db: Db, run: int) -> None:
    db.execute("DELETE FROM audits WHERE id = ? AND ended_at = ?", (run, UNDER_WAY))


def end(db: Db, audit: str, mapping: str, started_at: datetime, at: datetime, counts: Json) -> None:
    times = {"started_at": stamp(started_at), "ended_at": stamp(at)}
    insert(db, "audits", {"audit": audit, "mapping": mapping, **times, "counts": dump(counts)})


def last(db: Db, audit: str) -> datetime | None:
    row = db.execute(
        "SELECT max(started_at) AS at FROM audits WHERE audit = ? AND ended_at <> ?", (audit, UNDER_WAY)
    ).fetchone()
    return None if row["at"] is None else moment(row["at"])


def last_whole(db: Db, audit: str) -> datetime | None:
    rows = db.execute(
        "SELECT started_at, counts FROM audits WHERE audit = ? AND ended_at <> ? ORDER BY id DESC LIMIT ?",
        (audit, UNDER_WAY, RECENT_RUNS),
    )
    return next((moment(row["started_at"]) for row in rows if load(row["counts"]).get(WHOLE)), None)
