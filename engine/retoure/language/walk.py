"""Every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from operator import attrgetter

from msgspec import Struct

from ..source import Span

Below = Callable[[object], Sequence[object]]


def walk(node: object) -> Iterator[object]:
    """The node itself and every node, name, place and constant below it."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        kind = type(item)
        below = _KNOWN[kind] if kind in _KNOWN else _learnt(kind)
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
        return _reversed
    if issubclass(kind, dict):
        return _values
    if len(names) == 1:
        return _only(names[0])
    return attrgetter(*names[::-1]) if names else None


def _learnt(kind: type) -> Below | None:
    """How the parts of a kind are found. Asked for every node, so it is remembered."""
    below = _KNOWN[kind] = parts_below(kind, field_names(kind))
    return below


def _reversed(node: object) -> Sequence[object]:
    assert isinstance(node, tuple)
    return node[::-1]


def _values(node: object) -> Sequence[object]:
    assert isinstance(node, dict)
    return list(node.values())[::-1]


def _only(name: str) -> Below:
    return lambda node: (getattr(node, name),)


_KNOWN: dict[type, Below | None] = {Span: None}
