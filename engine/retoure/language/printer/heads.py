"""What a file says first: the mapping or library, its settings, and the track."""

from __future__ import annotations

from collections.abc import Sequence

from .concrete import Branch, Leaf, Part
from .doc import SPACE, Doc, join
from .lines import Row, braced, lines_up, row
from .words import cut, doc, one_by_one, prints, spaced


def block(head: Doc, parts: Sequence[Part]) -> Doc:
    """A head and the items in braces behind it."""
    opening, *items, closing = parts
    assert isinstance(opening, Leaf)
    assert isinstance(closing, Leaf)
    return join(head, SPACE, braced(opening, items, closing))


@prints("mapping", "library", "track", "stages", "moves", "test", "cases")
def _block(branch: Branch) -> Doc:
    head, body = cut(branch.parts, "LBRACE")
    return block(spaced(head), body)


@lines_up("language", "version", "owner", "system", "owns", "teams", "assume")
def _head_item(branch: Branch) -> Row:
    keyword, *said = branch.parts
    return row(spaced(said), head=doc(keyword))


@lines_up("setting")
def _setting(branch: Branch) -> Row:
    keyword, name, *said = branch.parts
    return row(spaced(said), head=doc(keyword), setting=doc(name))


@prints("choice_type")
def _choice_type(branch: Branch) -> Doc:
    keyword, *said = branch.parts
    return join(doc(keyword), SPACE, spaced(said))


@lines_up("track_key", "track_newest")
def _track_item(branch: Branch) -> Row:
    keyword, *said = branch.parts
    return row(spaced(said), track=doc(keyword))


@lines_up("case")
def _case(branch: Branch) -> Row:
    *cells, last = [*zip(branch.parts[::2], branch.parts[1::2], strict=False), branch.parts[-1:]]
    return row(spaced(last), **{f"case {column}": spaced(cell) for column, cell in enumerate(cells)})


@lines_up("stage")
def _stage(branch: Branch) -> Row:
    name, *statuses = branch.parts
    return row(spaced(statuses), stage=doc(name))


@lines_up("move")
def _move(branch: Branch) -> Row:
    origin, arrow, *targets = branch.parts
    return row(join(doc(arrow), SPACE, one_by_one(targets)), move=doc(origin))
