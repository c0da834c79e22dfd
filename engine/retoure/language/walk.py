"""Every node below a node, in the order of the text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass


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
    if is_dataclass(node) and not isinstance(node, type):
        return [getattr(node, field.name) for field in fields(node)]
    return []
