"""Steps from one layout of the tables to the next. A step that was released is never changed.

Each is SQL for both databases, and where SQL does not do, a function that fills in values. All steps of an upgrade are
one transaction: either the database has the new layout, or it is as before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from .codec import load
from .database import Db


@dataclass(frozen=True, slots=True)
class Step:
    """From the layout before to layout `to`."""

    to: int
    sql: str
    fill: Callable[[Db], None] | None = None


def steps_from(version: int) -> tuple[Step, ...]:
    """What a database of that layout still needs."""
    return tuple(step for step in STEPS if step.to > version)


def take(db: Db, step: Step) -> None:
    """Changes the tables and their content."""
    db.define(step.sql)
    if step.fill is not None:
        step.fill(db)


def _name_reads(db: Db) -> None:
    """What stands in the key and the answer of a read now stands apart too."""
    for row in db.execute("SELECT event, round, key, answer FROM reads").fetchall():
        answer = load(row["answer"]) or {}
        values = (row["key"].partition("(")[0], answer.get("error"), answer.get("queue") or "")
        where = (row["event"], row["round"], row["key"])
        db.execute(
            "UPDATE reads SET operation = ?, error = ?, queue = ? WHERE event = ? AND round = ? AND key = ?",
            (*values, *where),
        )


_TO_5: Final = """
ALTER TABLE reads ADD COLUMN operation TEXT NOT NULL DEFAULT '';
ALTER TABLE reads ADD COLUMN error TEXT;
ALTER TABLE reads ADD COLUMN queue TEXT NOT NULL DEFAULT '';
ALTER TABLE rejected RENAME TO rejected_before;
CREATE TABLE rejected (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  system   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  message  TEXT NOT NULL,
  event_id TEXT NOT NULL DEFAULT '',
  digest   TEXT NOT NULL,
  raw      BLOB NOT NULL,
  first_at TEXT NOT NULL,
  last_at  TEXT NOT NULL,
  times    INTEGER NOT NULL DEFAULT 1,
  UNIQUE (system, reason, event_id, digest)
);
INSERT INTO rejected (id, system, reason, message, event_id, digest, raw, first_at, last_at, times)
  SELECT id, system, reason, message, event_id, digest, raw, first_at, last_at, times FROM rejected_before;
