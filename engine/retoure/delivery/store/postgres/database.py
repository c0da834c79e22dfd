"""A PostgreSQL database: connections, transactions, and failures told in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg import IsolationLevel
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import ConnectionPool

from ...errors import Fenced, StoreDamaged, StoreUnavailable, WrongVersion
from ..database import Db, Value, Values
from ..schema import TABLES, VERSION
from . import schema
from .dialect import statement, tables
from .rows import Row, rows_by_name

Connection = psycopg.Connection[Row]

PATIENCE: Final = 5  # seconds to wait for a connection, or for another's lock
THREADS: Final = 8
SUBJECT: Final = "subject"  # what can be claimed
AUDIT: Final = "audit"
CHANNEL: Final = "retoure"  # what a worker listens on

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

_LOCK: Final = f"""
WITH locked AS (
  INSERT INTO claims (kind, name) SELECT 'subject', unnest(%s::text[]) ORDER BY 2
      ON CONFLICT (kind, name) DO UPDATE SET epoch = claims.epoch RETURNING 1)
SELECT pg_notify('{CHANNEL}', '') FROM (SELECT count(*) FROM locked) AS counted
"""
"""Locks in one order, so that nobody waits in a circle. Whoever locks from outside a drain may make work for one: the
workers are told when the transaction ends well, by the database itself.
"""

_FENCE: Final = "SELECT 1 FROM claims WHERE kind = 'subject' AND name = %s AND worker = %s AND epoch = %s FOR UPDATE"


class Epochs(dict[tuple[str, str], int]):
    """What this process drains now, each with its epoch; `worker` is how the database knows the process."""

    def __init__(self, worker: str) -> None:
        super().__init__()
        self.worker = worker


class Session:
    """Db on a connection of the pool, for one transaction."""

    def __init__(self, connection: Connection, epochs: Epochs) -> None:
        self._connection = connection
        self._epochs = epochs

    def execute(self, sql: str, values: Sequence[Value] | Values = (), /) -> psycopg.Cursor[Row]:
        return self._connection.execute(statement(sql).encode(), _clean(values))

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(statement(sql).encode(), list(map(_clean, rows)))

    def lock(self, *subjects: str) -> None:
        if subjects:
            self._connection.execute(_LOCK, (sorted({_text(subject) for subject in subjects}),))

    def fence(self, subject: str) -> None:
        name = _text(subject)
        claim = (name, self._epochs.worker, self._epochs.get((SUBJECT, subject), -1))
        if self._connection.execute(_FENCE, claim).fetchone() is None:
            raise Fenced(f"{subject}: another worker has it, or this one never claimed it")

    def alone(self, task: str) -> None:
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext(%s))", (task,))


class PostgresDatabase:
    """Implements Database with a pool of connections.

    Opening makes the tables in an empty database. Raises StoreUnavailable, StoreDamaged or WrongVersion, naming the
    database without its password.
    """

    def __init__(self, url: str, epochs: Epochs, *, create: bool = True) -> None:
        self.threads = THREADS
        self._epochs = epochs
        self.address, self.name = _address(url)
        self._prepare(create=create)
        self._pool: ConnectionPool[Connection] = ConnectionPool(
            self.address,
            kwargs={"row_factory": rows_by_name},
            min_size=1,
            max_size=THREADS,
            timeout=PATIENCE,
            configure=configure,
            name=self.name,
            open=True,
        )

    def _prepare(self, *, create: bool) -> None:
        with self.told(), Connection.connect(self.address, row_factory=rows_by_name) as connection:
            configure(connection)
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(current_schema()), hashtext('layout'))")
            marked = _exists(connection, schema.MARK)
            if marked:
                self._recognise(connection)
            elif not create:
                raise StoreUnavailable(f"{self.name}: has no tables yet. `retoure run` or `retoure serve` makes them.")
            elif _exists(connection, "events"):
                raise StoreDamaged(f"{self.name}: holds tables of something else. Name an empty database.")
            else:
                connection.execute(tables(TABLES + schema.TABLES).encode())
                connection.execute(f"INSERT INTO {schema.MARK} (version) VALUES (%s)".encode(), (VERSION,))

    def _recognise(self, connection: Connection) -> None:
        row = connection.execute(f"SELECT version FROM {schema.MARK}".encode()).fetchone()
        version = -1 if row is None else row["version"]
        if version != VERSION:
            raise WrongVersion(_other_version(self.name, version))

    @contextmanager
    def transaction(self) -> Iterator[Db]:
        """All or nothing, and durable when it returns."""
        with self._connection() as connection:
            connection.autocommit = False
            connection.isolation_level, connection.read_only = IsolationLevel.READ_COMMITTED, False
            yield Session(connection, self._epochs)

    @contextmanager
    def reading(self) -> Iterator[Db]:
        """One unchanging view of the data."""
        with self._connection() as connection:
            connection.autocommit = False
            connection.isolation_level, connection.read_only = IsolationLevel.REPEATABLE_READ, True
            yield Session(connection, self._epochs)

    @contextmanager
    def asking(self) -> Iterator[Db]:
        """For a single statement: one way to the server and back, where a transaction takes three."""
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
        except psycopg.errors.ReadOnlySqlTransaction as problem:
            raise StoreUnavailable(f"{self.name}: takes no writes; is it a standby? {_said(problem)}") from problem
        except psycopg.InternalError as problem:
            raise StoreDamaged(f"{self.name}: {_said(problem)}. Put back a backup.") from problem


def configure(connection: psycopg.Connection[Any]) -> None:
    """Settings of every connection."""
    for setting in _SETTINGS:
        connection.execute(setting.encode())
    connection.commit()


def _address(url: str) -> tuple[str, str]:
    """The address with our defaults, and how it is called in messages: without password. Raises StoreUnavailable."""
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as problem:
        raise StoreUnavailable(
            "the address of the database cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
        ) from problem
    user, port = given.get("user"), given.get("port")
    host = given.get("host") or given.get("hostaddr") or "localhost"
    name = f"postgresql://{f'{user}@' if user else ''}{host}{f':{port}' if port else ''}/{given.get('dbname') or ''}"
    return make_conninfo(url, **{key: value for key, value in _DEFAULTS.items() if key not in given}), name


def _exists(connection: Connection, table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL AS found", (table,)).fetchone()
    return row is not None and bool(row["found"])


def _other_version(name: str, version: int) -> str:
    advice = "Use a newer retoure." if version > VERSION else "Let the release that wrote it finish, then start anew."
    return f"{name}: the database has layout version {version}, this release reads version {VERSION}. {advice}"


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
