"""A PostgreSQL database: connections, transactions, and failures told in our words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from ...errors import Fenced, StoreDamaged, StoreUnavailable, WorkerRunning
from .. import doubt
from ..copying import KEYS, copy_books
from ..database import Db, Result, Value, Values
from ..layout import require_current, require_upgradable
from ..migrations import steps_from, take
from ..schema import TABLES, VERSION
from ..shelf import Shelf
from ..sqlite_file import SqliteFile
from . import schema
from .dialect import statement, tables
from .rows import Awaited, Row, rows_by_name

Connection = psycopg.Connection[Row]

PATIENCE: Final = 5  # seconds to wait for a connection, or for another's lock
THREADS: Final = 2
SUBJECT: Final = "subject"  # what can be claimed
AUDIT: Final = "audit"
CHANNEL: Final = "retoure"  # what a worker listens on; who tells it names the schema of its books

_DEFAULTS: Final[dict[str, str | int]] = {
    "application_name": "retoure",
    "connect_timeout": PATIENCE,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A database host that vanishes is noticed within seconds. What the address says itself counts more."""

_SETTINGS: Final = (
    f"SET lock_timeout = '{PATIENCE}s'",
    f"SET idle_in_transaction_session_timeout = '{2 * PATIENCE}s'",  # a stopped process keeps no locks
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'",
)

_GIVE_WAY: Final = "SET LOCAL lock_timeout = '10ms'"

_STRUCTURE: Final = """
SELECT table_name || '.' || column_name AS name FROM information_schema.columns WHERE table_schema = current_schema()
UNION ALL SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = current_schema()
"""
_NUMBER_ON: Final = (
    "SELECT setval(pg_get_serial_sequence('{table}', '{key}'), coalesce(max({key}), 0) + 1, false) FROM {table}"
)

_LOCK: Final = f"""
WITH locked AS (
  INSERT INTO claims (kind, name) SELECT 'subject', unnest(%s::text[]) ORDER BY 2
      ON CONFLICT (kind, name) DO UPDATE SET epoch = claims.epoch RETURNING 1)
SELECT pg_notify('{CHANNEL}', current_schema()) FROM (SELECT count(*) FROM locked) AS counted
"""
"""Locks in one order, so that nobody waits in a circle. Whoever locks from outside a drain may make work for one: the
workers are told when the transaction ends well, by the database itself.
"""

_NUMBERS: Final = "SELECT nextval(pg_get_serial_sequence(%s, %s)) AS number FROM generate_series(1, %s) ORDER BY number"

_FENCE: Final = "SELECT 1 FROM claims WHERE kind = 'subject' AND name = %s AND worker = %s AND epoch = %s FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Changed:
    """Implements Counted."""

    rowcount: int


class Epochs(dict[tuple[str, str], int]):
    """What this process drains now, each with its epoch; `worker` is how the database knows the process."""

    def __init__(self, worker: str) -> None:
        super().__init__()
        self.worker = worker


class Session:
    """Db on a connection of the pool, for one transaction. With a `pipeline` a statement is not waited for until its
    result is looked at. Its shelf keeps nothing: another process may write at any time.
    """

    def __init__(self, connection: Connection, epochs: Epochs, pipeline: psycopg.Pipeline | None = None) -> None:
        self.shelf = Shelf(0)
        self._connection = connection
        self._epochs = epochs
        self._pipeline = pipeline

    def execute(self, sql: str, values: Sequence[Value] | Values = (), /) -> Result:
        cursor = self._connection.execute(statement(sql).encode(), _clean(values))
        return cursor if self._pipeline is None else Awaited(cursor, self._pipeline)

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> Changed:
        """One by one: psycopg's own sends them in a pipeline, and the server does not end the transaction of a client
        that was stopped in one.
        """
        return Changed(sum(self.execute(sql, row).rowcount for row in rows))

    def late(self, sql: str, row: Sequence[Value], /) -> None:
        self.execute(sql, row)

    def numbers(self, table: str, count: int) -> Sequence[int]:
        rows = self._connection.execute(_NUMBERS, (table, KEYS[table][0], count))
        return [row["number"] for row in rows]

    def define(self, sql: str) -> None:
        self._connection.execute(tables(sql).encode())

    def lock(self, *subjects: str) -> None:
        if subjects:
            self._connection.execute(_LOCK, (sorted({_text(subject) for subject in subjects}),))

    def hold_back(self, *subjects: str) -> None:
        self.lock(*subjects)

    def fence(self, subject: str) -> None:
        name = _text(subject)
        claim = (name, self._epochs.worker, self._epochs.get((SUBJECT, subject), -1))
        if self._connection.execute(_FENCE, claim).fetchone() is None:
            raise Fenced(f"{subject}: another worker has it, or this one never claimed it")

    def alone(self, task: str) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(%s))", (task,))


