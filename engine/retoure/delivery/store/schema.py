"""The tables, and the mark by which a database is recognised as ours."""

from __future__ import annotations

from typing import Final

APPLICATION: Final = 0x5265746F  # "Reto", in the file's header
VERSION: Final = 16
OLDEST: Final = 4  # layouts from here on can be upgraded

TABLES: Final = """
CREATE TABLE events (
  seq         INTEGER PRIMARY KEY AUTOINCREMENT,
  system      TEXT NOT NULL,
  identity    TEXT NOT NULL,              -- the platform's event id, or a hash of the content
  digest      TEXT NOT NULL,              -- hash of the content
  kind        TEXT NOT NULL,
  event_id    TEXT NOT NULL,
  subject     TEXT NOT NULL,
  raw         BLOB NOT NULL,
  coding      TEXT NOT NULL DEFAULT '',   -- how `raw` is stored: as it came (empty), zlib, or gone after the retention
  snapshot    TEXT NOT NULL,
  happened_at TEXT,
  received_at TEXT NOT NULL,
  as_of       TEXT NOT NULL,              -- the `now` of its decision
  due_at      TEXT NOT NULL,
  round       INTEGER NOT NULL DEFAULT 0, -- replays so far
  state       TEXT NOT NULL DEFAULT 'waiting',
  reason      TEXT NOT NULL DEFAULT '',
  queue       TEXT NOT NULL DEFAULT '',
  mapping     TEXT NOT NULL DEFAULT '',
  ended_at    TEXT,
  repeats     INTEGER NOT NULL DEFAULT 0, -- how often it came again, and when last
  repeated_at TEXT,
  resumed     INTEGER NOT NULL DEFAULT 0, -- how often it left its queue by itself after an outage
  trace       TEXT,                       -- the W3C trace context it was accepted in, as JSON
  decide_by   TEXT NOT NULL DEFAULT '',   -- the mapping that a replay asked for; empty: the one in force
  part        TEXT,                       -- where in `raw` the snapshot stands, as names in JSON; null: in `snapshot`
  UNIQUE (system, identity)
);
CREATE INDEX events_of_subject ON events (subject, seq);
CREATE INDEX events_by_state ON events (state, due_at);
CREATE INDEX events_waiting ON events (subject, seq) WHERE state = 'waiting';
CREATE INDEX events_dead ON events (subject, seq) WHERE state IN ('held', 'queued');
CREATE INDEX events_by_arrival ON events (coding, received_at);
CREATE INDEX events_polled ON events (system, seq) WHERE substr(event_id, 1, 5) = 'poll:';

CREATE TABLE rejected (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  system   TEXT NOT NULL,
  reason   TEXT NOT NULL,
  message  TEXT NOT NULL,
  event_id TEXT NOT NULL DEFAULT '',
  digest   TEXT NOT NULL,
  raw      BLOB NOT NULL,                 -- its beginning where it was refused
  coding   TEXT NOT NULL DEFAULT '',
  first_at TEXT NOT NULL,
  last_at  TEXT NOT NULL,
  times    INTEGER NOT NULL DEFAULT 1,
  UNIQUE (system, reason, event_id, digest)
);
CREATE INDEX rejected_by_time ON rejected (system, reason, last_at);

CREATE TABLE reads (
  event     INTEGER NOT NULL REFERENCES events,
  round     INTEGER NOT NULL,
  key       TEXT NOT NULL,                -- scayle.orders.get(1001), or `record` for the newest record
  operation TEXT NOT NULL,
  answer    TEXT,                         -- NULL while it is retried, as is `error`
  error     TEXT,
  queue     TEXT NOT NULL,
  counts    TEXT NOT NULL,
  alerts    TEXT NOT NULL,
  at        TEXT NOT NULL,
  PRIMARY KEY (event, round, key)
);
CREATE INDEX reads_by_time ON reads (at);
CREATE INDEX reads_by_key ON reads (key);

CREATE TABLE subjects (
  subject    TEXT PRIMARY KEY,
  version    TEXT NOT NULL,
  seen       TEXT NOT NULL,               -- the values that `changes` compares
  decided_at TEXT NOT NULL
);
CREATE INDEX subjects_by_time ON subjects (decided_at);

CREATE TABLE wakes (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  subject TEXT NOT NULL,
  cause   TEXT NOT NULL,                  -- wake (time passed), answer (an effect was answered), audit
  due_at  TEXT NOT NULL,
  as_of   TEXT,                           -- once it has begun: the `now` of its decision
  round   INTEGER,                        -- and the round its reads belong to
  decide_by TEXT NOT NULL DEFAULT '',     -- as in events
  letter  INTEGER NOT NULL DEFAULT 0      -- the effect that goes on once the subject is decided
);
CREATE INDEX wakes_by_time ON wakes (due_at);
CREATE INDEX wakes_begun ON wakes (due_at) WHERE round IS NOT NULL;
CREATE INDEX wakes_of_subject ON wakes (subject, id);

CREATE TABLE decisions (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL,
  event    INTEGER NOT NULL REFERENCES events,
  round    INTEGER NOT NULL,
  cause    TEXT NOT NULL,                 -- event, or what made it be decided again: wake, answer, audit
  mapping  TEXT NOT NULL,
  version  TEXT NOT NULL,
  stage    TEXT,
  stale    BOOLEAN NOT NULL,
  decision TEXT NOT NULL,
  record   TEXT NOT NULL,
  answers  TEXT NOT NULL,
  as_of    TEXT NOT NULL,
  at       TEXT NOT NULL,
  trace    TEXT,                          -- the W3C trace context it was made in, as JSON
  figures  TEXT                           -- what finance needs of record and answers, once these are gone
);
CREATE INDEX decisions_of_subject ON decisions (subject, id);

CREATE TABLE moves (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  subject  TEXT NOT NULL,
  decision INTEGER NOT NULL REFERENCES decisions,
  origin   TEXT,
  path     TEXT NOT NULL,
  version  TEXT NOT NULL,
  at       TEXT NOT NULL
);
CREATE INDEX moves_of_subject ON moves (subject, id);

CREATE TABLE picks (
  unit     TEXT PRIMARY KEY,              -- a physical unit belongs to one subject at most
  subject  TEXT NOT NULL,
  place    TEXT NOT NULL,
  position INTEGER NOT NULL
);
CREATE INDEX picks_of_subject ON picks (subject, place, position);

CREATE TABLE ledger (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  subject    TEXT NOT NULL,
  verb       TEXT NOT NULL,
  operation  TEXT NOT NULL,
  key        TEXT NOT NULL,
  rule       TEXT NOT NULL,
  place      TEXT NOT NULL,
  mapping    TEXT NOT NULL,
  decided_at TEXT NOT NULL,
  body       TEXT,                        -- the command last wanted; NULL: no longer wanted
  undo       TEXT,
  on_change  TEXT,
  policy     TEXT NOT NULL,
  awaited    BOOLEAN NOT NULL DEFAULT FALSE,  -- the subject is decided again once the platform has answered
  stands_for INTEGER REFERENCES ledger,   -- the entry this one was sent instead of
  UNIQUE (subject, rule, operation, key)
);
CREATE INDEX ledger_stand_ins ON ledger (stands_for) WHERE stands_for IS NOT NULL;

CREATE TABLE effects (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  entry      INTEGER NOT NULL REFERENCES ledger,
  subject    TEXT NOT NULL,
  decision   INTEGER NOT NULL REFERENCES decisions,
  mapping    TEXT NOT NULL,
  identity   TEXT NOT NULL,               -- calls for the same thing go one after the other
  undo       BOOLEAN NOT NULL DEFAULT FALSE,
  body       TEXT NOT NULL,
  policy     TEXT NOT NULL,
  state      TEXT NOT NULL DEFAULT 'waiting',
  unsettled  BOOLEAN NOT NULL DEFAULT FALSE,  -- an earlier try may have had its effect
  plan       TEXT,
  counts     TEXT NOT NULL DEFAULT '{}',
  due_at     TEXT NOT NULL,
  tries      INTEGER NOT NULL DEFAULT 0,
  queue      TEXT NOT NULL DEFAULT '',
  error      TEXT NOT NULL DEFAULT '',
  answer     TEXT,
  wanted_at  TEXT NOT NULL,
  changed_at TEXT NOT NULL,
  resumed    INTEGER NOT NULL DEFAULT 0,  -- how often it left its queue by itself after an outage
  original   TEXT,                        -- what the mapping wanted, where a person changed `body`
  edits      INTEGER NOT NULL DEFAULT 0,  -- how often a person did
  priority   INTEGER NOT NULL DEFAULT 0,  -- 0 moves money or goods, 1 writes notes
  number     INTEGER NOT NULL DEFAULT 1,  -- which call of its entry it is
  amount     TEXT,                        -- what it adds to a sum, 0 for a value; NULL: it stands for itself for ever
  carried    TEXT,                        -- once applied: what those before it added, which are past now
  past       BOOLEAN NOT NULL DEFAULT FALSE  -- a later call says all that it did: no decision looks at it again
);
CREATE INDEX effects_by_change ON effects (state, changed_at);
CREATE INDEX effects_of_subject ON effects (subject, id);
CREATE INDEX effects_of_entry ON effects (entry, identity, id) WHERE NOT past;
CREATE INDEX effects_by_state ON effects (state, priority, due_at);
CREATE INDEX effects_unsettled ON effects (identity) WHERE unsettled;
CREATE INDEX effects_planned ON effects (identity, id) WHERE plan <> 'null';

CREATE TABLE attempts (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  effect   INTEGER NOT NULL REFERENCES effects,
  step     TEXT NOT NULL,                 -- plan, send or settle
  began_at TEXT NOT NULL,
  ended_at TEXT,
  outcome  TEXT NOT NULL DEFAULT 'under way',
  error    TEXT NOT NULL DEFAULT '',
  message  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX attempts_of_effect ON attempts (effect, id);

CREATE TABLE edits (                      -- bodies that people changed
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  effect INTEGER NOT NULL REFERENCES effects,
  who    TEXT NOT NULL,
  why    TEXT NOT NULL,
  before TEXT NOT NULL,
  after  TEXT NOT NULL,
  at     TEXT NOT NULL
);
CREATE INDEX edits_of_effect ON edits (effect, id);

CREATE TABLE versions (                   -- mappings that decided here, or shall
  identity TEXT PRIMARY KEY,
  main     TEXT NOT NULL,                 -- the name of the file that imports the others
  files    TEXT NOT NULL,                 -- the text of each file by its name
  settings TEXT NOT NULL,
  kept_at  TEXT NOT NULL
);

CREATE TABLE activations (                -- the newest one that concerns a return says which version decides it
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  mapping TEXT NOT NULL REFERENCES versions,
  scope   TEXT NOT NULL,                  -- now, new-returns or event
  since   INTEGER NOT NULL DEFAULT 0,     -- the first event it is for
  origin  TEXT NOT NULL,                  -- deploy, or start
  who     TEXT NOT NULL,
  at      TEXT NOT NULL
);

CREATE TABLE limits (                     -- rate limits of platforms, which workers count down together
  system    TEXT NOT NULL,
  scope     TEXT NOT NULL,
  most      INTEGER NOT NULL,             -- calls of a window; 0: there is no limit
  remaining INTEGER NOT NULL,
  span      INTEGER NOT NULL,             -- milliseconds of a window
  ends_at   INTEGER NOT NULL,             -- milliseconds since 1970, by the clock of the database alone
  PRIMARY KEY (system, scope)
);

CREATE TABLE holds (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  subject    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  rule       TEXT NOT NULL,
  key        TEXT NOT NULL,
  reason     TEXT NOT NULL,
  team       TEXT NOT NULL,
  place      TEXT NOT NULL,
  because    TEXT NOT NULL,
  effect     INTEGER NOT NULL DEFAULT 0,  -- the call that is held, when it is one
  mapping    TEXT NOT NULL,
  opened_at  TEXT NOT NULL,
  closed_at  TEXT,
  closed_why TEXT NOT NULL DEFAULT '',
  by_hand    BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE UNIQUE INDEX holds_open ON holds (subject, kind, rule, key, effect) WHERE closed_at IS NULL;
CREATE INDEX holds_of_effect ON holds (effect) WHERE closed_at IS NULL;
CREATE INDEX holds_of_subject ON holds (subject, closed_at, id);
CREATE INDEX holds_by_time ON holds (opened_at);

CREATE TABLE signals (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  alert  TEXT NOT NULL,                   -- empty: every alert that counts holds
  kind   TEXT NOT NULL,
  effect INTEGER,
  event  INTEGER,
  at     TEXT NOT NULL,
  taken  BOOLEAN NOT NULL DEFAULT FALSE
);
CREATE INDEX signals_by_kind ON signals (kind, alert, at);
CREATE INDEX signals_new ON signals (id) WHERE NOT taken;
CREATE INDEX signals_of_effect ON signals (effect);
CREATE INDEX signals_of_event ON signals (event);

CREATE TABLE alerts (
  id    INTEGER PRIMARY KEY AUTOINCREMENT,
  alert TEXT NOT NULL,
  text  TEXT NOT NULL,
  at    TEXT NOT NULL
);

CREATE TABLE incidents (                  -- alerts that went off, until their cause has gone
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  alert     TEXT NOT NULL,
  text      TEXT NOT NULL,                -- what the alert said last
  opened_at TEXT NOT NULL,
  step      INTEGER NOT NULL DEFAULT 0,   -- how far it was escalated
  closed_at TEXT
);
CREATE UNIQUE INDEX incidents_open ON incidents (alert) WHERE closed_at IS NULL;

CREATE TABLE notices (                    -- what channels shall tell, and have told
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  incident INTEGER NOT NULL REFERENCES incidents,
  kind     TEXT NOT NULL,                 -- alert, escalation or recovery
  step     INTEGER NOT NULL,              -- 0: the channel of the alert, 1: the first it is escalated to
  text     TEXT NOT NULL,
  at       TEXT NOT NULL,
  due_at   TEXT NOT NULL,
  state    TEXT NOT NULL DEFAULT 'waiting',
  tries    INTEGER NOT NULL DEFAULT 0,
  error    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX notices_by_state ON notices (state, due_at);

CREATE TABLE audits (                     -- runs that came to their end
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  audit      TEXT NOT NULL,
  mapping    TEXT NOT NULL,
  started_at TEXT NOT NULL,
  ended_at   TEXT NOT NULL,
  counts     TEXT NOT NULL
);
CREATE INDEX audits_by_name ON audits (audit, started_at);

CREATE TABLE stuck (                      -- returns that wait for a worker which can run their mapping version
  subject TEXT PRIMARY KEY,
  mapping TEXT NOT NULL,
  why     TEXT NOT NULL,                  -- what the worker said that looked at it last
  since   TEXT NOT NULL
);
CREATE INDEX stuck_by_mapping ON stuck (mapping);

CREATE TABLE paces (                      -- replays that go one after the other
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  every   INTEGER NOT NULL,               -- milliseconds from one to the next
  next_at TEXT NOT NULL
);

CREATE TABLE paced (                      -- what is still to be replayed
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  pace      INTEGER NOT NULL REFERENCES paces,
  subject   TEXT NOT NULL,
  letter    TEXT NOT NULL,                -- effect-7 or event-3; empty: the return is decided again
  replay_by TEXT NOT NULL,                -- original, current or empty
  UNIQUE (subject, letter)
);
CREATE INDEX paced_by_pace ON paced (pace, id);

CREATE TABLE restores (                   -- since when these books are a copy that was put back
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL
);

CREATE TABLE trail (                      -- who did what; entries are added, never changed
  number  INTEGER PRIMARY KEY,
  at      TEXT NOT NULL,
  act     TEXT NOT NULL,
  actor   TEXT NOT NULL,                  -- person or engine
  who     TEXT NOT NULL,
  subject TEXT NOT NULL,
  about   TEXT NOT NULL,                  -- hold-1, effect-7, a mapping version
  detail  TEXT NOT NULL,
  hash    TEXT NOT NULL                   -- over the entry and the hash before it
);
"""

NOBODY_ELSE: Final = """
CREATE VIEW busy AS SELECT '' AS subject WHERE FALSE;
CREATE VIEW abandoned AS SELECT '' AS subject, '' AS due_at WHERE FALSE;
"""
"""Subjects that a worker drains now, and others shall leave alone; and those whose worker died over them. In a file
there is one worker, which begins with what was left under way.
"""
