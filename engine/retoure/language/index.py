"""The nodes of a mapping by their class: one walk for all who look for some of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import Struct

from .walk import Below, Learnt, parts_below

T = TypeVar("T")
WORD = re.compile(r"\w+")
BARE = frozenset({"Span", "Name", "str", "bool", "int", "Decimal", "timedelta", "tuple", "None"})
"""The words in the type of a field that holds no node: nothing but names, places and constants."""


class Index:
    """The nodes of a part of a mapping. Names, places and constants are left out, so it takes a third of a walk."""

    def __init__(self, part: object) -> None:
        self._found: defaultdict[type, list[Any]] = defaultdict(list)
        waiting = [part]
        while waiting:
            item = waiting.pop()
            kind: type = type(item)
            self._found[kind].append(item)
            below = _BELOW[kind]
            if below is not None:
                waiting += below(item)

    def of(self, kind: type[T]) -> Sequence[T]:
        """The nodes of a class, in the order of the text."""
        return self._found.get(kind, ())


def _nodes_below(kind: type) -> Below | None:
    """How the parts of a kind are found that are nodes, or hold some."""
    types = kind.__annotations__ if issubclass(kind, Struct) else {}
    return parts_below(kind, [name for name, words in types.items() if not _is_bare(words)])


def _is_bare(words: str) -> bool:
    return BARE.issuperset(WORD.findall(words))


_BELOW = Learnt(_nodes_below)