class _Here(threading.local):
    """What this thread does: the transaction of the group it is at, whatever context its calls come from."""

    group: Db | None = None


class PostgresDatabase:
    """Implements Database with a pool of connections.

    Opening makes the tables in an empty database; with `any_layout` it takes one of ours whatever its layout. With
    `schema` all of them stand in that one, which is made too: several books in one database never meet. Raises
    StoreUnavailable, StoreDamaged or WrongVersion, naming the database without its password.
    """

    def __init__(
        self, url: str, epochs: Epochs, *, create: bool = True, any_layout: bool = False, schema: str = ""
    ) -> None:
        self.threads = THREADS
        self._any_layout = any_layout
        self._epochs = epochs
        self.schema = schema
        self.address, self.name = _address(url, schema)
        self._prepare(create=create)
        self._here = _Here()
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self.address,
            kwargs={"row_factory": rows_by_name},
            min_size=1,
            max_size=2 * THREADS + 2,  # a group reads beside its transaction
            timeout=PATIENCE,
            configure=configure,
            name=self.name,
            open=True,
        )

    def _prepare(self, *, create: bool) -> None:
        with self._alone_with_layout() as connection:
            marked = _exists(connection, schema.MARK)
            if marked and not self._any_layout:
                require_current(self.name, _version(connection))
            elif marked:
                return
            elif not create:
                raise StoreUnavailable(f"{self.name}: has no tables yet. `retoure run` or `retoure serve` makes them.")
            elif _exists(connection, "events"):
                raise StoreDamaged(f"{self.name}: holds tables of something else. Name an empty database.")
            else:
                if self.schema:
                    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {self.schema}".encode())
                connection.execute(tables(TABLES + schema.TABLES).encode())
                connection.execute(f"INSERT INTO {schema.MARK} (version) VALUES (%s)".encode(), (VERSION,))

    @contextmanager
    def _alone_with_layout(self) -> Iterator[Connection]:
        """A transaction on a connection of its own, while nobody else makes, looks at or changes the layout."""
        with self.told(), Connection.connect(self.address, row_factory=rows_by_name) as connection:
            configure(connection)
            where = (self.schema or None,)
            connection.execute(
                "SELECT pg_advisory_xact_lock(hashtext(coalesce(%s, current_schema())), hashtext('layout'))", where
            )
            yield connection

    def version(self) -> int:
        with self._connection() as connection:
            return _version(connection)

    def upgrade(self) -> int:
        with self._alone_with_layout() as connection:
            before = _version(connection)
            require_upgradable(self.name, before)
            self._require_no_worker(connection)
            for step in steps_from(before):
                take(Session(connection, self._epochs), step)
                connection.execute(f"UPDATE {schema.MARK} SET version = %s".encode(), (step.to,))
        return before

    def structure(self) -> frozenset[str]:
        with self.asking() as db:
            return frozenset(row["name"] for row in db.execute(_STRUCTURE))

    def damages(self) -> list[str]:
        """None: pages and references are the server's own care."""
        return []

    def scrub(self) -> None:
        """Nothing: dead rows are the server's own care, which overwrites them when it vacuums."""

    def back_up(self, file: Path) -> None:
        copy = SqliteFile(file)
        try:
            with self.reading() as source, copy.transaction() as target:
                copy_books(source, target)
            copy.to_one_file()
        finally:
            copy.close()

    def put_back(self, copy: Db, at: datetime) -> int:
        """Replaces the books by those of a copy in this release's layout, as a whole or not at all; how many calls are
        in doubt.

        Raises WorkerRunning while somebody works with them. Claims of before are void, their epochs go on counting.
        """
        with self._alone_with_layout() as connection:
            self._require_no_worker(connection)
            session = Session(connection, self._epochs)
            connection.execute(f"TRUNCATE {', '.join(KEYS)}".encode())
            copy_books(copy, session)
            for table, keys in KEYS.items():
                if keys in (("id",), ("seq",)):
                    connection.execute(_NUMBER_ON.format(table=table, key=keys[0]).encode())
            connection.execute(b"UPDATE claims SET worker = NULL, epoch = epoch + 1")
            return doubt.begin(session, at)

    def _require_no_worker(self, connection: Connection) -> None:
        alive = connection.execute("SELECT id FROM workers WHERE alive_till > clock_timestamp() ORDER BY id").fetchall()
        if alive:
            names = ", ".join(row["id"] for row in alive)
            raise WorkerRunning(f"{self.name}: these workers (host/process/…) use it: {names}. Stop them first.")

    @contextmanager
    def transaction(self) -> Iterator[Db]:
        """All or nothing, and durable when it returns; inside `together` when that does."""
        group = self._here.group
        if group is not None:
            yield group
            return
        with self._connection() as connection:
            connection.autocommit = False
            connection.isolation_level, connection.read_only = IsolationLevel.READ_COMMITTED, False
            yield Session(connection, self._epochs)

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        """One transaction for all. It gives way at once where another one has what it wants: whoever holds the locks of
        many subjects must not wait for more. No pipeline, though it would be quicker: the server does not end the
        transaction of a client that was stopped in one.
        """
        with self.transaction() as db:
            db.execute(_GIVE_WAY)
            self._here.group = db
            try:
                yield _nothing
            finally:
                self._here.group = None

    @contextmanager
    def reading(self) -> Iterator[Db]:
        """One unchanging view of the data."""
        with self._connection() as connection:
            connection.autocommit = False
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            with connection.pipeline() as pipeline:
                yield Session(connection, self._epochs, pipeline)

    @contextmanager
    def asking(self) -> Iterator[Db]:
        """For a single statement: one way to the server and back, where a transaction takes three."""
        group = self._here.group
        if group is not None:
            yield group
            return
        with self._connection() as connection:
            connection.autocommit = True
            yield Session(connection, self._epochs)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """When one turns out to be lost, the others of the pool are looked at too: after a restart all of them are."""
        lost = False
        try:
            with self.told(), self._pool.connection() as connection:
                try:
                    yield connection
                finally:
                    lost = connection.broken
        finally:
            if lost:
                self._pool.check()

    def changed(self) -> bool:
        """Nobody can tell without looking, and looking costs little."""
        return True

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Turns PostgreSQL's errors into ours. Constraint violations pass: they are answers, not faults."""
        try:
            yield
        except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as problem:
            raise StoreDamaged(f"{self.name}: {_said(problem)}. Put back a backup.") from problem
        except (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InsufficientPrivilege) as problem:
            raise StoreUnavailable(f"{self.name}: {_said(problem)}") from problem
        except psycopg.errors.IdleInTransactionSessionTimeout as problem:
            raise StoreUnavailable(
                f"{self.name}: this process was stopped in a transaction, which was undone"
            ) from problem
        except psycopg.errors.ReadOnlySqlTransaction as problem:
            raise StoreUnavailable(f"{self.name}: takes no writes; is it a standby? {_said(problem)}") from problem
        except psycopg.InternalError as problem:
            raise StoreDamaged(f"{self.name}: {_said(problem)}. Put back a backup.") from problem


