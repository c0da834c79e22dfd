"""Mapping versions: their texts, and which of them decides which return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from ..trail import Act, Actor, Deed
from . import trail, wakes
from .codec import dump, load, moment, stamp
from .database import Db, Row, Values, insert
from .port import Activation, Scope, Version

_NEWEST: Final = """
SELECT max(n.seq) FROM events n WHERE n.subject = e.subject AND (n.seq = e.seq OR n.state <> 'waiting')
"""
_FIRST: Final = "SELECT min(f.seq) FROM events f WHERE f.subject = e.subject"

DECIDER: Final = f"""
coalesce(nullif(e.decide_by, ''),
  (SELECT a.mapping FROM activations a
    WHERE a.since <= CASE a.scope WHEN 'new-returns' THEN ({_FIRST}) ELSE ({_NEWEST}) END
    ORDER BY a.id DESC LIMIT 1), '')
"""
"""The version that decides an event `e`: the one a replay asked for, else that of the newest activation for it.

A return does not go back to an older version because an older event of it is replayed: its newest event that was looked
at counts.
"""

_IN_FORCE: Final = """
SELECT a.mapping FROM activations a WHERE a.since <= (SELECT coalesce(max(seq), 0) + 1 FROM events)
 ORDER BY a.id DESC LIMIT 1
"""


def keep(db: Db, version: Version, at: datetime) -> None:
    row: Values = {
        "identity": version.identity,
        "main": version.main,
        "files": dump(version.files),
        "settings": dump(version.settings),
        "kept_at": stamp(at),
    }
    db.execute(
        "INSERT INTO versions (identity, main, files, settings, kept_at)"
        " VALUES (:identity, :main, :files, :settings, :kept_at)"
        " ON CONFLICT (identity) DO UPDATE SET settings = excluded.settings",
        row,
    )


def one(db: Db, identity: str) -> Version:
    row = db.execute("SELECT * FROM versions WHERE identity = ?", (identity,)).fetchone()
    if row is None:
        raise KeyError(f"no mapping version {identity} is kept here")
    return _version(row)


def kept(db: Db) -> tuple[Version, ...]:
    return tuple(map(_version, db.execute("SELECT * FROM versions ORDER BY kept_at, identity")))


def _version(row: Row) -> Version:
    files, settings = load(row["files"]), load(row["settings"])
    return Version(row["identity"], row["main"], files, settings, moment(row["kept_at"]))


def activate(
    db: Db, mapping: str, scope: Scope, since: int, origin: str, who: str, at: datetime, again: Sequence[str] = ()
) -> Activation:
    one(db, mapping)
    if scope is not Scope.EVENT:
        newest = db.execute("SELECT coalesce(max(seq), 0) AS seq FROM events").fetchone()["seq"]
        since = newest + 1 if scope is Scope.NEW_RETURNS else 0
    said = {"scope": scope.value, "since": since, "origin": origin, "who": who}
    number = insert(db, "activations", {"mapping": mapping, **said, "at": stamp(at)})
    for subject in again:
        wakes.add(db, subject, "deploy", at)
    actor = Actor.ENGINE if origin == "start" else Actor.PERSON
    trail.add(db, Deed(Act.ACTIVATED, who, mapping, actor=actor, detail={**said, "again": len(again)}), at)
    return Activation(number, mapping, scope, since, origin, who, at)


def start(db: Db, version: Version, who: str, at: datetime) -> str:
    keep(db, version, at)
    deployed = db.execute("SELECT 1 FROM activations WHERE origin = 'deploy' LIMIT 1").fetchone()
    if deployed is None and in_force(db) != version.identity:
        activate(db, version.identity, Scope.NOW, 0, "start", who, at)
    return in_force(db)


def activations(db: Db) -> tuple[Activation, ...]:
    return tuple(
        Activation(
            row["id"],
            row["mapping"],
            Scope(row["scope"]),
            row["since"],
            row["origin"],
            row["who"],
            moment(row["at"]),
        )
        for row in db.execute("SELECT * FROM activations ORDER BY id")
    )


def in_force(db: Db) -> str:
    row = db.execute(_IN_FORCE).fetchone()
    return "" if row is None else row["mapping"]


def decider(db: Db, subject: str) -> str:
    row = db.execute(
        f"SELECT {DECIDER} AS decider FROM events e WHERE e.subject = ? ORDER BY e.seq DESC LIMIT 1", (subject,)
    ).fetchone()
    return in_force(db) if row is None else row["decider"]


def decided_by(db: Db) -> dict[str, int]:
    rows = db.execute(
        "SELECT mapping, count(*) AS number FROM decisions WHERE id IN"
        " (SELECT max(id) FROM decisions WHERE NOT stale GROUP BY subject) GROUP BY mapping"
    )
    return {row["mapping"]: row["number"] for row in rows}
