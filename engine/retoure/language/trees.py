"""The tree of a text by the rules of the grammar: places of nodes and the words in them, before they mean anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct

from ..source import Span
from .reading import DEEPEST, Makers, grammar
from .scanning import Token
from .shapes import CHAINS, Made


class Tree(Struct, frozen=True):
    """What a rule of the grammar read: its place, and the trees and tokens in it; None for what is not there."""

    rule: str
    span: Span
    children: Sequence[Any]

    def inner(self) -> Iterator[Tree]:
        return (child for child in self.children if isinstance(child, Tree))


def tree(text: str, within: Span, goal: str, *, every: bool = False) -> Tree:
    """The tree of a part of a text, however deep; with `every` it holds each word and sign. Raises Unexpected."""
    found: Tree = grammar(every).read(text, within, goal, _TREES, deepest=None)
    return found


def tokens(tree: Tree) -> Iterator[Token]:
    """All words and signs that the tree holds, in their order."""
    for child in tree.children:
        if isinstance(child, Token):
            yield child
        elif child is not None:
            yield from tokens(child)


def made(tree: Tree, makers: Makers) -> Made:
    """What the makers, by the names of their rules, make of a tree that is not too deep."""
    children = [made(child, makers) if isinstance(child, Tree) else child for child in tree.children]
    return makers[tree.rule](tree.span, children)


def too_deep(tree: Tree) -> Tree | None:
    """The first place that is nested too deeply, None when there is none. A chain `a + b + c` counts each operand."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        below = depth + (len(node.children) if node.rule in CHAINS else 1)
        if below > DEEPEST:
            return node
        waiting += [(child, below) for child in node.inner()]
    return None


_TREES = Makers(lambda rule: partial(Tree, rule))
