"""The audit trail in the database. Entries are added in the transaction of what they tell of, and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from ..trail import BEGINNING, Act, Actor, Deed, TrailEntry, chained
from .codec import dump, load, moment, stamp
from .database import Db, Row, Values, named
from .port import Again, Edit, ReplayBy, Selection


def add(db: Db, deed: Deed, at: datetime) -> None:
    """Adds an entry. It comes last in a transaction: until that ends, others wait to add theirs."""
    db.alone("trail")
    last = db.execute("SELECT number, hash FROM trail ORDER BY number DESC LIMIT 1").fetchone()
    number, before = (1, BEGINNING) if last is None else (last["number"] + 1, last["hash"])
    row: Values = {
        "number": number,
        "at": stamp(at),
        "act": deed.act.value,
        "actor": deed.actor.value,
        "who": deed.who,
        "subject": deed.subject,
        "about": deed.about,
        "detail": dump(deed.detail),
        "hash": chained(before, number, moment(stamp(at)), deed),
    }
    db.execute(f"INSERT INTO trail ({', '.join(row)}) VALUES ({named(row)})", row)


def replayed(selection: Selection, number: int, by: ReplayBy | None, who: str, subject: str) -> Deed:
    """That letters were put back to waiting: one of a `subject`, or so many of a selection."""
    chosen = {"queue": selection.queue, "cause": selection.cause, "everything": "yes" if selection.everything else ""}
    said: dict[str, str | int] = {name: value for name, value in chosen.items() if value}
    about = selection.letter or f"{number} letters"
    return Deed(Act.REPLAYED, who, about, subject, detail={**said, "number": number, "by": by or ""})


def paced(again: Again, by: ReplayBy | None, who: str) -> Deed:
    """That a letter, or the decision of a return, shall be replayed in its turn."""
    act = Act.REPLAYED if again.letter else Act.DECIDED_AGAIN
    return Deed(act, who, again.letter or again.subject, again.subject, detail={"number": 1, "by": by or ""})


def edited(edit: Edit, subject: str) -> Deed:
    """That a person changed a call: its bodies by their hashes, since they may hold personal data."""
    said = {"why": edit.why, "before": _digest(edit.before), "after": _digest(edit.after)}
    return Deed(Act.EDITED, edit.who, f"effect-{edit.effect}", subject, detail=said)


def _digest(body: Mapping[str, Any]) -> str:
    return sha256(dump(body).encode()).hexdigest()


def after(db: Db, number: int, limit: int) -> tuple[TrailEntry, ...]:
    """The next entries after one, in their order."""
    rows = db.execute("SELECT * FROM trail WHERE number > ? ORDER BY number LIMIT ?", (number, limit))
    return tuple(map(_entry, rows))


def head(db: Db) -> str:
    """The head of the trail, empty before the first entry."""
    last = db.execute("SELECT * FROM trail ORDER BY number DESC LIMIT 1").fetchone()
    return "" if last is None else _entry(last).head


def _entry(row: Row) -> TrailEntry:
    said = (Act(row["act"]), row["who"], row["about"], row["subject"], Actor(row["actor"]), load(row["detail"]))
    return TrailEntry(row["number"], moment(row["at"]), Deed(*said), row["hash"])
