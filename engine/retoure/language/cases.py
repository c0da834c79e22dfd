"""The tests that a test with `cases` stands for: one for each row, its cells in the place of the columns' names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ..source import Span
from . import nodes as n

Cells = Mapping[str, n.Literal]


def expanded(test: n.TestNode) -> Iterator[n.TestNode]:
    """The test itself, or one for each row of its `cases` that has a cell for each column."""
    if test.cases is None:
        yield test
        return
    columns = dict.fromkeys(name.text for name in test.cases.columns)
    for row in test.cases.rows:
        if len(row.cells) == len(columns) == len(test.cases.columns):
            cells = dict(zip(columns, row.cells, strict=True))
            steps = tuple(_filled(step, cells) for step in test.steps)
            yield n.TestNode(_named(test.name, cells), None, steps, row.span)


def words(cell: n.Literal) -> str:
    """A cell as it reads in a text."""
    if isinstance(cell.value, tuple):
        return ", ".join(map(words, cell.value))
    if isinstance(cell.value, dict):
        return ", ".join(f"{name} {words(value)}" for name, value in cell.value.items())
    return str(cell.value)


def _named(name: str, cells: Cells) -> str:
    """The name with its placeholders filled; without any, the cells follow it, so that every case has its own name."""
    filled = _text(name, cells)
    return filled if filled != name else f"{name}: {', '.join(map(words, cells.values()))}"


def _filled(node: Any, cells: Cells) -> Any:
    match node:
        case n.Literal() if node.word and node.value in cells:
            return cells[str(node.value)]
        case n.Name() if node.text in cells:
            return n.Name(words(cells[node.text]), cells[node.text].span)
        case n.Path() | Span():
            return node
        case str():
            return _text(node, cells)
        case tuple():
            return tuple(_filled(item, cells) for item in node)
        case dict():
            return {name: _filled(value, cells) for name, value in node.items()}
    if isinstance(node, Struct):
        return replace(node, **{name: _filled(getattr(node, name), cells) for name in node.__struct_fields__})
    return node


def _text(text: str, cells: Cells) -> str:
    for name, cell in cells.items():
        text = text.replace(f"{{{name}}}", words(cell))
    return text
