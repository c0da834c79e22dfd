"""Every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

_KNOWN: dict[type, tuple[str, ...]] = {}


def walk(node: object) -> Iterator[object]:
    """The node itself and every node, name and constant below it."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        waiting += reversed(_children(item))


def _children(node: object) -> list[object]:
    if isinstance(node, tuple):
        return list(node)
    if isinstance(node, dict):
        return list(node.values())
    return [getattr(node, name) for name in _fields(type(node))]


def _fields(kind: type) -> tuple[str, ...]:
    """Asked for every node of every mapping, so it is remembered."""
    if kind not in _KNOWN:
        _KNOWN[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
    return _KNOWN[kind]
