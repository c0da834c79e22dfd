"""Blocks: one item a line, comments and blank lines between them, and what lines up with the lines around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .concrete import Branch, Leaf, Part, first_leaf, without_above
from .doc import Above, Doc, Group, Hard, Indent, Join, Line, Pad, join, one_line
from .words import LAYOUTS, doc

WIDEST = 40
"""Longer cells do not push the others away."""


@dataclass(frozen=True, slots=True)
class Row:
    """An item of a block: cells to line up with those of its neighbours that have the same tag, and the rest."""

    cells: tuple[tuple[str, str], ...]
    rest: Doc


@dataclass(frozen=True, slots=True)
class Entry:
    """A row and the comments above it, each with whether a blank line comes first."""

    above: tuple[tuple[bool, Doc], ...]
    blank: bool
    row: Row

    @property
    def apart(self) -> bool:
        return self.blank or any(blank for blank, _ in self.above)

    def set_apart(self) -> Entry:
        """The entry with a blank line before it and its comments."""
        if not self.above:
            return replace(self, blank=True)
        return replace(self, above=((True, self.above[0][1]), *self.above[1:]))


RowLayout = Callable[[Branch], Row]
ROWS: dict[str, RowLayout] = {}


def lines_up(*rules: str) -> Callable[[RowLayout], RowLayout]:
    """The decorated function says which cells of these rules line up; where they stand alone, they are words."""

    def register(layout: RowLayout) -> RowLayout:
        for rule in rules:
            ROWS[rule] = layout
            LAYOUTS[rule] = lambda branch: alone(layout(branch))
        return layout

    return register


def row(rest: Doc, **cells: Doc) -> Row:
    """A row of tagged cells and the rest; without cells to line up when a comment is in one of them."""
    texts = {tag: one_line(cell) for tag, cell in cells.items()}
    said = tuple((tag, text) for tag, text in texts.items() if text is not None)
    if len(said) == len(texts):
        return Row(said, rest)
    return Row((), join(*(join(cell, " ") for cell in cells.values()), rest))


def alone(found: Row) -> Doc:
    """A row that lines up with nothing."""
    return _padded(found, [0] * len(found.cells))


def _padded(found: Row, pads: Sequence[int]) -> Doc:
    cells = (join(text, " ", Pad(pad)) for (_, text), pad in zip(found.cells, pads, strict=True))
    return join(*cells, found.rest)


def row_of(part: Part) -> Row:
    """The row that an item of a block makes."""
    if isinstance(part, Branch) and part.rule in ROWS:
        return ROWS[part.rule](part)
    return Row((), doc(part))


def braced(opening: Leaf, items: Sequence[Part], closing: Leaf) -> Doc:
    """Items in braces, one a line."""
    return _braced(opening, items, closing, record=False)


def record(opening: Leaf, items: Sequence[Part], closing: Leaf) -> Doc:
    """Items in braces, on one line when they fit."""
    return Group(_braced(opening, items, closing, record=True))


def _braced(opening: Leaf, items: Sequence[Part], closing: Leaf, *, record: bool) -> Doc:
    if not items and not closing.above:
        return join(doc(opening), doc(closing))
    inner = _stacked([entry(item, row_of(without_above(item))) for item in items], closing, record=record)
    last: Doc = Line() if record else Hard()
    return join(doc(opening), Indent(inner), last, doc(replace(closing, above=())))


def _stacked(entries: Sequence[Entry], end: Leaf, *, record: bool) -> Doc:
    parts: list[Doc] = []
    for blank, item in led(entries, end):
        wanted = blank and bool(parts)
        parts += [Line("  " if parts else " ", wanted) if record else Hard(wanted), item]
    return Join(tuple(parts))


def entry(item: Part, found: Row) -> Entry:
    """A row with what stands above its item."""
    first = first_leaf(item)
    return Entry(_notes(first), first.blank, found)


def led(entries: Sequence[Entry], end: Leaf) -> list[tuple[bool, Doc]]:
    """Comments and items in turn, each with whether a blank line comes first; last the comments above the end."""
    found: list[tuple[bool, Doc]] = []
    for one, item in zip(entries, _lined_up(entries), strict=True):
        found += [*one.above, (one.blank, item)]
    return [*found, *_notes(end)]


def _notes(leaf: Leaf) -> tuple[tuple[bool, Doc], ...]:
    return tuple((note.blank, Above(note.text)) for note in leaf.above)


def _lined_up(entries: Sequence[Entry]) -> list[Doc]:
    pads = [[0] * len(one.row.cells) for one in entries]
    for column in range(max(map(len, pads), default=0)):
        for run in _runs(entries, column):
            widths = [len(entries[index].row.cells[column][1]) for index in run]
            widest = max((width for width in widths if width <= WIDEST), default=0)
            for index, width in zip(run, widths, strict=True):
                pads[index][column] = max(0, widest - width)
    return [_padded(one.row, pad) for one, pad in zip(entries, pads, strict=True)]


def _runs(entries: Sequence[Entry], column: int) -> list[list[int]]:
    """Neighbours with a cell of one tag in a column, no blank line between them."""
    runs: list[list[int]] = []
    last = ""
    for index, one in enumerate(entries):
        tag = one.row.cells[column][0] if len(one.row.cells) > column else ""
        if tag and tag == last and not one.apart:
            runs[-1].append(index)
        elif tag:
            runs.append([index])
        last = tag
    return runs
