"""The store in one SQLite file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from ..lock import WorkerLock
from . import ledger
from .shelf import ENTRIES
from .sql import SqlStore
from .sqlite_file import SqliteFile


class SqliteStore(SqlStore):
    """Implements Store. Several processes may open one file; one of them at most drains it, by a lock of the kernel:
    no subject of it needs a claim. Calls that the end of a worker cut off are due `settle_after` seconds after the next
    start, since the platform may still be at them; a claim in PostgreSQL waits for a lease anyway. The books of returns
    that were worked on last are `remembered`, so many entries of their ledgers.

    Opening raises StoreDamaged, WrongVersion or StoreUnavailable, naming the file and what to do.
    """

    def __init__(self, path: Path | str, *, settle_after: float = 0.0, remembered: int = ENTRIES) -> None:
        super().__init__(SqliteFile(path, remembered=remembered))
        self._settle_after = timedelta(seconds=settle_after)
        self._lock = None if str(path) == ":memory:" else WorkerLock(Path(path))

    def close(self) -> None:
        super().close()
        if self._lock is not None:
            self._lock.release()

    def start_work(self, at: datetime) -> int:
        if self._lock is not None:
            self._lock.acquire()
        with self._data.transaction() as db:
            return ledger.recover(db, at, None, "the process ended during the call", self._settle_after)

    def listen(self, heard: Callable[[], None]) -> None: ...

    def claim(self, subject: str, at: datetime) -> bool:
        return True

    def release(self, subject: str) -> None: ...

    def may_call(self, subject: str) -> None: ...

    def claim_audit(self, audit: str) -> bool:
        return True

    def release_audit(self, audit: str) -> None: ...
