"""What the SQL of the store is written against: a connection that both databases can give, and nothing more.

The statements keep to what SQLite and PostgreSQL share: `?` or `:name` for values, `RETURNING`, `ON CONFLICT … DO`,
booleans, moments as text that sorts. Where the two differ, the connection knows how.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

from .shelf import Shelf

Value = str | bytes | int | None
Values = Mapping[str, Value]


TURNS: Final = (
    "INSERT INTO decisions",
    "INSERT INTO subjects",
    "INSERT INTO moves",
    "INSERT INTO ledger",
    "INSERT INTO effects",
    "INSERT INTO attempts",
    "UPDATE effects",
    "UPDATE events",
    "INSERT INTO wakes",
)
"""How late statements follow each other: a row after what it refers to, a try before its call moves on."""


@cache
def turn(sql: str) -> int:
    """Its place in TURNS."""
    return next(place for place, beginning in enumerate(TURNS) if sql.startswith(beginning))


class Row(Protocol):
    """One row, by the name or the number of a column."""

    def __getitem__(self, column: str | int, /) -> Any: ...
    def keys(self) -> Iterable[str]: ...


class Counted(Protocol):
    """How many rows a statement changed, or several did in all."""

    @property
    def rowcount(self) -> int: ...


class Result(Counted, Protocol):
    """What a statement gave back."""

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
    def executemany(self, sql: str, rows: Iterable[Sequence[Value]], /) -> Counted: ...

    def late(self, sql: str, row: Sequence[Value], /) -> None:
        """Executes a statement whose result nobody needs, before the next one that is not late, or the end of the
        transaction: where that is cheaper, with all others of its kind, and in the order of TURNS.
        """
        ...

    def numbers(self, table: str, count: int) -> Sequence[int]:
        """Numbers for so many new rows, which nobody else gets."""
        ...

    @property
    def shelf(self) -> Shelf:
        """Books as they are known to stand, in this transaction and after it."""
        ...

    def define(self, sql: str) -> None:
        """Makes or changes tables, whose column types are written as SQLite names them."""
        ...

    def lock(self, *subjects: str) -> None:
        """Keeps these subjects for this transaction, which changes their books; another one that wants them waits."""
        ...

    def hold_back(self, *subjects: str) -> None:
        """The same for a transaction that leaves their books alone: it only brings news."""
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

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        """Transactions of this thread inside are durable together when it ends. What it gives executes all that is
        late, and raises what comes of that; what is raised after it is about the commit.
        """
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
