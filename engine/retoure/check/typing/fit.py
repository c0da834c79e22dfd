"""Which value may stand where which type is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from ...types.kinds import (
    TEXT,
    Anything,
    Day,
    Enum,
    Instant,
    Integer,
    ListOf,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
    Variants,
)

NUMBERS, WORDS, WHOLES = Integer | Number, Text | Enum, Record | ListOf | Opaque
ORDERED = Integer | Number | MoneyType | Instant | Day | Anything
UNSURE, UNASKED = Optional | Anything, Anything | Opaque
"""Kinds of types by what they are asked for: made once, since they are asked for with every expression."""


def bare(kind: Type) -> Type:
    """The type without `optional`."""
    return kind.of if isinstance(kind, Optional) else kind


def optional(kind: Type) -> Type:
    return kind if isinstance(kind, UNSURE) else Optional(kind)


def fits(source: Type, target: Type) -> bool:
    """Whether a value of `source` may be used where `target` is wanted; missing values are asked for elsewhere."""
    if source is target:
        return True
    source, target = bare(source), bare(target)
    if source is target or isinstance(source, Anything) or isinstance(target, UNASKED):
        return True
    if isinstance(source, ListOf) and isinstance(target, ListOf):
        return fits(source.item, target.item)
    if isinstance(source, Record) and isinstance(target, Record):
        return source.name == target.name or _is_variant(source, target)
    if isinstance(source, Enum):
        return isinstance(target, Text) or _words_fit(source, target)
    if isinstance(source, Integer):
        return isinstance(target, NUMBERS) or (isinstance(target, MoneyType) and target.minor)
    if isinstance(source, MoneyType) and isinstance(target, MoneyType):
        return source.minor or not target.minor
    return type(source) is type(target) or (isinstance(source, Text) and isinstance(target, Enum) and target.open)


def _is_variant(source: Record, target: Record) -> bool:
    """Whether every record that `source` can be is one of those that `target` can be."""
    if not isinstance(target, Variants):
        return False
    possible = source.choices.values() if isinstance(source, Variants) else (source,)
    wanted = {record.name for record in target.choices.values()}
    return all(record.name in wanted for record in possible)


def _words_fit(source: Enum, target: Type) -> bool:
    if not isinstance(target, Enum):
        return False
    return target.open or (not source.open and set(source.values) <= set(target.values))


def comparable(left: Type, right: Type) -> bool:
    """Whether `is` makes sense between the two."""
    left, right = bare(left), bare(right)
    if isinstance(left, Anything) or isinstance(right, Anything):
        return True
    if isinstance(left, WORDS) and isinstance(right, WORDS):
        return not (isinstance(left, Enum) and isinstance(right, Enum)) or bool(set(left.values) & set(right.values))
    if isinstance(left, NUMBERS) and isinstance(right, NUMBERS):
        return True
    return type(left) is type(right) and not isinstance(left, WHOLES)


def ordered(left: Type, right: Type) -> bool:
    """Whether `<` makes sense between the two."""
    return comparable(left, right) and isinstance(bare(left), ORDERED) and isinstance(bare(right), ORDERED)


def common(kinds: Iterable[Type]) -> Type | None:
    """A type all of them fit, optional when one of them is; None when there is none."""
    found = list(kinds)
    solid = [kind for kind in found if not isinstance(bare(kind), Anything)] or found
    for candidate in solid:
        if all(fits(kind, candidate) for kind in found):
            wanted = bare(candidate)
            return optional(wanted) if any(isinstance(kind, Optional) for kind in found) else wanted
    if all(isinstance(bare(kind), WORDS) for kind in found):
        return TEXT
    return None
