"""What kind of difference two systems' records show. Pure."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from ..types.kinds import Money


class DifferenceClass(StrEnum):
    """Every difference an audit finds is one of these. *Here* is what retoure knows, *there* a platform."""

    MISSING_THERE = "missing there"  # what should have come of a return is not in the other system
    MISSING_HERE = "missing here"  # a platform knows more than what was heard of it
    STALLED = "stalled in the queue"  # the work that would mend it waits, here or for a person
    DIFFERENT_STATE = "different state"
    DIFFERENT_AMOUNT = "different amount"
    DUPLICATE = "duplicate"  # it happened more often than it should have
    ORPHAN = "orphan"  # it happened there, and nothing here asked for it


CLASS: Final = "class"
"""The kind of the origin of a hold that names the class of the difference it is about."""
_MENDED_BY_WORK: Final = frozenset(
    {DifferenceClass.MISSING_THERE, DifferenceClass.DIFFERENT_STATE, DifferenceClass.DIFFERENT_AMOUNT}
)


def classified(here: Any, there: Any) -> DifferenceClass:
    """The class of two values that do not agree. Counts say what is missing or too many; amounts are never counts."""
    if _nothing(here) != _nothing(there):
        return DifferenceClass.ORPHAN if _nothing(here) else DifferenceClass.MISSING_THERE
    if any(isinstance(value, Money | Decimal) for value in (here, there)):
        return DifferenceClass.DIFFERENT_AMOUNT
    if _counts(here) and _counts(there):
        return DifferenceClass.DUPLICATE if there > here else DifferenceClass.MISSING_THERE
    return DifferenceClass.DIFFERENT_STATE


def explained(*, waits: bool, corrects: bool) -> frozenset[DifferenceClass]:
    """The classes that need no question of their own: work in a queue will mend them, or a person has been asked what
    to do about what was sent and is no longer wanted. What happened twice is never explained.
    """
    if corrects:
        return _MENDED_BY_WORK | {DifferenceClass.ORPHAN}
    return _MENDED_BY_WORK if waits else frozenset()


def _counts(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _nothing(value: Any) -> bool:
    """Missing, none of it, or an amount of zero. `false` is an answer."""
    if isinstance(value, Money):
        return value.amount == 0
    return value is None or (not isinstance(value, bool) and value in (0, "", (), []))
