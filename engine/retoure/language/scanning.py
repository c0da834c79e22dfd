"""Which word or sign stands where: one pattern for most states, one of its own where that pattern misleads."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from msgspec import Struct

from ..source import Span
from .tables import Terminal, tables

Scan = Callable[[str, int, int], re.Match[str] | None]
"""Finds a word or sign in a part of a text. Of what it finds, the last group is named like the terminal, the first one
ends where the word begins, and the whole ends where it ends. The end of the text has no name."""


class Token(Struct, frozen=True, gc=False):
    """A word or sign of a kind, and the place it stands at."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Scanner:
    """Finds words and signs by what a state of the grammar expects: the first of the terminals that are expected.

    The shared pattern tries all terminals. When what it finds is expected, then it is the first that is, too.
    """

    def __init__(self) -> None:
        known = tables()
        ignored = [each.pattern for each in known.terminals if each.name in known.ignored]
        self._skipped = f"(?:{'|'.join(ignored)})*+"
        self._terminals = [each for each in known.terminals if each.name not in known.ignored]
        self._own: dict[int, Scan] = {}
        self._skip = re.compile(self._skipped)
        self.words = {each.name: each.words for each in self._terminals if each.words}
        hiding = {each.name for each in self._terminals if each.hiding}
        shared = self._scan(self.expected({each.name for each in self._terminals} - hiding))
        self.scans = [self.own(state) if hiding & row.keys() else shared for state, row in enumerate(known.states)]
        """For each state the pattern to try first."""

    def skipped(self, text: str, start: int, end: int) -> int:
        """Where the white space and the comments that begin at `start` end."""
        found = self._skip.match(text, start, end)
        return found.end() if found else start

    def own(self, state: int) -> Scan:
        """Tries only the terminals that a state expects."""
        if state not in self._own:
            self._own[state] = self._scan(self.expected(tables().states[state]))
        return self._own[state]

    def any(self) -> Scan:
        """Tries all terminals, whatever is expected."""
        return self._scan(self.expected({each.name for each in self._terminals}))

    def expected(self, names: Collection[str]) -> list[Terminal]:
        """The terminals of these names, without those that another one of them reads as a word of its own."""
        named = [each for each in self._terminals if each.name in names]
        words = {word for each in named for word in each.words}
        return [each for each in named if each.text not in words]

    def _scan(self, terminals: Iterable[Terminal]) -> Scan:
        """Groups come behind what they name: so `re` sees by what each pattern begins, and tries only what may fit."""
        named = "|".join(f"(?:{each.pattern})(?P<{each.name}>)" for each in terminals)
        return re.compile(rf"({self._skipped})(?:{named}|\Z)").match
