"""From a layout to lines: decides which groups fit, and puts comments beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from .doc import Above, Beside, Doc, Group, Hang, Hard, Indent, Join, Line, Pad, Text, leaves, on_one_line

WIDTH = 110
FURTHEST = 40
"""Comments at line ends are lined up when they are at most this far apart."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a layout: where its lines start, and whether it is broken over lines."""

    indent: int
    broken: bool
    doc: Doc


@dataclass(slots=True)
class _Printed:
    """A line so far. Text may itself hold line ends, where a long text does."""

    text: str = ""
    comment: str = ""

    @property
    def column(self) -> int:
        return len(self.text) - 1 - max(self.text.rfind("\n"), self.text.rfind("\r"))

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip(" "))


def rendered(doc: Doc) -> list[str]:
    """The lines of a layout, without line ends."""
    page = _Page()
    waiting = [_Piece(0, True, doc)]
    while waiting:
        page.put(waiting.pop(), waiting)
    return list(_with_comments(page.lines))


class _Page:
    """The lines printed so far. `due`: the next text starts a line at that column, since a comment ended the last."""

    def __init__(self) -> None:
        self.lines = [_Printed()]
        self._due: int | None = None

    def put(self, piece: _Piece, waiting: list[_Piece]) -> None:
        """Prints a piece, or leaves what it is made of in `waiting`."""
        indent, broken, doc = piece.indent, piece.broken, piece.doc
        match doc:
            case Text(text):
                self._text(text)
            case Pad(width) if broken:
                self._text(" " * width)
            case Line() | Hard():
                self._line(doc, piece)
            case Above(text):
                self._above(text, indent)
            case Beside(text):
                self.lines[-1].comment, self._due = text, indent + 2
            case _:
                waiting += reversed(self._opened(piece, waiting))

    def _opened(self, piece: _Piece, rest: Sequence[_Piece]) -> list[_Piece]:
        match piece.doc:
            case Join(parts):
                return [_Piece(piece.indent, piece.broken, part) for part in parts]
            case Indent(inner, by):
                return [_Piece(piece.indent + by, piece.broken, inner)]
            case Hang(inner):
                return [_Piece(self._column, piece.broken, inner)]
            case Group(inner):
                broken = piece.broken and not _fits(inner, rest, WIDTH - self._column)
                return [_Piece(piece.indent, broken, inner)]
        return []

    @property
    def _column(self) -> int:
        return self.lines[-1].column if self._due is None else self._due

    def _text(self, text: str) -> None:
        if self._due is not None:
            if not text.strip(" "):
                return
            self._new(self._due)
        self.lines[-1].text += text

    def _line(self, doc: Line | Hard, piece: _Piece) -> None:
        if isinstance(doc, Line) and not piece.broken and self._due is None:
            self._text(doc.flat)
            return
        if doc.blank:
            self._new(0)
        self._new(piece.indent)

    def _above(self, text: str, indent: int) -> None:
        if self._due is not None or self.lines[-1].text.strip(" "):
            self._new(indent + 2 if self._due is None else self._due)
        column = self.lines[-1].column
        self.lines[-1].text += text
        self._due = column

    def _new(self, indent: int) -> None:
        self.lines.append(_Printed(" " * indent))
        self._due = None


def _fits(doc: Doc, rest: Sequence[_Piece], room: int) -> bool:
    """Whether a doc, and what follows it up to the next place where a line may break, fits into `room` columns."""
    found = on_one_line(doc)
    if found is None:
        return False
    text, commented = found
    first, more, _ = text.partition("\n")
    left = room - len(first)
    return left >= 0 and (bool(commented or more) or _up_to_break(rest, left) <= left)


def _up_to_break(rest: Sequence[_Piece], room: int) -> int:
    """The width of what follows up to the next place where a line may break; counted no further than `room`."""
    width = 0
    for piece in reversed(rest):
        for leaf in leaves(piece.doc):
            if not isinstance(leaf, Text):
                return width
            width += len(leaf.text.partition("\n")[0])
            if width > room or "\n" in leaf.text:
                return width
    return width


def _with_comments(lines: list[_Printed]) -> Iterator[str]:
    """The lines with what stands beside them, lined up in runs of neighbours."""
    for (commented, _), run in groupby(lines, key=lambda line: (bool(line.comment), line.indent)):
        found = list(run)
        if not commented:
            yield from (line.text.rstrip(" ") for line in found)
            continue
        ends = [line.column for line in found]
        furthest = max(ends) if max(ends) - min(ends) <= FURTHEST else 0
        yield from (f"{line.text.rstrip(' ')}{' ' * max(0, furthest - line.column)}  {line.comment}" for line in found)
