"""Which value may stand where which type is wanted."""

from __future__ import annotations

from collections.abc import Iterable

from ...types.kinds import (
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


def bare(kind: Type) -> Type:
    """The type without `optional`."""
    return kind.of if isinstance(kind, Optional) else kind


def optional(kind: Type) -> Type:
    return kind if isinstance(kind, Optional | Anything) else Optional(kind)


def fits(source: Type, target: Type) -> bool:
    """Whether a value of `source` may be used where `target` is wanted; missing values are asked for elsewhere."""
    source, target = bare(source), bare(target)
    if isinstance(source, Anything) or isinstance(target, Anything | Opaque):
        return True
    if isinstance(source, ListOf) and isinstance(target, ListOf):
        return fits(source.item, target.item)
    if isinstance(source, Record) and isinstance(target, Record):
        return source.name == target.name or _is_variant(source, target)
    if isinstance(source, Enum):
        return isinstance(target, Text) or _words_fit(source, target)
    if isinstance(source, Integer):
        return isinstance(target, Integer | Number) or (isinstance(target, MoneyType) and target.minor)
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
    words = (Text, Enum)
    numbers = (Integer, Number)
    if isinstance(left, words) and isinstance(right, words):
        return not (isinstance(left, Enum) and isinstance(right, Enum)) or bool(set(left.values) & set(right.values))
    if isinstance(left, numbers) and isinstance(right, numbers):
        return True
    return type(left) is type(right) and not isinstance(left, Record | ListOf | Opaque)


def ordered(left: Type, right: Type) -> bool:
    """Whether `<` makes sense between the two."""
    orderable = (Integer, Number, MoneyType, Instant, Day, Anything)
    return comparable(left, right) and isinstance(bare(left), orderable) and isinstance(bare(right), orderable)


def common(kinds: Iterable[Type]) -> Type | None:
    """A type all of them fit, optional when one of them is; None when there is none."""
    found = list(kinds)
    solid = [kind for kind in found if not isinstance(bare(kind), Anything)] or found
    for candidate in solid:
        if all(fits(kind, candidate) for kind in found):
            wanted = bare(candidate)
            return optional(wanted) if any(isinstance(kind, Optional) for kind in found) else wanted
    if all(isinstance(bare(kind), Text | Enum) for kind in found):
        return Text()
    return None
