"""Functions of lists. They never change a list: a new one comes out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from ..types.kinds import (
    Anything,
    Boolean,
    Day,
    Instant,
    Integer,
    ListOf,
    Money,
    MoneyType,
    Number,
    Optional,
    Text,
    Type,
)
from .declare import Example, Family, OutOfBounds, Param, Result, Types, same_as_first, whole_number

ORDERED: tuple[Type, ...] = (Text(), Number(), MoneyType(), Instant(), Day())
LIST = Param("list", ListOf(Anything()), "The list.")
COLOURS = {"colours": ["red", "blue", "red"]}
PRICES = {"prices": [Decimal("12.50"), Decimal("7.95"), Decimal("12.50")]}

lists = Family("list", "To pick elements by a condition, write `for each … where …`.")


def _element(given: Types) -> Type:
    """The type of an element that may not be there."""
    found = given[0]
    if not isinstance(found, ListOf):
        return Anything()
    kept = found.some or isinstance(found.item, Optional | Anything)
    return found.item if kept else Optional(found.item)


def _fewer(given: Types) -> Type:
    """The type of a list that may be empty now."""
    return ListOf(given[0].item) if isinstance(given[0], ListOf) else Anything()


ELEMENT = Result("an element, or missing when the list may be empty", _element)
SAME_LIST = Result("a list of the same type", same_as_first)


@lists.function("count", "The number of elements.", [LIST], Integer(), [Example("count(colours)", "3", COLOURS)])
def count(items: list[Any]) -> int:
    return len(items)


@lists.function(
    "first",
    "The first element; missing when there is none.",
    [LIST],
    ELEMENT,
    [Example("first(colours)", "red", COLOURS), Example('first(words(" ")) default "none"', "none")],
)
def first(items: list[Any]) -> Any:
    return items[0] if items else None


@lists.function(
    "last",
    "The last element; missing when there is none.",
    [LIST],
    ELEMENT,
    [Example('last(split_at("a/b/c", "/"))', "c")],
)
def last(items: list[Any]) -> Any:
    return items[-1] if items else None


@lists.function(
    "first_few",
    "The first elements; all of them when there are fewer.",
    [LIST, Param("count", Integer(), "How many.", whole_number(0))],
    Result("a list of the same type", _fewer),
    [Example("first_few(colours, 2)", "[red, blue]", COLOURS)],
)
def first_few(items: list[Any], count: int) -> list[Any]:
    return [*items[:count]]


@lists.function(
    "includes",
    "Whether a text is one of the elements.",
    [
        Param("list", ListOf(Text()), "The texts."),
        Param("value", Text(), "What is looked for, in the same upper and lower case."),
    ],
    Boolean(),
    [Example('includes(colours, "blue")', "yes", COLOURS)],
)
def includes(items: list[str], value: str) -> bool:
    return value in items


@lists.function(
    "reversed",
    "The elements from the last to the first.",
    [LIST],
    SAME_LIST,
    [Example("reversed(prices)", "[12.50, 7.95, 12.50]", PRICES), Example('reversed(words("a b"))', "[b, a]")],
)
def backwards(items: list[Any]) -> list[Any]:
    return [*reversed(items)]


@lists.function(
    "distinct",
    "Each element once, where it stands first.",
    [Param("list", tuple(map(ListOf, ORDERED)), "The list.")],
    SAME_LIST,
    [Example("distinct(colours)", "[red, blue]", COLOURS)],
)
def distinct(items: list[Any]) -> list[Any]:
    return [*dict.fromkeys(items)]


@lists.function(
    "sorted",
    "The elements from the smallest, earliest, or first in the alphabet on. Capitals and small letters count the same.",
    [Param("list", tuple(map(ListOf, ORDERED)), "The list.")],
    SAME_LIST,
    [Example("sorted(prices)", "[7.95, 12.50, 12.50]", PRICES), Example('sorted(words("b C a"))', "[a, b, C]")],
    refuses="amounts in two currencies",
)
def in_order(items: list[Any]) -> list[Any]:
    if len({value.currency for value in items if isinstance(value, Money)}) > 1:
        raise OutOfBounds("amounts in two currencies have no order")
    return sorted(items, key=_rank)


def _rank(value: Any) -> tuple[str | Decimal | date, str]:
    if isinstance(value, str):
        return value.casefold(), value
    return (value.amount if isinstance(value, Money) else value), ""
