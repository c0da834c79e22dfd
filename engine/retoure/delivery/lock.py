"""One worker per database: a lock the kernel takes back when the process dies, however it dies."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .errors import WorkerRunning

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 1 << 20, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class WorkerLock:
    """An exclusive lock on `<database>.worker`, which holds the pid of its owner.

    The file stays when the lock is given back: removing it would let two processes lock two different files.
    """

    def __init__(self, database: Path) -> None:
        self.path = database.with_name(database.name + ".worker")
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises WorkerRunning, naming the pid, when another process (or runner) holds the lock."""
        if self._descriptor is not None:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(descriptor)
        except OSError as problem:
            owner = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise WorkerRunning(
                f"{self.path}: process {owner} already works on this database. "
                "One database has one worker: stop that process, or give this one its own database."
            ) from problem
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Lets another process work. Does nothing when the lock is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
