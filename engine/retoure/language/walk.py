"""Every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from operator import attrgetter, itemgetter
from typing import Any

from msgspec import Struct

from ..source import Span

Below = Callable[[Any], Sequence[object]]


class Learnt(dict[type, Below | None]):
    """How the parts of each kind of value are found. Asked for every node, so it is worked out once."""

    def __init__(self, find: Callable[[type], Below | None]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, kind: type) -> Below | None:
        found = self[kind] = self._find(kind)
        return found


def walk(node: object) -> Iterator[object]:
    """The node itself and every node, name, place and constant below it."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        below = _BELOW[type(item)]
        if below is not None:
            waiting += below(item)


def field_names(kind: type) -> tuple[str, ...]:
    """The fields of a node; none of what is no node."""
    if issubclass(kind, Struct):
        return kind.__struct_fields__
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()


def parts_below(kind: type, names: Sequence[str]) -> Below | None:
    """What gives the parts of a value of a kind, the last one first: of a node those in the fields of these names."""
    if issubclass(kind, tuple):
        return itemgetter(slice(None, None, -1))
    if issubclass(kind, dict):
        return _values
    if len(names) == 1:
        return _only(names[0])
    return attrgetter(*names[::-1]) if names else None


def _values(node: dict[str, object]) -> Sequence[object]:
    return list(node.values())[::-1]


def _only(name: str) -> Below:
    return lambda node: (getattr(node, name),)


def _parts(kind: type) -> Below | None:
    return None if kind is Span else parts_below(kind, field_names(kind))


_BELOW = Learnt(_parts)
