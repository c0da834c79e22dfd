"""Policies, queues and alerts: what happens when something fails. Short queues and alerts stay on a line."""

from __future__ import annotations

from collections.abc import Sequence

from .concrete import Branch, Leaf, Part
from .doc import Doc, Group, Line, Text, between, hung, join, on_one_line
from .heads import block
from .lines import Row, lines_up, row
from .render import WIDTH
from .words import cut, doc, prints, spaced


@prints("policy")
def _policy(branch: Branch) -> Doc:
    head, body = cut(branch.parts, "LBRACE")
    return block(spaced(head), body)


@lines_up("on_arm")
def _arm(branch: Branch) -> Row:
    keyword, classes, *steps = branch.parts
    return row(_steps(steps), arm=spaced([keyword, classes]))


@lines_up("otherwise_arm")
def _otherwise(branch: Branch) -> Row:
    keyword, *steps = branch.parts
    return row(_steps(steps), arm=doc(keyword))


def _steps(parts: Sequence[Part]) -> Doc:
    """Lines break before `then`."""
    pieces = [piece for piece in cut(parts, "THEN") if piece]
    return hung(*(join(Line(), _together(piece)) if index else _together(piece) for index, piece in enumerate(pieces)))


def _together(parts: Sequence[Part]) -> Doc:
    """Steps without a `then` between them: as many on a line as fit."""
    size = 2 if isinstance(parts[0], Leaf) else 1
    return join(spaced(parts[:size]), *(Group(join(Line(), doc(step))) for step in parts[size:]))


@prints("instead")
def _instead(branch: Branch) -> Doc:
    head, *key = cut(branch.parts, "ONCE_PER")
    return hung(spaced(head), *(join(Line(), spaced(part)) for part in key))


@lines_up("queue", "alert")
def _short(branch: Branch) -> Row:
    """On one line when that fits, its items under those of its neighbours."""
    head, body = cut(branch.parts, "LBRACE")
    opening, *items, closing = body
    inner = [doc(item) for item in items]
    said = on_one_line(join(spaced(head), between(Text("  "), [doc(opening), *inner, doc(closing)])))
    if said is None or len(said[0]) > WIDTH or not items:
        return Row((), block(spaced(head), body))
    last = join(*(() if inner[1:] else (doc(opening), " ")), inner[-1], " ", doc(closing))
    cells = [join(*((doc(opening), " ") if inner[0] is item else ()), item, " ") for item in inner[:-1]]
    return row(last, **{branch.rule: spaced(head)}, **{f"{branch.rule}{at}": cell for at, cell in enumerate(cells)})


@prints("alert_when")
def _when(branch: Branch) -> Doc:
    keyword, *thresholds = branch.parts
    first, *others = cut(thresholds, "OR")
    return join(doc(keyword), " ", hung(spaced(first), *(join(Line(), spaced(other)) for other in others)))