def _nothing() -> None:
    """Nothing is late."""


def configure(connection: psycopg.Connection[Any]) -> None:
    """Settings of every connection."""
    for setting in _SETTINGS:
        connection.execute(setting.encode())
    connection.commit()


def _address(url: str, schema: str) -> tuple[str, str]:
    """The address with our defaults and the schema to work in, and how it is called in messages: without password.
    Raises StoreUnavailable.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as problem:
        raise StoreUnavailable(
            "the address of the database cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from problem
    user, port = given.get("user"), given.get("port")
    host = given.get("host") or given.get("hostaddr") or "localhost"
    name = f"postgresql://{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}/{given.get('dbname') or ''}"
    more = {key: value for key, value in _DEFAULTS.items() if key not in given}
    if schema:
        more["options"] = f"{given.get('options') or ''} -c search_path={schema}".strip()
        name = f"{name} (schema {schema})"
    return make_conninfo(url, **more), name


def _exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL AS found", (table,)).fetchone()
    return row is not None and bool(row["found"])


def _version(connection: Connection) -> int:
    row = connection.execute(f"SELECT version FROM {schema.MARK}".encode()).fetchone()
    return -1 if row is None else int(row["version"])


def _said(problem: psycopg.Error) -> str:
    """The first line of what the server or the driver said; the others are hints for programmers."""
    return str(problem).strip().partition("\n")[0] or type(problem).__name__


def _clean(values: Sequence[Value] | Values) -> Any:
    if isinstance(values, Mapping):
        return {name: _text(value) for name, value in values.items()}
    return tuple(map(_text, values))


def _text(value: Any) -> Any:
    """PostgreSQL keeps no character 0 in a text: it becomes the sign for what cannot be shown."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value
