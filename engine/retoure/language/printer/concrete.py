"""The text as it is written: every word and sign in its place in the tree, with the comments around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lark import Token, Tree

from ...source import LINE_END
from ..comments import Comment, Gap, gap
from ..tables import word_parser

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
    tree = word_parser().parse(text)
    tokens = [token for token in tree.scan_values(lambda item: isinstance(item, Token)) if token.type != "$END"]
    edges = [0, *(edge for token in tokens for edge in _edges(token)), len(text)]
    apart = list(zip(edges[::2], edges[1::2], strict=True))
    gaps = [gap(text, start, end) for start, end in apart]
    leaves = iter([_leaf(token, gaps[index], gaps[index + 1]) for index, token in enumerate(tokens)])
    blocks = tuple(_part(child, leaves) for child in tree.children)
    line_ends = (found[0] for start, end in apart for found in LINE_END.finditer(text, start, end))
    return Written(blocks, Leaf("END", "", gaps[-1].above), next(line_ends, "\n"))


def _edges(token: Token) -> tuple[int, int]:
    return token.start_pos or 0, token.end_pos or 0


def _leaf(token: Token, before: Gap, after: Gap) -> Leaf:
    text = str(token) if token.type in LITERAL else " ".join(token.split())
    return Leaf(token.type, text, before.above, after.beside, before.blank)


def _part(item: Tree[Any] | Token, leaves: Iterator[Leaf]) -> Part:
    if isinstance(item, Token):
        return next(leaves)
    return Branch(str(item.data), tuple(_part(child, leaves) for child in item.children))


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
