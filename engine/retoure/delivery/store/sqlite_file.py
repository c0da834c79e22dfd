"""One SQLite file: opening it, and transactions whose failures are told in our words."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from threading import get_ident
from types import TracebackType
from typing import Any, Final

from ..errors import StoreDamaged, StoreUnavailable
from ..lock import WorkerLock
from .database import Value, turn
from .layout import require_current, require_upgradable
from .migrations import steps_from, take
from .schema import APPLICATION, NOBODY_ELSE, TABLES, VERSION
from .shelf import ENTRIES, Shelf

PATIENCE: Final = 5.0  # seconds to wait for another process's write
STATEMENTS: Final = 500  # that are kept prepared: more than there are

_STRUCTURE: Final = """
SELECT m.name || '.' || p.name FROM sqlite_master m JOIN pragma_table_info(m.name) p
 WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'
UNION ALL SELECT 'index ' || name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite_%'
"""


class Connection(sqlite3.Connection):
    """A connection to a file, of which one worker at most drains and one transaction at a time writes: nothing else
    has to be locked.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.shelf = Shelf()
        self._late: dict[str, list[Sequence[Value]]] = {}
        self._next: dict[str, int] = {}  # the next number of a table
        self._seen = -1

    def execute(self, sql: str, values: Any = (), /) -> sqlite3.Cursor:
        if self._late:
            self.catch_up()
        return super().execute(sql, values)

    def late(self, sql: str, row: Sequence[Value], /) -> None:
        rows = self._late.get(sql)
        if rows is None:
            self._late[sql] = [row]
        else:
            rows.append(row)

    def catch_up(self) -> None:
        """Executes what is late."""
        late, self._late = self._late, {}
        for sql in sorted(late, key=turn):
            super().executemany(sql, late[sql])

    def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
        if self._late:
            self.catch_up()
        return super().executemany(sql, rows)

    def numbers(self, table: str, count: int) -> Sequence[int]:
        first = self._next.get(table)
        if first is None:
            row = self.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
            first = 1 if row is None else row[0] + 1
        self._next[table] = first + count
        return range(first, first + count)

    def begin(self, how: str = "IMMEDIATE") -> None:
        """Begins a transaction, usually one that nobody can write beside. What is known from before counts if nobody
        wrote since.
        """
        self.execute(f"BEGIN {how}")
        version = super().execute("PRAGMA data_version").fetchone()[0]
        if version != self._seen:
            self._seen = version
            self.forget_all()

    def undo(self) -> None:
        """Takes back the transaction, if there still is one, and what is known from it."""
        self._late.clear()
        self.forget_all()
        if self.in_transaction:
            self.execute("ROLLBACK")

    def let_go(self) -> None:
        """Ends a transaction that only read."""
        if self.in_transaction:
            self.execute("ROLLBACK")

    def forget_all(self) -> None:
        self.shelf.clear()
        self._next.clear()

    def define(self, sql: str) -> None:
        for statement in sql.split(";\n"):
            self.execute(statement)

    def lock(self, *subjects: str) -> None:
        self.shelf.forget(subjects)

    def hold_back(self, *subjects: str) -> None: ...

    def fence(self, subject: str) -> None: ...

    def alone(self, task: str) -> None: ...


