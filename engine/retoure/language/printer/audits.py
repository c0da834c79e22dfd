"""Audits: what is compared, and what follows from each kind of difference."""

from __future__ import annotations

from collections.abc import Sequence

from .concrete import Branch, Part
from .doc import Doc, Line, hung, join
from .heads import block
from .lines import Row, lines_up, row
from .words import cut, doc, prints, spaced


@prints("audit")
def _audit(branch: Branch) -> Doc:
    head, body = cut(branch.parts, "LBRACE")
    return block(spaced(head), body)


@lines_up("pair", "agree", "missing_run", "missing_outcome", "different", "stalled")
def _item(branch: Branch) -> Row:
    keyword, *said = branch.parts
    return row(_said(branch.rule, said), audit=doc(keyword))


def _said(rule: str, parts: Sequence[Part]) -> Doc:
    if rule not in ("pair", "agree"):
        return spaced(parts)
    first, *others = cut(parts, "FROM") if rule == "pair" else cut(parts, "WITH", "WITHIN")
    return hung(spaced(first), *(join(Line(), spaced(other)) for other in others))
