"""Books of subjects that are kept in memory while nobody else can have changed them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from ...runtime.decision import LedgerEntry, State
from ..ledger import Effect, Known, Standing

ENTRIES: Final = 50_000  # of all ledgers that are kept, about 100 MB
UNFINISHED: Final = (Standing.OPEN, Standing.MAYBE)


@dataclass(slots=True)
class Book:
    """One subject: its state without the ledger, and the ledger by the number of its entries.

    `remembered` is the ledger as `decide` sees it, by the names of effects. `held` says that a hold is open, `dead`
    that an event is queued or held; `unfinished` are the numbers of calls that may still be made, `handed` those of
    them that nobody had to look up, and that have not begun.
    """

    state: State
    known: dict[int, Known] = field(default_factory=dict)
    remembered: dict[str, LedgerEntry] = field(default_factory=dict)
    held: bool = False
    dead: bool = False
    unfinished: set[int] = field(default_factory=set)
    handed: dict[int, Effect] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        return len(self.known) + 1


class Unknown(Enum):
    UNKNOWN = 0


UNKNOWN: Final = Unknown.UNKNOWN


class Shelf:
    """The books used last. What it holds is true, or it is not there: whoever writes something it cannot follow
    forgets the subject. With `size` 0 it keeps nothing. `restored` is when the books were put back from a copy last.
    """

    def __init__(self, size: int = ENTRIES) -> None:
        self._size = size
        self._books: OrderedDict[str, Book] = OrderedDict()
        self._weights: dict[str, int] = {}
        self._weight = 0
        self.restored: datetime | Unknown | None = UNKNOWN

    @property
    def keeps(self) -> bool:
        return self._size > 0

    def find(self, subject: str) -> Book | None:
        book = self._books.get(subject)
        if book is not None:
            self._books.move_to_end(subject)
        return book

    def keep(self, subject: str, book: Book) -> None:
        """Also after the book grew."""
        if not self._size:
            return
        self._weight += book.weight - self._weights.get(subject, 0)
        self._books[subject], self._weights[subject] = book, book.weight
        while self._weight > self._size and len(self._books) > 1:
            self.forget((next(iter(self._books)),))

    def forget(self, subjects: Iterable[str]) -> None:
        for subject in subjects:
            if self._books.pop(subject, None) is not None:
                self._weight -= self._weights.pop(subject)

    def clear(self) -> None:
        self._books.clear()
        self._weights.clear()
        self._weight = 0
        self.restored = UNKNOWN
