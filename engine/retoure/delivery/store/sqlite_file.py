"""One SQLite file: opening it, and transactions whose failures are told in our words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..errors import StoreDamaged, StoreError, StoreUnavailable, WrongVersion
from .schema import APPLICATION, NOBODY_ELSE, TABLES, VERSION

PATIENCE: Final = 5.0  # seconds to wait for another process's write


class Connection(sqlite3.Connection):
    """A connection to a file, of which one worker at most drains and one transaction at a time writes: nothing else
    has to be locked.
    """

    def lock(self, *subjects: str) -> None: ...

    def fence(self, subject: str) -> None: ...

    def alone(self, task: str) -> None: ...


class SqliteFile:
    """One connection to one file, shared by threads one at a time. `:memory:` keeps nothing."""

    def __init__(self, path: Path | str) -> None:
        self.name = str(path)
        self.threads = 1
        self._lock = threading.RLock()
        self._seen = -1
        try:
            self._db = sqlite3.connect(
                self.name, timeout=PATIENCE, isolation_level=None, check_same_thread=False, factory=Connection
            )
        except sqlite3.Error as problem:
            raise StoreUnavailable(f"{self.name}: cannot be opened ({problem}); does its folder exist?") from problem
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    def _prepare(self) -> None:
        with _told(self.name):
            self._recognise()
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as db:
            if self._pragma("application_id") == 0:
                for statement in (TABLES + NOBODY_ELSE).split(";\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION}")
                db.execute(f"PRAGMA user_version = {VERSION}")

    def _recognise(self) -> None:
        """Raises when the file holds something else than our tables in our version; an empty file is fine."""
        application, version = self._pragma("application_id"), self._pragma("user_version")
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application == 0 and version == 0 and tables == 0:
            return
        if application != APPLICATION:
            raise StoreDamaged(f"{self.name}: is an SQLite database, but not one of retoure. Name another file.")
        if version != VERSION:
            raise WrongVersion(_other_version(self.name, version))

    def _pragma(self, name: str) -> int:
        value: int = self._db.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, and on the disk when it returns."""
        with self._lock, _told(self.name):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging view of the data."""
        with self._lock, _told(self.name):
            self._db.execute("BEGIN")
            try:
                yield self._db
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """For a single statement: it is a transaction of its own."""
        with self._lock, _told(self.name):
            yield self._db

    def changed(self) -> bool:
        """Whether another connection wrote since this was last asked; the first time always."""
        with self._lock, _told(self.name):
            version = self._pragma("data_version")
            changed, self._seen = version != self._seen, version
            return changed

    def close(self) -> None:
        with self._lock:
            self._db.close()


def _other_version(name: str, version: int) -> str:
    advice = (
        "Use a newer retoure."
        if version > VERSION
        else "Let the release that wrote it finish its work, then start with a new file."
    )
    return f"{name}: the database has layout version {version}, this release reads version {VERSION}. {advice}"


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turns SQLite's errors into ours. Constraint violations pass: they are answers, not faults."""
    try:
        yield
    except (sqlite3.IntegrityError, StoreError):
        raise
    except (sqlite3.OperationalError, sqlite3.ProgrammingError) as problem:
        raise StoreUnavailable(f"{name}: {problem}") from problem
    except sqlite3.DatabaseError as problem:
        raise StoreDamaged(
            f"{name}: {problem}. Put back a copy, or move the file aside and start with a new one."
        ) from problem
