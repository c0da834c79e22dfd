"""Rows by the name or the number of a column, as SQLite gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import psycopg
from psycopg.rows import RowMaker


class Row:
    """The values of one row; the numbers of the columns by name are shared by all rows of a result."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: dict[str, int], values: Sequence[Any]) -> None:
        self._columns = columns
        self._values = values

    def __getitem__(self, column: str | int, /) -> Any:
        return self._values[self._columns[column] if isinstance(column, str) else column]

    def keys(self) -> Iterable[str]:
        return self._columns.keys()


def rows_by_name(cursor: psycopg.Cursor[Any]) -> RowMaker[Row]:
    """Makes the rows of a result."""
    columns = {column.name: number for number, column in enumerate(cursor.description or ())}
    return lambda values: Row(columns, values)


class Awaited:
    """The result of a statement in a pipeline: it is waited for when somebody looks at it."""

    def __init__(self, cursor: psycopg.Cursor[Row], pipeline: psycopg.Pipeline) -> None:
        self._cursor = cursor
        self._pipeline = pipeline

    @property
    def rowcount(self) -> int:
        self._pipeline.sync()
        return self._cursor.rowcount

    def fetchone(self) -> Row | None:
        return self._cursor.fetchone()

    def fetchall(self) -> list[Row]:
        return self._cursor.fetchall()

    def __iter__(self) -> Iterator[Row]:
        return iter(self._cursor.fetchall())
