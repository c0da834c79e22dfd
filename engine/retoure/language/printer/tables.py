"""Tables, maps, templates: a head that says from what to what, then one fact a line."""

from __future__ import annotations

from .concrete import Branch
from .doc import Doc, Group, Indent, Line, join
from .heads import block
from .lines import Row, lines_up, row
from .words import cut, doc, each_on_a_line, one_by_one, prints, spaced


@prints("table", "map", "template", "gate", "answer")
def headed(branch: Branch) -> Doc:
    """A block whose head says what it takes and gives; parts of a long head stand further right than the items."""
    head, *body = cut(branch.parts, "LBRACE")
    first, *others = cut(head, "->", "FROM", "like")
    clauses = (Group(join(Line(), spaced(other))) for other in others)
    said = join(spaced(first), Indent(join(*clauses), 4))
    return block(said, body[0]) if body else said


@prints("parameters")
def _parameters(branch: Branch) -> Doc:
    return each_on_a_line(branch.parts)


@lines_up("row")
def _row(branch: Branch) -> Row:
    keys, value = cut(branch.parts, "=>")
    return row(spaced(value), row=one_by_one(keys))


@lines_up("otherwise_row")
def _otherwise(branch: Branch) -> Row:
    keyword, *value = branch.parts
    return row(spaced(value), row=doc(keyword))
