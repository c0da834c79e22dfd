"""What becomes of the symbols of a rule: which of them are children of its node, and which says how deep it is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from operator import itemgetter
from typing import Any

from msgspec import Struct

from .tables import Rule

CHAINS = frozenset({"disjunction", "conjunction", "sum", "product"})
"""`a + b + c` is one node of the grammar, and nested once for each operand all the same."""
NOTHING = -1
"""The place of what is missing: behind all symbols stands None."""

Made = Any
"""What a maker made of a node: a node of ours, a piece of one, a tuple of them."""
Children = Callable[[list[Made]], Sequence[Made]]
"""Finds children among the symbols of a rule, behind which stands None."""


class Shape(Struct, frozen=True):
    """How a rule takes its symbols off the stacks.

    `size`: how many it takes. A rule without any is `empty`, and takes a None that is put there for it.
    `children` finds its children; None when all symbols are. They become children of the rule around it when it is
    `inlined`. A `unit` only passes on.
    `deep`: the offset of the one symbol that may be a node, whose depth counts; None when there are several.
    """

    name: str
    origin: str
    size: int
    empty: bool
    passes: bool
    unit: bool
    inlined: bool
    chain: bool
    deep: int | None
    children: Children | None


def shape(rule: Rule, every: bool) -> Shape:
    """The shape of a rule; with `every`, each symbol that is there is a child, and none is missing."""
    nodes = [place for place, each in enumerate(rule.parts) if not each.word]
    children = _children(rule, every)
    return Shape(
        name=rule.name,
        origin=rule.origin,
        size=len(rule.parts) or 1,
        empty=not rule.parts,
        passes=rule.passes,
        unit=rule.passes and len(rule.parts) == 1 and children is None,
        inlined=_is_inlined(rule),
        chain=rule.name in CHAINS,
        deep=sum(nodes) if len(nodes) < 2 else None,
        children=children,
    )


def _is_inlined(rule: Rule) -> bool:
    return rule.origin.startswith("_")


def _children(rule: Rule, every: bool) -> Children | None:
    """What finds the children of a rule; in C where it can be, since it is called for every node."""
    places = _places(rule, every)
    spliced = {place for place, each in enumerate(rule.parts) if each.spliced}
    if not spliced and rule.parts and places == list(range(len(rule.parts))):
        return None
    if not spliced and len(places) == 1:
        return itemgetter(slice(places[0], places[0] + 1 or None))
    if not spliced and places and not _is_inlined(rule):
        return itemgetter(*places)
    return partial(_spread, places, spliced)


def _places(rule: Rule, every: bool) -> list[int]:
    """The places of the children among the symbols."""
    places: list[int] = []
    for place, each in enumerate(rule.parts):
        if every or each.kept:
            places += [NOTHING] * (0 if every else each.missing)
            places.append(place)
    return places + [NOTHING] * (0 if every else rule.missing)


def _spread(places: Sequence[int], spliced: Collection[int], taken: list[Made]) -> list[Made]:
    """The children at places, and in place of a list what is in it."""
    children: list[Made] = []
    for place in places:
        if place not in spliced:
            children.append(taken[place])
        elif children:
            children += taken[place]
        else:
            children = taken[place]  # a list that grows from left to right is not copied
    return children
