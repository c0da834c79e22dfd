"""The least that could be written by hand: an outbox in SQLite, with the promises that count and nothing else.

An event is on the disk before it is acknowledged, and counts once however often it comes. The intent of a call is on
the disk before the call, its outcome before the next call of the same return; each call has a key by which the platform
can know it again, and its body is stored, so that it could be sent after a crash. A slow call delays nobody else's; all
that wait for the disk share one commit. There are no retries, no holds, nothing is explained, and nobody can look.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from three import bodies

from retoure.connectors.port import Event

Send = Callable[[str, dict[str, Any]], Awaitable[None]]
"""Makes a call: its key, and its body."""
Statement = tuple[str, Sequence[Any]]

TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, subject TEXT, raw BLOB, state TEXT DEFAULT 'waiting');
CREATE INDEX events_waiting ON events (subject, seq) WHERE state = 'waiting';
CREATE TABLE effects (key TEXT PRIMARY KEY, event INTEGER, body TEXT, state TEXT);
CREATE INDEX effects_open ON effects (event) WHERE state <> 'applied';
"""
KEEP = "INSERT INTO events (id, subject, raw) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
NEXT = "SELECT seq, raw FROM events WHERE subject = ? AND state = 'waiting' ORDER BY seq LIMIT 1"
DONE = "UPDATE events SET state = 'done' WHERE seq = ?"
WANT = "INSERT INTO effects (key, event, body, state) VALUES (?, ?, ?, 'waiting')"
MARK = "UPDATE effects SET state = ? WHERE key = ?"


class Outbox:
    """Takes events and makes three calls for each, one after the other; returns side by side."""

    def __init__(self, path: Path, send: Send) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(TABLES)
        self._send = send
        self._waiting: list[tuple[Sequence[Statement], asyncio.Future[None]]] = []
        self._draining: dict[str, asyncio.Task[None]] = {}

    async def submit(self, event: Event) -> None:
        """Returns once the event is on the disk."""
        await self._write((KEEP, (event.id, event.subject, event.raw)))
        if event.subject not in self._draining:
            self._draining[event.subject] = asyncio.create_task(self._drain(event.subject))

    async def _drain(self, subject: str) -> None:
        while found := self._db.execute(NEXT, (subject,)).fetchone():
            seq, raw = found
            record = json.loads(raw)["data"]["object"]
            calls = {
                f"{subject}/shop.call({subject}, {record['version']}, {number})#1": body
                for number, body in enumerate(bodies(record))
            }
            wanted = ((WANT, (key, seq, json.dumps(body))) for key, body in calls.items())
            await self._write((DONE, (seq,)), *wanted)
            for key, body in calls.items():
                await self._write((MARK, ("sending", key)))
                await self._send(key, body)
                await self._write((MARK, ("applied", key)))
        del self._draining[subject]

    async def _write(self, *statements: Statement) -> None:
        """Returns once they are on the disk, together with those of all others that ask meanwhile."""
        written = asyncio.get_running_loop().create_future()
        self._waiting.append((statements, written))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._commit)
        await written

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        self._db.execute("BEGIN IMMEDIATE")
        for statements, _ in batch:
            for sql, values in statements:
                self._db.execute(sql, values)
        self._db.execute("COMMIT")
        for _, written in batch:
            written.set_result(None)

    async def aclose(self) -> None:
        """Once all is noted that was sent."""
        await asyncio.gather(*self._draining.values())
        self._db.close()