DROP TABLE rejected_before;
DROP INDEX effects_unsettled;
CREATE INDEX effects_unsettled ON effects (identity) WHERE unsettled;
DROP INDEX signals_new;
CREATE INDEX signals_new ON signals (id) WHERE NOT taken;
CREATE VIEW busy AS SELECT '' AS subject WHERE FALSE;
CREATE VIEW abandoned AS SELECT '' AS subject, '' AS due_at WHERE FALSE;
"""
"""SQLite alone ever had layout 4."""

_TO_6: Final = """
ALTER TABLE events ADD COLUMN trace TEXT;
ALTER TABLE events ADD COLUMN decide_by TEXT NOT NULL DEFAULT '';
ALTER TABLE wakes ADD COLUMN decide_by TEXT NOT NULL DEFAULT '';
ALTER TABLE wakes ADD COLUMN letter INTEGER NOT NULL DEFAULT 0;
ALTER TABLE effects ADD COLUMN original TEXT;
ALTER TABLE effects ADD COLUMN edits INTEGER NOT NULL DEFAULT 0;
CREATE TABLE edits (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  effect INTEGER NOT NULL REFERENCES effects,
  who    TEXT NOT NULL,
  why    TEXT NOT NULL,
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  at     TEXT NOT NULL
);
CREATE INDEX edits_of_effect ON edits (effect, id);
CREATE TABLE versions (
  identity TEXT PRIMARY KEY,
  main     TEXT NOT NULL,
  files    TEXT NOT NULL,
  settings TEXT NOT NULL,
  kept_at  TEXT NOT NULL
);
CREATE TABLE activations (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  mapping TEXT NOT NULL REFERENCES versions,
  scope   TEXT NOT NULL,
  since   INTEGER NOT NULL DEFAULT 0,
  origin  TEXT NOT NULL,
  who     TEXT NOT NULL,
  at      TEXT NOT NULL
);
CREATE TABLE limits (
  system    TEXT NOT NULL,
  scope     TEXT NOT NULL,
  most      INTEGER NOT NULL,
  remaining INTEGER NOT NULL,
  span      INTEGER NOT NULL,
  ends_at   INTEGER NOT NULL,
  PRIMARY KEY (system, scope)
);
"""

_TO_7: Final = """
ALTER TABLE events ADD COLUMN coding TEXT NOT NULL DEFAULT '';
ALTER TABLE rejected ADD COLUMN coding TEXT NOT NULL DEFAULT '';
CREATE INDEX events_with_body ON events (received_at) WHERE coding <> 'gone';
CREATE INDEX rejected_by_time ON rejected (system, reason, last_at);
CREATE TABLE restores (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL
);
"""

_TO_8: Final = """
CREATE TABLE trail (
  number  INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  act     TEXT NOT NULL,
  actor   TEXT NOT NULL,
  who     TEXT NOT NULL,
  subject TEXT NOT NULL,
  about   TEXT NOT NULL,
  detail  TEXT NOT NULL,
  hash    TEXT NOT NULL
);
"""

_TO_9: Final = """
ALTER TABLE decisions ADD COLUMN trace TEXT;
ALTER TABLE effects ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
DROP INDEX effects_by_state;
CREATE INDEX effects_by_state ON effects (state, priority, due_at);
CREATE TABLE stuck (
  subject TEXT PRIMARY KEY,
  mapping TEXT NOT NULL,
  why     TEXT NOT NULL,
  since   TEXT NOT NULL
);
CREATE INDEX stuck_by_mapping ON stuck (mapping);
CREATE TABLE paces (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  every   INTEGER NOT NULL,
  next_at TEXT NOT NULL
);
CREATE TABLE paced (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  pace      INTEGER NOT NULL REFERENCES paces,
  subject   TEXT NOT NULL,
  letter    TEXT NOT NULL,
  replay_by TEXT NOT NULL,
  UNIQUE (subject, letter)
);
CREATE INDEX paced_by_pace ON paced (pace, id);
"""
"""Calls of before have no class: all of them count as moving something."""

_TO_10: Final = """
CREATE TABLE incidents (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  alert     TEXT NOT NULL,
  text      TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  step      INTEGER NOT NULL DEFAULT 0,
  closed_at TEXT
);
CREATE UNIQUE INDEX incidents_open ON incidents (alert) WHERE closed_at IS NULL;
CREATE TABLE notices (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL REFERENCES incidents,
  kind     TEXT NOT NULL,
  step     INTEGER NOT NULL,
  text     TEXT NOT NULL,
  at       TEXT NOT NULL,
  due_at   TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT 'waiting',
  tries    INTEGER NOT NULL DEFAULT 0,
  error    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notices_by_state ON notices (state, due_at);
"""

_TO_11: Final = """
CREATE INDEX reads_by_key ON reads (key);
"""
"""Who has read a record of another system, when that system tells of it."""

_TO_12: Final = """
ALTER TABLE effects ADD COLUMN number INTEGER NOT NULL DEFAULT 1;
ALTER TABLE effects ADD COLUMN amount TEXT;
ALTER TABLE effects ADD COLUMN carried TEXT;
ALTER TABLE effects ADD COLUMN past BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE effects SET number = (SELECT count(*) FROM effects s WHERE s.entry = effects.entry AND s.id <= effects.id);
DROP INDEX effects_of_entry;
CREATE INDEX effects_of_entry ON effects (entry, identity, id) WHERE NOT past;
CREATE INDEX events_waiting ON events (subject, seq) WHERE state = 'waiting';
CREATE INDEX events_dead ON events (subject, seq) WHERE state IN ('held', 'queued');
CREATE INDEX wakes_begun ON wakes (due_at) WHERE round IS NOT NULL;
CREATE INDEX ledger_stand_ins ON ledger (stands_for) WHERE stands_for IS NOT NULL;
DROP INDEX holds_of_subject;
CREATE INDEX holds_of_subject ON holds (subject, closed_at, id);
CREATE INDEX holds_of_effect ON holds (effect) WHERE closed_at IS NULL;
"""
"""Calls of before do not say what they added, so none of them is past."""

_TO_13: Final = """
ALTER TABLE decisions ADD COLUMN figures TEXT;
"""
"""Of returns that are past the retention already, nothing can be said any more."""

_TO_14: Final = """
CREATE INDEX effects_planned ON effects (identity, id) WHERE plan <> 'null';
"""
"""What was written to the same thing by whom, where a plan says so: a stock, which can only be set."""

_TO_15: Final = """
ALTER TABLE events ADD COLUMN part TEXT;
"""
"""Snapshots of before stand by themselves, whatever else says the same."""

_TO_16: Final = """
DROP INDEX events_with_body;
CREATE INDEX events_by_arrival ON events (coding, received_at);
CREATE INDEX events_polled ON events (system, seq) WHERE substr(event_id, 1, 5) = 'poll:';
CREATE INDEX signals_of_effect ON signals (effect);
CREATE INDEX signals_of_event ON signals (event);
"""
"""What a service asks by the clock is found without a look through all events."""

STEPS: Final = (
    Step(5, _TO_5, _name_reads),
    Step(6, _TO_6),
    Step(7, _TO_7),
    Step(8, _TO_8),
    Step(9, _TO_9),
    Step(10, _TO_10),
    Step(11, _TO_11),
    Step(12, _TO_12),
    Step(13, _TO_13),
    Step(14, _TO_14),
    Step(15, _TO_15),
    Step(16, _TO_16),
)
