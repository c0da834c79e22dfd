"""A whole file in the canonical layout."""

from __future__ import annotations

from dataclasses import replace

from ...diagnostics import CompileFailed
from ...source import Source
from ..parse import parse
from .concrete import Branch, Leaf, Part, Written, without_above, written
from .doc import Doc, Hard, join, on_one_line
from .lines import Row, alone, entry, led, row_of
from .render import rendered

SHORT = frozenset({"import_file", "queue", "alert"})
"""Blocks that may stand together without a blank line, each on one line."""


def format_source(source: Source) -> str:
    """The text in the one layout mappings are written in: same meaning, all comments, the file's own line ends.

    Raises CompileFailed when the text cannot be read.
    """
    parsed = parse(source)
    if parsed.findings:
        raise CompileFailed(source, parsed.findings)
    tree = written(source.text)
    return "".join(line + tree.line_end for line in rendered(_file(tree))) if tree.blocks or tree.end.above else ""


def _file(tree: Written) -> Doc:
    """Blocks with a blank line between them; short ones may stand together."""
    rows = [row_of(without_above(block)) for block in tree.blocks]
    short = [_short(block, row) for block, row in zip(tree.blocks, rows, strict=True)]
    entries = [entry(block, row) for block, row in zip(tree.blocks, rows, strict=True)]
    parted = [
        one if index and short[index - 1] and short[index] else one.set_apart() for index, one in enumerate(entries)
    ]
    (_, first), *others = led(parted, _apart(tree.end))
    return join(first, *(join(Hard(blank), item) for blank, item in others))


def _apart(end: Leaf) -> Leaf:
    return replace(end, above=tuple(replace(note, blank=True) for note in end.above[:1]) + end.above[1:])


def _short(block: Part, row: Row) -> bool:
    return isinstance(block, Branch) and block.rule in SHORT and on_one_line(alone(row)) is not None
