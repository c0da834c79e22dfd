"""What the SQL of the store is written against: a connection that both databases can give, and nothing more.

The statements keep to what SQLite and PostgreSQL share: `?` or `:name` for values, `RETURNING`, `ON CONFLICT … DO`,
booleans, moments as text that sorts. Where the two differ, the connection knows how.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

Value = str | bytes | int | None
Values = Mapping[str, Value]


class Row(Protocol):
    """One row, by the name or the number of a column."""

    def __getitem__(self, column: str | int, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Result(Protocol):
    """What a statement gave back."""

    @property
    def rowcount(self) -> int: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class Db(Protocol):
    """A connection inside a transaction.

    Where one process alone writes at a time, `lock`, `fence` and `alone` have nothing to do. Elsewhere they come first
    in a transaction: what is read after them stays true until it ends.

    A statement may be on its way until somebody looks at its result: ask several before looking at the first.
    """

    def execute(self, sql: str, values: Sequence[Value] | Values = ..., /) -> Result: ...
    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> object: ...

    def define(self, sql: str) -> None:
        """Makes or changes tables, whose column types are written as SQLite names them."""
        ...

    def lock(self, *subjects: str) -> None:
        """Keeps these subjects for this transaction; another one that wants them waits."""
        ...

    def fence(self, subject: str) -> None:
        """The same for a subject this process drains. Raises Fenced when it does not, or does no more."""
        ...

    def alone(self, task: str) -> None:
        """Waits until no other transaction is at the same task, and keeps others waiting."""
        ...


class Database(Protocol):
    """A database: transactions, and who works on what.

    Any use may raise StoreUnavailable or StoreDamaged.
    """

    name: str
    threads: int  # how many may use it at a time

    def transaction(self) -> AbstractContextManager[Db]:
        """All or nothing, and durable when it returns."""
        ...

    def reading(self) -> AbstractContextManager[Db]:
        """One unchanging view of the data."""
        ...

    def asking(self) -> AbstractContextManager[Db]:
        """For a single statement, which sees one view of the data by itself, or changes it as a whole."""
        ...

    def together(self) -> AbstractContextManager[None]:
        """Transactions of this thread inside are durable together when it ends."""
        ...

    def changed(self) -> bool: ...

    def version(self) -> int:
        """The version of its layout."""
        ...

    def upgrade(self) -> int:
        """Brings the layout to this release's own, as a whole or not at all; the version before.

        Raises WrongVersion for a layout it cannot start from, WorkerRunning while somebody works with the old one.
        """
        ...

    def structure(self) -> frozenset[str]:
        """The names of all columns (`events.seq`) and indexes (`index events_by_state`)."""
        ...

    def damages(self) -> list[str]:
        """What the database itself finds broken, as far as it can tell."""
        ...

    def scrub(self) -> None:
        """Takes out of the file what rows that were changed or removed left in it, where the database can."""
        ...

    def back_up(self, file: Path) -> None:
        """Writes one unchanging view of the books into a new SQLite file, while others work with them."""
        ...

    def close(self) -> None: ...


def insert(db: Db, table: str, row: Values) -> int:
    """Adds a row; its number."""
    made = db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({named(row)}) RETURNING id", row)
    number: int = made.fetchone()["id"]
    return number


def add(db: Db, table: str, row: Values) -> None:
    """Adds a row whose number nobody needs."""
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({named(row)})", row)


def named(row: Values) -> str:
    """The places for the values of a row: `:system, :kind`."""
    return ", ".join(f":{name}" for name in row)


def marks(values: Collection[Value]) -> str:
    """The places for the values of a list: `?, ?`; of none, what equals nothing."""
    return ", ".join("?" * len(values)) or "NULL"
