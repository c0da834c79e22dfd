"""Whose something is: the subject of an effect, an event or a hold. It never changes."""

from __future__ import annotations

from collections.abc import Iterable

from .database import Db, marks


def effect(db: Db, number: int) -> str:
    """Raises KeyError."""
    return _one(db, "SELECT subject FROM effects WHERE id = ?", number, "effect")


def hold(db: Db, number: int) -> str:
    """Raises KeyError."""
    return _one(db, "SELECT subject FROM holds WHERE id = ?", number, "hold")


def events(db: Db, seqs: Iterable[int]) -> frozenset[str]:
    """The subjects of events; usually they have one."""
    numbers = tuple(seqs)
    rows = db.execute(f"SELECT DISTINCT subject FROM events WHERE seq IN ({marks(numbers)})", numbers)
    return frozenset(row["subject"] for row in rows)


def letter(db: Db, name: str) -> frozenset[str]:
    """The subject of `effect-7` or `event-3`; nobody's when there is no such letter."""
    kind, _, number = name.partition("-")
    if not number.isdecimal():
        return frozenset()
    if kind == "event":
        return events(db, (int(number),))
    rows = db.execute("SELECT subject FROM effects WHERE id = ?", (int(number),))
    return frozenset(row["subject"] for row in rows)


def _one(db: Db, sql: str, number: int, what: str) -> str:
    row = db.execute(sql, (number,)).fetchone()
    if row is None:
        raise KeyError(f"no {what} {number}")
    subject: str = row["subject"]
    return subject
