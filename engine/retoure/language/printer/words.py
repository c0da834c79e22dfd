"""What prints what: a register of layouts by rule of the grammar. A rule without one is its words in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .concrete import Branch, Leaf, Part, first_leaf, last_leaf
from .doc import SPACE, Above, Beside, Doc, Group, Hang, Indent, Join, Line, Text, hung, join

Layout = Callable[[Branch], Doc]
LAYOUTS: dict[str, Layout] = {}
_OPENING = frozenset("([.")
_CLOSING = frozenset(",)].")


def prints(*rules: str) -> Callable[[Layout], Layout]:
    """The decorated function prints these rules."""

    def register(layout: Layout) -> Layout:
        LAYOUTS.update(dict.fromkeys(rules, layout))
        return layout

    return register


def doc(part: Part) -> Doc:
    """The layout of any part."""
    if isinstance(part, Leaf):
        return _leaf(part)
    layout = LAYOUTS.get(part.rule)
    return layout(part) if layout else spaced(part.parts)


def _leaf(leaf: Leaf) -> Doc:
    above = [Above(comment.text) for comment in leaf.above]
    beside = [Beside(leaf.beside)] if leaf.beside else []
    return Join((*above, Text(leaf.text), *beside)) if above or beside else Text(leaf.text)


def spaced(parts: Sequence[Part]) -> Doc:
    """Words in a row, with blanks where they belong."""
    docs: list[Doc] = []
    before = Leaf("", "")
    for part in parts:
        first = first_leaf(part)
        if first.kind and before.kind and not _tight(before, first):
            docs.append(SPACE)
        docs.append(doc(part))
        before = last_leaf(part) if first.kind else before
    return Join(tuple(docs))


def _tight(before: Leaf, after: Leaf) -> bool:
    if after.text == "(":
        return before.kind == "NAME"
    if after.text == ":":
        return before.kind == "STRING"
    return after.text in _CLOSING or before.text in _OPENING


def one_by_one(parts: Sequence[Part]) -> Doc:
    """Items with commas, as many on a line as fit, further lines under the first."""
    items = _with_commas(parts)
    return Hang(Join((*items[:1], *(Group(join(Line(), item)) for item in items[1:]))))


def each_on_a_line(parts: Sequence[Part]) -> Doc:
    """Items with commas: on one line, or each on its own."""
    items = _with_commas(parts)
    return hung(*items[:1], *(join(Line(), item) for item in items[1:]))


def _with_commas(parts: Sequence[Part]) -> list[Doc]:
    items: list[Doc] = []
    for part in parts:
        if isinstance(part, Leaf) and part.text == ",":
            items[-1] = join(items[-1], doc(part))
        else:
            items.append(doc(part))
    return items


def clauses(head: Doc, *parts: Doc) -> Doc:
    """A head with its clauses: on one line, or each clause on a line further right."""
    return Group(join(head, Indent(join(*(join(Line(), part) for part in parts)))))


def cut(parts: Sequence[Part], *kinds: str) -> list[list[Part]]:
    """The parts in pieces: each but the first begins with a keyword or sign of one of these kinds, or such a branch."""
    pieces: list[list[Part]] = [[]]
    for part in parts:
        if _kind(part) in kinds:
            pieces.append([])
        pieces[-1].append(part)
    return pieces


def _kind(part: Part) -> str:
    if isinstance(part, Branch):
        return part.rule
    return part.text if part.kind.startswith("__ANON") else part.kind


@prints("names", "paths", "words")
def _list(branch: Branch) -> Doc:
    return one_by_one(branch.parts)
