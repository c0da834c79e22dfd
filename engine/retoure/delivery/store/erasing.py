"""Takes personal data out of one return: bodies and reads go as after the retention, all else keeps its shape.

What decided, what was sent and how often stay, so that no sum changes; the words and values of a person do not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from ...connectors.redact import HIDDEN
from ...types import json_text
from . import compaction
from .bodies import GONE, unpack
from .codec import dump, load
from .database import Db, Row, Values
from .events import event_of

_PSEUDONYM: Final = re.compile(r"\[redacted(?: (\d+))?\]")
END: Final = datetime(9999, 1, 1, tzinfo=UTC)

_OF_EFFECTS: Final = "effect IN (SELECT id FROM effects WHERE subject = :subject)"
_OF_EVENTS: Final = "event IN (SELECT seq FROM events WHERE subject = :subject)"


class Mask(Protocol):
    """Blanks personal data: in what platforms say by names and values, in texts and names of ours by values."""

    def data(self, value: Any, /) -> Any: ...
    def text(self, text: str, /) -> str: ...
    def words(self, text: str, shown: Callable[[str], str] = ..., /) -> str: ...


class Pseudonyms:
    """What stands for values of a person in names that tell rows apart: `[redacted]`, `[redacted 2]`, one a value. The
    first `used` are taken already.
    """

    def __init__(self, mask: Mask, used: int) -> None:
        self._mask, self._used = mask, used
        self._known: dict[str, str] = {}

    def name(self, text: str) -> str:
        """A name with its values blanked; the same value is called the same everywhere."""
        return self._mask.words(text, self._of)

    def _of(self, value: str) -> str:
        if value not in self._known:
            number = self._used + len(self._known) + 1
            self._known[value] = HIDDEN if number == 1 else f"{HIDDEN[:-1]} {number}]"
        return self._known[value]


@dataclass(frozen=True, slots=True)
class Columns:
    """What of a table may hold personal data: JSON of platforms, JSON of ours, texts, names that tell rows apart, and
    fields of the body that say what is written to, as JSON.
    """

    table: str
    key: str
    data: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    where: str = "subject = :subject"


TABLES: Final = (
    Columns("events", "seq", data=("snapshot",), texts=("reason",)),
    Columns("subjects", "subject", ours=("seen",)),
    Columns("decisions", "id", data=("record", "answers"), ours=("decision",)),
    Columns("ledger", "id", data=("body", "undo"), ours=("on_change", "policy"), names=("key",)),
    Columns(
        "effects",
        "id",
        data=("body", "original", "answer"),
        ours=("policy",),
        texts=("error",),
        identities=("identity",),
    ),
    Columns("attempts", "id", texts=("message",), where=_OF_EFFECTS),
    Columns("edits", "id", data=("before", "after"), texts=("why",), where=_OF_EFFECTS),
    Columns("holds", "id", data=("because",), texts=("reason", "closed_why"), names=("key",)),
)


def closed(db: Db, subject: str) -> bool:
    """Whether nothing of a return waits, and nobody is asked about it."""
    return compaction.closed_before(db, subject, END)


def kept(db: Db, subject: str) -> Iterator[Any]:
    """All that platforms said of a return, and were told, as JSON."""
    for body in db.execute("SELECT raw, coding FROM events WHERE subject = ?", (subject,)).fetchall():
        yield _parsed(body)
    for columns in TABLES:
        for row in _rows(db, columns, subject):
            yield from (load(row[name]) for name in columns.data if row[name] is not None)
    reads = f"SELECT answer FROM reads WHERE answer IS NOT NULL AND {_OF_EVENTS}"
    yield from (load(row["answer"]) for row in db.execute(reads, {"subject": subject}).fetchall())


def erase(db: Db, subject: str, mask: Mask) -> None:
    """Takes what `mask` blanks out of a return."""
    db.lock(subject)
    _take_out(db, subject)
    values: Values = {"subject": subject, "nothing": b""}
    db.execute(f"UPDATE events SET raw = :nothing, coding = '{GONE}' WHERE subject = :subject", values)
    db.execute("UPDATE effects SET plan = NULL WHERE subject = ?", (subject,))
    db.execute(f"DELETE FROM reads WHERE {_OF_EVENTS}", {"subject": subject})
    names = Pseudonyms(mask, _used(db, subject))
    for columns in TABLES:
        for row in _rows(db, columns, subject):
            _blank(db, columns, row, mask, names)


def _take_out(db: Db, subject: str) -> None:
    """Records that stand in bodies are stored by themselves, before the bodies go."""
    rows = db.execute("SELECT * FROM events WHERE subject = ? AND part IS NOT NULL", (subject,)).fetchall()
    taken = [(dump(event_of(row).record), row["seq"]) for row in rows]
    db.executemany("UPDATE events SET snapshot = ?, part = NULL WHERE seq = ?", taken)


def forget_rejected(db: Db, about: Callable[[Any], bool]) -> int:
    """Removes the bodies of messages that were not taken and are about somebody. How many."""
    rows = db.execute("SELECT id, raw, coding FROM rejected WHERE digest <> ''").fetchall()
    found = [(b"", GONE, row["id"]) for row in rows if row["coding"] != GONE and about(_parsed(row))]
    db.executemany("UPDATE rejected SET raw = ?, coding = ?, message = '' WHERE id = ?", found)
    return len(found)


def subjects(db: Db) -> tuple[str, ...]:
    """All returns there are."""
    rows = db.execute("SELECT DISTINCT subject FROM events ORDER BY subject").fetchall()
    return tuple(row["subject"] for row in rows)


def _rows(db: Db, columns: Columns, subject: str) -> list[Row]:
    return db.execute(f"SELECT * FROM {columns.table} WHERE {columns.where}", {"subject": subject}).fetchall()


def _used(db: Db, subject: str) -> int:
    """How many pseudonyms stand in the names of a return since it was erased before."""
    texts = [row[name] for columns in TABLES if columns.names for row in _rows(db, columns, subject)
             for name in columns.names]  # fmt: skip
    return max((int(number or 1) for text in texts for number in _PSEUDONYM.findall(text)), default=0)


def _blank(db: Db, columns: Columns, row: Row, mask: Mask, names: Pseudonyms) -> None:
    new = dict(_blanked(columns, row, mask, names))
    changed = {name: value for name, value in new.items() if value != row[name]}
    if changed:
        fields = ", ".join(f"{name} = :{name}" for name in changed)
        key = {"own_key": row[columns.key]}
        db.execute(f"UPDATE {columns.table} SET {fields} WHERE {columns.key} = :own_key", {**changed, **key})


def _blanked(columns: Columns, row: Row, mask: Mask, names: Pseudonyms) -> Iterator[tuple[str, str]]:
    for name in columns.data:
        if row[name] is not None:
            yield name, dump(mask.data(load(row[name])))
    for name in columns.ours:
        if row[name] is not None:
            yield name, dump(_ours(load(row[name]), mask, names))
    yield from ((name, mask.text(row[name])) for name in columns.texts)
    yield from ((name, names.name(row[name])) for name in columns.names)
    yield from ((name, _identity(row[name], mask)) for name in columns.identities)


def _identity(text: str, mask: Mask) -> str:
    """As the body says it now that it is blanked."""
    return json.dumps(mask.data(json.loads(text)), ensure_ascii=False) if text else text


def _ours(value: Any, mask: Mask, names: Pseudonyms) -> Any:
    """JSON of ours, in which only bodies are shaped as platforms want it, and keys name rows."""
    if isinstance(value, dict):
        return {name: _our_field(name, part, mask, names) for name, part in value.items()}
    if isinstance(value, list):
        return [_ours(part, mask, names) for part in value]
    return mask.words(value) if isinstance(value, str) else value


def _our_field(name: str, value: Any, mask: Mask, names: Pseudonyms) -> Any:
    if name in ("body", "undo"):
        return mask.data(value)
    if name == "key" and isinstance(value, list):
        return [names.name(part) if isinstance(part, str) else part for part in value]
    return _ours(value, mask, names)


def _parsed(row: Row) -> Any:
    """A body as JSON, as text where it is none, None where it is gone."""
    if row["coding"] == GONE:
        return None
    raw = unpack(bytes(row["raw"]), row["coding"])
    try:
        return json_text.parse(raw)
    except json_text.JsonInvalid:
        return raw.decode("utf-8", "replace")
