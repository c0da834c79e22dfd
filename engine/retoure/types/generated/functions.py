"""The generated functions of types, each made when its type has been used for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ..kinds import ListOf, Record, Type

Function = Callable[[Any, Any], Any]
"""`function(value, root)`. It gives up, by any exception, on a value that is not as usual."""

WARM: Final = 20
"""Uses of a type before a function is generated: that takes as long as about so many uses without one."""

MOST: Final = 1024
"""Types whose functions are kept; more are only there where many schemas are read one after the other, as in tests."""


class Functions:
    """Functions by type. A type is known by its identity: it is compared as seldom as it is made."""

    def __init__(self, generate: Callable[[Type], Function]) -> None:
        self._generate = generate
        self._made: dict[int, tuple[Type, Function]] = {}
        self._used: dict[int, tuple[Type, int]] = {}

    def known(self, type_: Type) -> Function | None:
        """The function of a type that has been used often enough, and could be generated."""
        found = self._made.get(id(type_))
        return found[1] if found is not None else self._counted(type_)

    def of(self, type_: Type) -> Function:
        """The function of a record or a list, generated now if need be."""
        found = self._made.get(id(type_))
        if found is None:
            if len(self._made) >= MOST:
                self._made.clear()
            found = self._made[id(type_)] = (type_, self._generate(type_))
        return found[1]

    def _counted(self, type_: Type) -> Function | None:
        if not isinstance(type_, Record | ListOf):
            return None
        if len(self._used) >= MOST:
            self._used.clear()
        _, times = self._used.get(id(type_), (type_, 0))
        if times >= WARM:
            self._used.pop(id(type_), None)
            return self.of(type_)
        self._used[id(type_)] = (type_, times + 1)
        return None
