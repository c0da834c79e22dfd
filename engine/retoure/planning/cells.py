"""Two JSON values held against each other, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..delivery.reconcile import same

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """One field that differs; None stands for a field that is not there."""

    field: str
    before: Any
    after: Any


def fields(value: Any) -> Fields:
    """Every single value by its path: `items[0].price.withTax`. What is missing or null is left out."""
    return {path: part for path, part in _fields("", value) if part is not None}


def cells(before: Any, after: Any, shown_before: Any = None, shown_after: Any = None) -> tuple[Cell, ...]:
    """The fields in which two values differ, in reading order.

    `shown_…` are the same values as they may be shown, with personal data blanked, say.
    """
    old, new = fields(before), fields(after)
    told_old = old if shown_before is None else fields(shown_before)
    told_new = new if shown_after is None else fields(shown_after)
    differ = (path for path in _paths(old, new) if not _same(old, new, path))
    return tuple(Cell(path, told_old.get(path), told_new.get(path)) for path in differ)


def _same(old: Fields, new: Fields, path: str) -> bool:
    return path in old and path in new and same(old[path], new[path])


def _paths(old: Fields, new: Fields) -> list[str]:
    """The paths of the newer value, those it lacks after the one they stood behind."""
    found = list(new) if new else list(old)
    for index, path in enumerate(old):
        if path not in new and new:
            before = list(old)[:index]
            place = next((found.index(other) + 1 for other in reversed(before) if other in found), 0)
            found.insert(place, path)
    return found


def _fields(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for name, part in value.items():
            yield from _fields(f"{path}.{name}" if path else str(name), part)
    elif isinstance(value, list | tuple) and value:
        for number, part in enumerate(value):
            yield from _fields(f"{path}[{number}]", part)
    else:
        yield path, [] if isinstance(value, tuple) else value
