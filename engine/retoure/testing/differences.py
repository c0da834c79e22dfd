"""What a body that was expected and one that was sent differ in, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..types import json_text

WIDEST = 40
"""Longer values do not push the columns apart."""


@dataclass(frozen=True)
class Cell:
    """A field by its path (`items[0].price.withTax`), and both values as text."""

    path: str
    wanted: str
    found: str
    same: bool


def holds_within(wanted: Any, found: Any) -> bool:
    """Whether everything in `wanted` is in `found`: named fields of objects, lists element by element."""
    return all(cell.same for cell in cells(wanted, found))


def cells(wanted: Any, found: Any, path: str = "") -> Iterator[Cell]:
    """Every value that `wanted` names, beside what is found in its place."""
    if isinstance(wanted, Mapping) and wanted and isinstance(found, Mapping):
        for name, item in wanted.items():
            yield from cells(item, found.get(name), f"{path}.{name}" if path else name)
    elif isinstance(wanted, list) and wanted and _listed(found) and len(wanted) == len(found):
        for place, (item, other) in enumerate(zip(wanted, found, strict=True)):
            yield from cells(item, other, f"{path}[{place}]")
    else:
        yield Cell(path, text(wanted), _short(wanted, found), _same(wanted, found))


def closest(wanted: Any, bodies: Sequence[Any]) -> Any:
    """The body with the fewest cells that differ, the first of several."""
    return min(bodies, key=lambda body: sum(not cell.same for cell in cells(wanted, body)))


def differing(wanted: Any, found: Any) -> tuple[Cell, ...]:
    return tuple(cell for cell in cells(wanted, found) if not cell.same)


def table(differences: Sequence[Cell], given: str) -> Iterator[str]:
    """The cells as lines with columns; `given` says what the last one is: sent, answered."""
    rows = [("field", "expected", given), *((cell.path or "all", cell.wanted, cell.found) for cell in differences)]
    widths = [max(len(cell) for cell in column if len(cell) <= WIDEST) for column in list(zip(*rows, strict=True))[:2]]
    for *padded, last in rows:
        yield "  ".join((*(cell.ljust(width) for cell, width in zip(padded, widths, strict=True)), last))


def text(value: Any) -> str:
    return "missing" if value is None else json_text.dump(value)


def _short(wanted: Any, found: Any) -> str:
    """What is found; of a list of another length how long it is, too."""
    if isinstance(wanted, list) and _listed(found) and len(wanted) != len(found):
        return f"{len(found)} instead of {len(wanted)}: {text(found)}"
    return text(found)


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and not wanted
    if isinstance(wanted, list):
        return _listed(found) and len(wanted) == len(found)
    return bool(wanted == found) and isinstance(wanted, bool) == isinstance(found, bool)


def _listed(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)
