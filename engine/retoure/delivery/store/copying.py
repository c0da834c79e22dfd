"""Copies the books from one database into another, of whatever kind, table by table and page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .database import Db, Row, Value, marks
from .schema import TABLES

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "events": ("seq",),
    "rejected": ("id",),
    "reads": ("event", "round", "key"),
    "subjects": ("subject",),
    "wakes": ("id",),
    "decisions": ("id",),
    "moves": ("id",),
    "picks": ("unit",),
    "ledger": ("id",),
    "effects": ("id",),
    "attempts": ("id",),
    "edits": ("id",),
    "versions": ("identity",),
    "activations": ("id",),
    "limits": ("system", "scope"),
    "holds": ("id",),
    "signals": ("id",),
    "alerts": ("id",),
    "incidents": ("id",),
    "notices": ("id",),
    "audits": ("id",),
    "stuck": ("subject",),
    "paces": ("id",),
    "paced": ("id",),
    "restores": ("id",),
    "trail": ("number",),
}
"""Every table with its key, those that others refer to first."""

PAGE: Final = 500
TRUTHS: Final = frozenset(
    (table, column)
    for table, columns in re.findall(r"^CREATE TABLE (\w+) \(.*?$(.*?)^\);", TABLES, re.MULTILINE | re.DOTALL)
    for column in re.findall(r"^  (\w+) +BOOLEAN", columns, re.MULTILINE)
)
"""The columns that are true or false."""


def copy_books(source: Db, target: Db) -> int:
    """Copies all rows; how many. `target` has the tables, and nothing in them."""
    return sum(_copy(source, target, table, keys) for table, keys in KEYS.items())


def _copy(source: Db, target: Db, table: str, keys: Sequence[str]) -> int:
    copied = 0
    for page in _pages(source, table, keys):
        columns = list(page[0].keys())
        rows = [tuple(_value(table, name, row[name]) for name in columns) for row in page]
        target.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks(columns)})", rows)
        copied += len(rows)
    if table == "ledger":
        _stand_ins(source, target)
    return copied


def _pages(db: Db, table: str, keys: Sequence[str]) -> Iterator[list[Row]]:
    order = ", ".join(keys)
    page = db.execute(f"SELECT * FROM {table} ORDER BY {order} LIMIT {PAGE}").fetchall()
    after = f"SELECT * FROM {table} WHERE ({order}) > ({marks(keys)}) ORDER BY {order} LIMIT {PAGE}"
    while page:
        yield page
        page = db.execute(after, tuple(page[-1][key] for key in keys)).fetchall()


def _value(table: str, column: str, value: Any) -> Value:
    """A truth is a number in one kind of database and none in the other. Stand-ins follow: see below."""
    if (table, column) == ("ledger", "stands_for"):
        return None
    return bool(value) if (table, column) in TRUTHS else value


def _stand_ins(source: Db, target: Db) -> None:
    """An entry may stand for one with a higher number, so all are there before this is said."""
    rows = source.execute("SELECT stands_for, id FROM ledger WHERE stands_for IS NOT NULL").fetchall()
    target.executemany("UPDATE ledger SET stands_for = ? WHERE id = ?", [(row[0], row[1]) for row in rows])
