"""One SQLite file: opening it, and transactions whose failures are told in our words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from ..errors import StoreDamaged, StoreError, StoreUnavailable
from ..lock import WorkerLock
from .layout import require_current, require_upgradable
from .migrations import steps_from, take
from .schema import APPLICATION, NOBODY_ELSE, TABLES, VERSION

PATIENCE: Final = 5.0  # seconds to wait for another process's write

_STRUCTURE: Final = """
SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
UNION ALL SELECT 'index ' || name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'
"""


class Connection(sqlite3.Connection):
    """A connection to a file, of which one worker at most drains and one transaction at a time writes: nothing else
    has to be locked.
    """

    def define(self, sql: str) -> None:
        for statement in sql.split(";\n"):
            self.execute(statement)

    def lock(self, *subjects: str) -> None: ...

    def fence(self, subject: str) -> None: ...

    def alone(self, task: str) -> None: ...


class SqliteFile:
    """One connection to one file, shared by threads one at a time. `:memory:` keeps nothing.

    With `any_layout` a file of ours is opened whatever its layout: to upgrade it, or to copy it.
    """

    def __init__(self, path: Path | str, *, any_layout: bool = False) -> None:
        self.name = str(path)
        self._any_layout = any_layout
        self.threads = 1
        self._lock = threading.RLock()
        self._seen = -1
        self._together = False
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
                db.define(TABLES + NOBODY_ELSE)
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
        if not self._any_layout:
            require_current(self.name, version)

    def _pragma(self, name: str) -> int:
        value: int = self._db.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, and on the disk when it returns; inside `together` when that does."""
        with self._lock, _told(self.name):
            if self._together:
                yield self._db
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def together(self) -> Iterator[None]:
        with self.transaction():
            self._together = True
            try:
                yield
            finally:
                self._together = False

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging view of the data."""
        with self._lock, _told(self.name):
            if self._together:
                yield self._db
                return
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

    def version(self) -> int:
        with self._lock, _told(self.name):
            return self._pragma("user_version")

    def upgrade(self) -> int:
        worker = WorkerLock(Path(self.name))
        worker.acquire()
        try:
            return self.migrate()
        finally:
            worker.release()

    def migrate(self) -> int:
        """As `upgrade`, where nobody else can have the file."""
        with self.transaction() as db:
            before = self.version()
            require_upgradable(self.name, before)
            for step in steps_from(before):
                take(db, step)
                db.execute(f"PRAGMA user_version = {step.to}")
        return before

    def structure(self) -> frozenset[str]:
        with self.asking() as db:
            return frozenset(row[0] for row in db.execute(_STRUCTURE))

    def damages(self) -> list[str]:
        with self.asking() as db:
            pages = [row[0] for row in db.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            orphans = db.execute("PRAGMA foreign_key_check").fetchall()
        return pages + [f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is missing" for row in orphans[:20]]

    def back_up(self, file: Path) -> None:
        with self._lock, _told(f"{self.name}, copied to {file}"), closing(sqlite3.connect(file)) as copy:
            self._db.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")

    def scrub(self) -> None:
        with self._lock, _told(self.name):
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def to_one_file(self) -> None:
        """Leaves no other file beside this one, which then can be copied or moved alone."""
        with self._lock, _told(self.name):
            self._db.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        with self._lock:
            self._db.close()


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
