"""What an expression sees while it runs: variables, `now`, the stages reached, and where values come from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from .decision import Answer, Outcome
from .decision import Origin as Origin

BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)
"""The moment for words that are the same at any time."""


class Ended(Exception):
    """An expression or step came to an outcome instead of a value."""

    def __init__(self, outcome: Outcome, at: int) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
        self.at = at


NO_LISTS: Mapping[str, tuple[str, Answer]] = MappingProxyType({})


class Env(NamedTuple):
    """Variables by name; `lists` gives for a variable read from a platform the operation and the answer itself."""

    variables: Mapping[str, Any]
    now: datetime
    reached: frozenset[str] = frozenset()
    lists: Mapping[str, tuple[str, Answer]] = NO_LISTS
    loops: tuple[tuple[str, str], ...] = ()
    picked: frozenset[str] = frozenset()

    def having(self, name: str, value: Any) -> Env:
        return Env({**self.variables, name: value}, self.now, self.reached, self.lists, self.loops, self.picked)

    def within(self, variable: str, value: Any, identity: str) -> Env:
        """Inside a loop: the element, and what tells it from the others."""
        variables, loops = {**self.variables, variable: value}, (*self.loops, (variable, identity))
        return Env(variables, self.now, self.reached, self.lists, loops, self.picked)

    def reading(self, name: str, value: Any, operation: str, answer: Answer) -> Env:
        return self.having(name, value)._replace(lists={**self.lists, name: (operation, answer)})

    @property
    def claimed(self) -> frozenset[str]:
        """The units of what was read that other records have picked."""
        return frozenset(unit for _, answer in self.lists.values() for unit in answer.claimed)

    def at(self, now: datetime) -> Env:
        return self._replace(now=now)
