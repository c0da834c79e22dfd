"""Exact decimals: nothing is rounded that is not told to be, whatever the precision of the surroundings."""

from __future__ import annotations

from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
)

from ..types.kinds import Enum
from .declare import OutOfBounds, Param

DIGITS = 400
EXACT = Context(prec=DIGITS, traps=[Inexact, InvalidOperation, Overflow])
ROUND = Context(prec=2 * DIGITS, traps=[InvalidOperation, Overflow])
ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
HOW = Param(
    "how",
    Enum("rounding", tuple(ROUNDING)),
    "`half_up` and `half_even` go to the nearest, `down` towards 0, `up` away from it.",
)
TOO_MANY_DIGITS = f"more than {DIGITS} digits"


def to_places(number: Decimal, places: int, how: str) -> Decimal:
    """A number with exactly so many places. Raises OutOfBounds when it has too many digits."""
    return sized(number).quantize(Decimal(1).scaleb(-places), rounding=ROUNDING[how], context=ROUND)


def sized(number: Decimal) -> Decimal:
    """A number that may be written out. Raises OutOfBounds when it has too many digits."""
    if abs(number.adjusted()) > DIGITS:
        raise OutOfBounds(f"a number has {TOO_MANY_DIGITS}")
    return number


def times(left: Decimal, right: Decimal) -> Decimal:
    """The product. Raises OutOfBounds when it has too many digits."""
    try:
        return EXACT.multiply(left, right)
    except ArithmeticError as problem:
        raise OutOfBounds(f"a result has {TOO_MANY_DIGITS}") from problem