class SqliteFile:
    """One connection to one file, shared by threads one at a time. `:memory:` keeps nothing.

    With `any_layout` a file of ours is opened whatever its layout: to upgrade it, or to copy it. Of so many entries of
    ledgers the books are `remembered`.
    """

    def __init__(self, path: Path | str, *, any_layout: bool = False, remembered: int = ENTRIES) -> None:
        self.name = str(path)
        self._any_layout = any_layout
        self.threads = 1
        self._lock = threading.RLock()
        self._seen = -1
        self._group = 0  # the thread that makes a group of transactions
        try:
            self.connection = sqlite3.connect(
                self.name, timeout=PATIENCE, isolation_level=None, check_same_thread=False, factory=Connection,
                cached_statements=STATEMENTS,
            )  # fmt: skip
        except sqlite3.Error as problem:
            raise StoreUnavailable(f"{self.name}: cannot be opened ({problem}); does its folder exist?") from problem
        self.connection.row_factory = sqlite3.Row
        self.connection.shelf = Shelf(remembered)
        self._inside = nullcontext(self.connection)
        try:
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        with _told(self.name):
            self._recognise()
            self.connection.execute("PRAGMA journal_mode = WAL")
            self.connection.execute("PRAGMA synchronous = FULL")
            self.connection.execute("PRAGMA foreign_keys = ON")
        with self.transaction() as db:
            if self._pragma("application_id") == 0:
                db.define(TABLES + NOBODY_ELSE)
                db.execute(f"PRAGMA application_id = {APPLICATION}")
                db.execute(f"PRAGMA user_version = {VERSION}")

    def _recognise(self) -> None:
        """Raises when the file holds something else than our tables in our version; an empty file is fine."""
        application, version = self._pragma("application_id"), self._pragma("user_version")
        tables = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if application == 0 and version == 0 and tables == 0:
            return
        if application != APPLICATION:
            raise StoreDamaged(f"{self.name}: is an SQLite database, but not one of retoure. Name another file.")
        if not self._any_layout:
            require_current(self.name, version)

    def _pragma(self, name: str) -> int:
        value: int = self.connection.execute(f"PRAGMA {name}").fetchone()[0]
        return value

    def enter(self) -> Connection:
        """The connection is this thread's alone until it leaves."""
        self._lock.acquire()
        return self.connection

    def leave(self) -> None:
        self._lock.release()

    def transaction(self) -> AbstractContextManager[Connection]:
        """All or nothing, and on the disk when it returns; inside `together` when that does."""
        return self._inside if self._group == get_ident() else _Turn(self, "IMMEDIATE")

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        with self.transaction() as db:
            self._group = get_ident()
            try:
                yield db.catch_up
            finally:
                self._group = 0

    def reading(self) -> AbstractContextManager[Connection]:
        """One unchanging view of the data."""
        return self._inside if self._group == get_ident() else _Turn(self, "DEFERRED")

    def asking(self) -> AbstractContextManager[Connection]:
        """For a single statement: it is a transaction of its own."""
        return _Turn(self, "")

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
            self.connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")

    def scrub(self) -> None:
        with self._lock, _told(self.name):
            self.connection.execute("VACUUM")
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def to_one_file(self) -> None:
        """Leaves no other file beside this one, which then can be copied or moved alone."""
        with self._lock, _told(self.name):
            self.connection.execute("PRAGMA journal_mode = DELETE")

    def close(self) -> None:
        with self._lock:
            self.connection.close()


class _Turn:
    """The use of the connection, one thread at a time; with `how` in a transaction. One that was begun DEFERRED only
    reads.
    """

    __slots__ = ("_file", "_how")

    def __init__(self, file: SqliteFile, how: str) -> None:
        self._file, self._how = file, how

    def __enter__(self) -> Connection:
        db = self._file.enter()
        if self._how:
            try:
                db.begin(self._how)
            except BaseException as problem:
                self._file.leave()
                _tell(self._file.name, problem)
                raise
        return db

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._how:
                self._end(self._file.connection, problem)
        except sqlite3.Error as failed:
            _tell(self._file.name, failed)
            raise
        finally:
            self._file.leave()
        if problem is not None:
            _tell(self._file.name, problem)

    def _end(self, db: Connection, problem: BaseException | None) -> None:
        if self._how == "DEFERRED":
            db.let_go()
        elif problem is not None:
            db.undo()
        else:
            try:
                db.execute("COMMIT")
            except BaseException:
                db.undo()
                raise


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turns SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as problem:
        _tell(name, problem)
        raise


def _tell(name: str, problem: BaseException) -> None:
    """Raises what one of SQLite's errors means to us. Constraint violations pass: they are answers, not faults."""
    if isinstance(problem, (sqlite3.OperationalError, sqlite3.ProgrammingError)):
        raise StoreUnavailable(f"{name}: {problem}") from problem
    if isinstance(problem, sqlite3.DatabaseError) and not isinstance(problem, sqlite3.IntegrityError):
        raise StoreDamaged(
            f"{name}: {problem}. Put back a copy, or move the file aside and start with a new one."
        ) from problem
