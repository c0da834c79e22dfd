"""Erases a person from the books, as data protection law (GDPR, article 17) gives everybody the right to ask for.

Which returns are a person's is found in what the books keep of them. Books, ledger and audit trail stay whole: who was
paid back how much, and who did what, without saying who the person was.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from .connectors.redact import redacted, without_free_data
from .delivery.store import erasing, trail
from .delivery.store.database import Database, Db
from .delivery.trail import Act, Deed
from .deployment.model import Deployment
from .embed import open_database
from .planning.personal import Mask

_CUSTOMER: Final = re.compile(r"customer_?(id|key|number|reference_?key|external_?id)", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")
_OF_CUSTOMER: Final = re.compile(r"id|key|number|reference_?key|external_?id", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """Who is meant: by e-mail address, by the id a platform gives its customer, or by the ids of returns."""

    email: str = ""
    customer: str = ""
    returns: tuple[str, ...] = ()

    def is_in(self, value: Any) -> bool:
        """Whether something a platform said is about the person."""
        return any(self._meant(name, within, text) for name, within, text in _texts(value, "", ""))

    def _meant(self, name: str, within: str, text: str) -> bool:
        if self.email and _named(self.email, text):
            return True
        own = _CUSTOMER.fullmatch(name) or (within.lower() == "customer" and _OF_CUSTOMER.fullmatch(name))
        return bool(self.customer and own and text == self.customer) or text in self.returns


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: `returns`, and how many `messages` that were not taken. `open` are returns that are not over:
    nothing was done to them. `remarks` counts entries of the audit trail in which people wrote something of the person.
    """

    returns: tuple[str, ...]
    messages: int
    open: tuple[str, ...]
    remarks: int


def found(deployment: Deployment, person: Person, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The returns that are the person's, as far as the books still tell. Raises StoreError, KeyError for a return there
    is not.
    """
    with closing(open_database(deployment, environment, create=False)) as data, data.reading() as db:
        known = erasing.subjects(db)
        unknown = next((each for each in person.returns if each not in known), None)
        if unknown is not None:
            raise KeyError(f"there is no return {unknown}")
        theirs = (each for each in known if any(map(person.is_in, erasing.kept(db, each))))
        return tuple(sorted({*person.returns, *(theirs if person.email or person.customer else ())}))


def erase(
    deployment: Deployment,
    person: Person,
    who: str,
    why: str,
    *,
    at: datetime | None = None,
    environment: Mapping[str, str] | None = None,
) -> Erased:
    """Takes the person out of all returns that are over, each in one transaction with its entry in the audit trail,
    and what is left of them out of the file. May be used beside a worker. `why` is kept for ever: name nobody in it.

    Raises StoreError, KeyError. The free space of a PostgreSQL database is overwritten when it vacuums.
    """
    now, returns = at or datetime.now(UTC), found(deployment, person, environment)
    with closing(open_database(deployment, environment, create=False)) as data:
        masks = {each: mask for each in returns if (mask := _erased(data, each, person, who, why, now)) is not None}
        with data.transaction() as db:
            messages = erasing.forget_rejected(db, person.is_in)
            if messages:
                trail.add(db, Deed(Act.ERASED, who, f"{messages} messages not taken", detail={"why": why}), now)
            remarks = sum(_speaks_of(row["detail"], masks.values(), person) for row in _details(db))
        data.scrub()
    return Erased(tuple(masks), messages, tuple(each for each in returns if each not in masks), remarks)


def _erased(data: Database, subject: str, person: Person, who: str, why: str, at: datetime) -> Mask | None:
    """What was blanked, None where the return is not over."""
    with data.transaction() as db:
        if not erasing.closed(db, subject):
            return None
        mask = _mask(list(map(without_free_data, erasing.kept(db, subject))), person)
        erasing.erase(db, subject, mask)
        trail.add(db, Deed(Act.ERASED, who, "return", subject, detail={"why": why}), at)
        return mask


def _mask(said: list[Any], person: Person) -> Mask:
    """What blanks a person's values. An order's number is none, though a platform may call the same number a key."""
    numbers = {text for value in said for _, _, text in _texts(redacted(value), "", "") if not _LETTER.search(text)}
    return Mask([*said, {"email": person.email}], spare=numbers)


def _details(db: Db) -> Iterable[Any]:
    return db.execute("SELECT detail FROM trail").fetchall()


def _speaks_of(text: str, masks: Iterable[Mask], person: Person) -> bool:
    return any(mask.words(text) != text for mask in masks) or bool(person.email and _named(person.email, text))


def _named(email: str, text: str) -> bool:
    """Whether an address stands in a text, not as the end or beginning of another one."""
    return re.search(rf"(?<![\w.+%-]){re.escape(email)}(?![\w-]|\.\w)", text, re.IGNORECASE) is not None


def _texts(value: Any, name: str, within: str) -> Iterator[tuple[str, str, str]]:
    """Every text and number, with the name of its field and of the object that is in."""
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _texts(part, str(key), name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, name, within)
    elif value is not None and not isinstance(value, bool):
        yield name, within, str(value)
