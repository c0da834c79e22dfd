"""The text as it is written: every word and sign in its place in the tree, with the comments around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ...source import LINE_END, Span
from ..comments import Comment, Gap, gap
from ..scanning import Token
from ..trees import Tree, tokens, tree

LITERAL = frozenset({"STRING", "LONG_TEXT"})


@dataclass(frozen=True, slots=True)
class Leaf:
    """A word, sign or text; comments `above` it and `beside` it; `blank`: a blank line right before it."""

    kind: str
    text: str
    above: tuple[Comment, ...] = ()
    beside: str = ""
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """What a rule of the grammar found."""

    rule: str
    parts: tuple[Part, ...]


Part = Leaf | Branch


@dataclass(frozen=True, slots=True)
class Written:
    """A whole file: its blocks, the end with the comments before it, and how its lines end."""

    blocks: tuple[Part, ...]
    end: Leaf
    line_end: str


def written(text: str) -> Written:
    """The tree of a text that is known to parse."""
    whole = tree(text, Span(0, len(text)), "start", every=True)
    words = list(tokens(whole))
    edges = [0, *(edge for word in words for edge in (word.start, word.end)), len(text)]
    apart = list(zip(edges[::2], edges[1::2], strict=True))
    gaps = [gap(text, start, end) for start, end in apart]
    leaves = iter([_leaf(token, gaps[index], gaps[index + 1]) for index, token in enumerate(words)])
    blocks = tuple(_part(child, leaves) for child in whole.children)
    line_ends = (found[0] for start, end in apart for found in LINE_END.finditer(text, start, end))
    return Written(blocks, Leaf("END", "", gaps[-1].above), next(line_ends, "\n"))


def _leaf(token: Token, before: Gap, after: Gap) -> Leaf:
    text = token.text if token.kind in LITERAL else " ".join(token.text.split())
    return Leaf(token.kind, text, before.above, after.beside, before.blank)


def _part(item: Tree | Token, leaves: Iterator[Leaf]) -> Part:
    if isinstance(item, Token):
        return next(leaves)
    return Branch(item.rule, tuple(_part(child, leaves) for child in item.children))


def first_leaf(part: Part) -> Leaf:
    """The leaf a part begins with; an empty one for a part without leaves."""
    while isinstance(part, Branch):
        part = next((child for child in part.parts if _any(child)), Leaf("", ""))
    return part


def last_leaf(part: Part) -> Leaf:
    """The leaf a part ends with; an empty one for a part without leaves."""
    while isinstance(part, Branch):
        part = next((child for child in reversed(part.parts) if _any(child)), Leaf("", ""))
    return part


def _any(part: Part) -> bool:
    return isinstance(part, Leaf) or any(map(_any, part.parts))


def without_above(part: Part) -> Part:
    """The part without the comments above its first leaf."""
    if isinstance(part, Leaf):
        return replace(part, above=())
    for index, child in enumerate(part.parts):
        if _any(child):
            return replace(part, parts=(*part.parts[:index], without_above(child), *part.parts[index + 1 :]))
    return part
