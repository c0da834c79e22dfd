"""The audit trail: who did what, each entry chained to the one before by a hash, so that nobody changes one unseen.

Pure. An entry that was changed, taken out of the middle, put in or moved breaks the chain. Entries taken off the end do
not: whoever wants to notice that writes down the head (`17:3f9a…`), as every report does.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

BEGINNING: Final = "0" * 64
"""What the first entry is chained to."""


ENGINE: Final = "retoure"
"""Who did what nobody asked for."""


class Actor(StrEnum):
    """Whether a person did it or the engine by itself."""

    PERSON = "person"
    ENGINE = "engine"


class Act(StrEnum):
    """What was done."""

    CLOSED = "hold closed"
    ASSIGNED = "assigned"
    REPLAYED = "replayed"
    DECIDED_AGAIN = "decided again"
    EDITED = "call edited"
    DROPPED = "dropped"
    RESOLVED = "resolved"
    ACTIVATED = "version activated"
    EXPIRED = "letters expired"
    RESTORED = "books restored"
    COMMENTED = "commented"
    SNOOZED = "snoozed"
    ERASED = "personal data erased"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done. `subject` is the return it is about, empty for none; `about` names what it was done to
    (hold-1, effect-7, a mapping version); `detail` says more, as JSON of texts and whole numbers.
    """

    act: Act
    who: str
    about: str
    subject: str = ""
    actor: Actor = Actor.PERSON
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """A deed in the trail. Entries are numbered from 1 without gaps."""

    number: int
    at: datetime
    deed: Deed
    hash: str

    @property
    def head(self) -> str:
        """What to write down to notice later that entries are gone: `17:3f9a…`."""
        return f"{self.number}:{self.hash}"


def chained(before: str, number: int, at: datetime, deed: Deed) -> str:
    """The hash of an entry: SHA-256 over the hash before it and everything it says."""
    said = [number, at.isoformat(), deed.act, deed.actor, deed.who, deed.subject, deed.about, deed.detail]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{text}".encode()).hexdigest()


def broken(entries: Iterable[TrailEntry], head: str = "") -> Iterator[str]:
    """What is wrong with a trail, in words; nothing when it is whole. `head` is one that was written down before.

    After an entry that does not fit, the chain is followed on from the hash it has, so that each mistake is told once.
    """
    before, due, seen = BEGINNING, 1, not head
    for entry in entries:
        if entry.number != due:
            yield _gap(due, entry.number)
        elif entry.hash != chained(before, entry.number, entry.at, entry.deed):
            yield f"entry {entry.number} was changed, or the one before it was"
        seen = seen or entry.head == head
        before, due = entry.hash, entry.number + 1
    if not seen:
        yield f"the head {head[:20]}… is not in it: entries were taken off its end, or it was written anew"


def _gap(due: int, found: int) -> str:
    if found < due:
        return f"entry {found} stands in the wrong place"
    return f"entry {due} is missing" if found == due + 1 else f"entries {due} to {found - 1} are missing"
