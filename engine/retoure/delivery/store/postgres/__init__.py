"""The store in a PostgreSQL database, for workers on several machines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ....connectors.budget import Till
from .. import ledger
from ..sql import SqlStore
from .claims import LEASE, Claim, Pulse, claim, new_worker, release
from .database import AUDIT, SUBJECT, Epochs, PostgresDatabase
from .till import DatabaseTill

__all__ = ["Epochs", "PostgresDatabase", "PostgresStore"]

_DIED = "its worker died during the call, or was not heard of for too long"


class PostgresStore(SqlStore):
    """Implements Store. Any number of processes may drain it, each subject by one of them at a time.

    `lease` is the time in seconds after which a worker that gives no sign of life counts as dead, `schema` the one
    that holds the tables, where it is not the database's usual one. Opening raises StoreUnavailable, StoreDamaged or
    WrongVersion, naming the database (never its password) and what to do.
    """

    def __init__(self, url: str, *, lease: float = LEASE, create: bool = True, schema: str = "") -> None:
        self._epochs = Epochs(new_worker())
        data = PostgresDatabase(url, self._epochs, create=create, schema=schema)
        super().__init__(data)
        self._database = data
        self._pulse = Pulse(data, self._epochs.worker, lease)
        self._lives: dict[str, int] = {}  # of the pulse, in which each subject was claimed

    @property
    def worker(self) -> str:
        """How the database knows this process: `host/pid/…`."""
        return self._epochs.worker

    def close(self) -> None:
        self._pulse.stop()
        super().close()

    def till(self, system: str) -> Till:
        return DatabaseTill(self._database, system)

    def listen(self, heard: Callable[[], None]) -> None:
        self._pulse.heard = heard

    def start_work(self, at: datetime) -> int:
        self._pulse.start()
        return 0

    def claim(self, subject: str, at: datetime) -> bool:
        life = self._pulse.life
        claimed = self._claim(SUBJECT, subject)
        if claimed is None:
            return False
        self._lives[subject] = life
        if claimed.left_behind:
            with self._data.transaction() as db:
                db.fence(subject)
                ledger.recover(db, at, subject, _DIED)
        return True

    def release(self, subject: str) -> None:
        self._lives.pop(subject, None)
        self._release(SUBJECT, subject)

    def may_call(self, subject: str) -> None:
        self._pulse.sure(self._lives.get(subject, 0))

    def claim_audit(self, audit: str) -> bool:
        return self._claim(AUDIT, audit) is not None

    def release_audit(self, audit: str) -> None:
        self._release(AUDIT, audit)

    def _claim(self, kind: str, name: str) -> Claim | None:
        with self._data.asking() as db:
            made = claim(db, kind, name, self.worker)
        if made is not None:
            self._epochs[kind, name] = made.epoch
        return made

    def _release(self, kind: str, name: str) -> None:
        """When this is made anew after a group that came to nothing, the epoch is forgotten already."""
        with self._data.asking() as db:
            release(db, kind, name, self.worker, self._epochs.pop((kind, name), None))
