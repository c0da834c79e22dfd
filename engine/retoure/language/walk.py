"""Every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass

from ..source import Span

_KNOWN: dict[type, tuple[str, ...]] = {Span: ()}


def walk(node: object) -> Iterator[object]:
    """The node itself and every node, name, place and constant below it."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        waiting += _children(item)[::-1]


def _children(node: object) -> Sequence[object]:
    names = _KNOWN.get(type(node))
    if names is not None:
        return [getattr(node, name) for name in names]
    if isinstance(node, tuple):
        return node
    if isinstance(node, dict):
        return list(node.values())
    return [getattr(node, name) for name in _fields(type(node))]


def _fields(kind: type) -> tuple[str, ...]:
    """Asked for every node of every mapping, so it is remembered."""
    _KNOWN[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return _KNOWN[kind]
