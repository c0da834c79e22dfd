"""The least that could be written by hand: an outbox in SQLite, with the promises that count and nothing else.

An event is on the disk before it is acknowledged, the intent of a call before the call, its outcome before the next
call of the same return; a slow call delays nobody else's; all that wait for the disk share one commit.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from three import CALLS

from retoure.connectors.port import Event

Send = Callable[[str, str], Awaitable[None]]
Statement = tuple[str, Sequence[Any]]

TABLES = """
CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, subject TEXT, record TEXT, state TEXT DEFAULT 'waiting');
CREATE INDEX events_by_subject ON events (subject, state, seq);
CREATE TABLE effects (key TEXT PRIMARY KEY, subject TEXT, state TEXT);
"""
KEEP = "INSERT INTO events (id, subject, record) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
NEXT = "SELECT seq, record FROM events WHERE subject = ? AND state = 'waiting' ORDER BY seq LIMIT 1"
DONE = "UPDATE events SET state = 'done' WHERE seq = ?"
WANT = "INSERT INTO effects (key, subject, state) VALUES (?, ?, 'waiting')"
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
        await self._write((KEEP, (event.id, event.subject, json.dumps(event.snapshot))))
        if event.subject not in self._draining:
            self._draining[event.subject] = asyncio.create_task(self._drain(event.subject))

    async def _drain(self, subject: str) -> None:
        while found := self._db.execute(NEXT, (subject,)).fetchone():
            seq, record = found
            version = json.loads(record)["version"]
            keys = [f"{subject}/{version}/{n}" for n in range(CALLS)]
            await self._write((DONE, (seq,)), *((WANT, (key, subject)) for key in keys))
            for key in keys:
                await self._write((MARK, ("sending", key)))
                await self._send(subject, key)
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
