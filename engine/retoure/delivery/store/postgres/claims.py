"""Who drains what: claims with an epoch, kept as long as their worker shows that it lives."""

from __future__ import annotations

import logging
import os
import secrets
import select
import socket
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass
from typing import Final

import psycopg

from ...errors import Fenced, StoreUnavailable
from ..database import Db
from .database import CHANNEL, PostgresDatabase, configure

log = logging.getLogger("retoure.delivery")

LEASE: Final = 60.0  # seconds without a sign of life after which a worker counts as dead
BEATS: Final = 6  # signs of life in the time of a lease
SURE: Final = 0.5  # the part of a lease that must be left for a call to begin: more than a platform may take to answer

_CLAIM: Final = """
WITH before AS (SELECT worker FROM claims WHERE kind = :kind AND name = :name)
INSERT INTO claims AS c (kind, name, worker, epoch) VALUES (:kind, :name, :worker, 1)
    ON CONFLICT (kind, name) DO UPDATE SET worker = excluded.worker, epoch = c.epoch + 1
 WHERE c.worker IS NULL OR c.worker = excluded.worker
    OR NOT EXISTS (SELECT 1 FROM workers w WHERE w.id = c.worker AND w.alive_till > clock_timestamp())
RETURNING epoch, (SELECT worker FROM before) IS NOT NULL AS left_behind
"""
_RELEASE: Final = """
UPDATE claims SET worker = NULL WHERE kind = :kind AND name = :name AND worker = :worker
   AND (CAST(:epoch AS BIGINT) IS NULL OR epoch = :epoch)
"""
_BEAT: Final = """
INSERT INTO workers (id, alive_till) VALUES (%(worker)s, clock_timestamp() + make_interval(secs => %(lease)s))
    ON CONFLICT (id) DO UPDATE SET alive_till = excluded.alive_till
"""
_FORGET: Final = "DELETE FROM workers WHERE alive_till < clock_timestamp() - INTERVAL '1 day'"
_LEAVE: Final = "DELETE FROM workers WHERE id = %s"


def new_worker() -> str:
    """A name for this process that nobody else has, and that tells people where it runs."""
    return f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim with its epoch. `left_behind`: the one before was not given back, so its worker may have died calling."""

    epoch: int
    left_behind: bool


def claim(db: Db, kind: str, name: str, worker: str) -> Claim | None:
    """The new claim; None while a living worker has it."""
    row = db.execute(_CLAIM, {"kind": kind, "name": name, "worker": worker}).fetchone()
    return None if row is None else Claim(row["epoch"], row["left_behind"])


def release(db: Db, kind: str, name: str, worker: str, epoch: int | None) -> None:
    """Without an epoch whatever this worker has of that name."""
    db.execute(_RELEASE, {"kind": kind, "name": name, "worker": worker, "epoch": epoch})


class Pulse:
    """A thread that shows the database that this worker lives, and hears from it that there is work.

    Signs of life are timed by the database's clock. Here only the time since the last one counts, measured by a clock
    that goes on while the process is stopped: `sure` tells whether others must still take this worker for alive.

    Once they need not, a later sign of life changes nothing about what was claimed before: a new `life` begins, and
    calls are made for claims of this life only.
    """

    def __init__(self, data: PostgresDatabase, worker: str, lease: float) -> None:
        self._data = data
        self._worker = worker
        self._lease = lease
        self._schema = ""
        self._alive_till = 0.0
        self.life = 0
        self._stopped = threading.Event()
        self._bell, self._ear = socket.socketpair()  # ends a wait at once
        self._thread: threading.Thread | None = None
        self.heard: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Registers the worker; the thread goes on until `stop`. Raises StoreUnavailable."""
        if self._thread is None:
            connection = self._connected()
            with self._data.told():
                connection.execute(_FORGET)
            self._thread = threading.Thread(
                target=copy_context().run, args=(self._run, connection), name="retoure-pulse", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """The worker leaves: what it still had claimed is free at once."""
        self._stopped.set()
        if self._thread is not None:
            self._bell.send(b"!")
            self._thread.join()
            self._thread = None
        self._bell.close()
        self._ear.close()

    def sure(self, life: int) -> None:
        """Raises Fenced unless enough of the lease is left for a call to begin, without a break since that life."""
        if not self._is_alive() or life != self.life:  # in this order: a new life begins before it counts as alive
            raise Fenced("the database has not heard of this worker for too long: another one may do its work by now")

    def _is_alive(self) -> bool:
        return self._alive_till - _clock() >= self._lease * SURE

    def _connected(self) -> psycopg.Connection[tuple[object, ...]]:
        with self._data.told():
            connection = psycopg.connect(self._data.address, autocommit=True)
            configure(connection)
            connection.execute(f"LISTEN {CHANNEL}".encode())
            row = connection.execute("SELECT current_schema()").fetchone()
            self._schema = "" if row is None else str(row[0])
            self._beat(connection)
            return connection

    def _beat(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        began = _clock()
        connection.execute(_BEAT, {"worker": self._worker, "lease": self._lease})
        if not self._is_alive():
            self.life += 1
        self._alive_till = began + self._lease

    def _run(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        while not self._stopped.is_set():
            try:
                self._listen(connection)
            except psycopg.Error as problem:
                log.warning("the database does not hear of this worker: %s", str(problem).strip())
                connection.close()
                connection = self._again() or connection
        self._leave(connection)

    def _listen(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        beat = self._lease / BEATS
        due = _clock()
        while not self._stopped.is_set():
            if _clock() >= due:
                due = _clock() + beat
                self._beat(connection)
            select.select([connection.fileno(), self._ear.fileno()], [], [], max(due - _clock(), 0.0))
            if any(self._is_ours(one) for one in connection.notifies(timeout=0)):
                self.heard()

    def _is_ours(self, notify: psycopg.Notify) -> bool:
        """Whether it is about these books: several in one database share the channel."""
        return notify.payload == self._schema

    def _again(self) -> psycopg.Connection[tuple[object, ...]] | None:
        while not self._stopped.wait(1.0):
            try:
                connection = self._connected()
            except StoreUnavailable:
                continue
            self.heard()
            return connection
        return None

    def _leave(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Failing to say so is no harm: the lease runs out."""
        try:
            connection.execute(_LEAVE, (self._worker,))
        except psycopg.Error as problem:
            log.info("this worker could not take its leave: %s", str(problem).strip())
        connection.close()


def _clock() -> float:
    """Seconds that go on while the process or the machine sleeps."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
