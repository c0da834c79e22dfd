"""Gates, rules, watches and answers: what has to be so, then what is done about it."""

from __future__ import annotations

from collections.abc import Sequence

from .concrete import Branch, Part
from .doc import SPACE, Doc, Group, Hang, Hard, Indent, Line, hung, join
from .heads import block
from .tables import headed
from .words import clauses, cut, doc, prints, spaced

MOST_CLAUSES = 1
"""An effect with more clauses than that has each on a line of its own: key and policy are looked for first."""


@prints("gate", "answer")
def _gate(branch: Branch) -> Doc:
    return headed(Branch(branch.rule, tuple(_with_endings(branch.parts))))


@prints("rule", "watch")
def _rule(branch: Branch) -> Doc:
    head, body = cut(_with_endings(branch.parts), "LBRACE")
    return block(spaced(head), body)


def _with_endings(parts: Sequence[Part]) -> list[Part]:
    """`when TRIGGER`, `otherwise OUTCOME` and `give MAP` as one item each."""
    items: list[Part] = []
    for piece in cut(parts, "WHEN", "OTHERWISE", "GIVE"):
        if items:
            items += [Branch("said", tuple(piece[:2])), *piece[2:]]
        else:
            items += piece
    return items


@prints("trigger")
def _trigger(branch: Branch) -> Doc:
    event, *condition = cut(branch.parts, "AND")
    return hung(spaced(event), *(join(Line(), part) for piece in condition for part in _conditions(piece)))


def _conditions(piece: Sequence[Part]) -> list[Doc]:
    """`and a and b`: both conditions start a line when one does."""
    sign, condition = piece
    if not isinstance(condition, Branch) or condition.rule != "conjunction":
        return [spaced(piece)]
    first, *others = cut(condition.parts, "AND")
    return [spaced([sign, *first]), *map(spaced, others)]


@prints("require")
def _require(branch: Branch) -> Doc:
    label, *condition = cut(branch.parts, "COLON")
    if not condition:
        return spaced(branch.parts)
    colon, said = condition[0]
    return Group(join(spaced(label), doc(colon), Indent(join(Line(), doc(said)))))


@prints("read")
def _read(branch: Branch) -> Doc:
    keyword, *said = branch.parts
    head, *policy = cut(said, "follow")
    return join(doc(keyword), SPACE, hung(spaced(head), *(join(Line(), spaced(part)) for part in policy)))


@prints("for_each", "pick")
def _for_each(branch: Branch) -> Doc:
    head, *others = cut(branch.parts, "WHERE", "OTHERWISE")
    return clauses(spaced(head), *map(spaced, others))


@prints("do", "keep")
def _effect(branch: Branch) -> Doc:
    verb, *said = branch.parts
    head, *others = cut(said, "ONCE_PER", "ON_CHANGE", "PER", "UNDO", "follow")
    end = Hard() if len(others) > MOST_CLAUSES else Line()
    return join(doc(verb), SPACE, Hang(Group(join(spaced(head), *(join(end, spaced(other)) for other in others)))))
