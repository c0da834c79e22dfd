"""What PostgreSQL has beside the common tables: the mark of the layout, workers, and what each of them drains."""

from __future__ import annotations

from typing import Final

MARK: Final = "retoure_layout"

TABLES: Final = f"""
CREATE TABLE {MARK} (version INTEGER NOT NULL);

CREATE TABLE workers (
  id         TEXT PRIMARY KEY,            -- host, process and a random part: never used twice
  started_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(),
  alive_till TIMESTAMPTZ NOT NULL         -- by the clock of the database alone
);

CREATE TABLE claims (                     -- its rows are also the locks of subjects
  kind   TEXT NOT NULL,                   -- subject or audit
  name   TEXT NOT NULL,
  worker TEXT,                            -- NULL: nobody
  epoch  INTEGER NOT NULL DEFAULT 0,      -- counts claims: the fence
  PRIMARY KEY (kind, name)
);
CREATE INDEX claims_of_worker ON claims (worker) WHERE worker IS NOT NULL;

CREATE VIEW busy AS
  SELECT c.name AS subject FROM claims c JOIN workers w ON w.id = c.worker
   WHERE c.kind = 'subject' AND w.alive_till > clock_timestamp();

CREATE VIEW abandoned AS
  SELECT c.name AS subject, '1970-01-01T00:00:00.000000+00:00' COLLATE "C" AS due_at FROM claims c
   WHERE c.kind = 'subject' AND c.worker IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM workers w WHERE w.id = c.worker AND w.alive_till > clock_timestamp());
"""
