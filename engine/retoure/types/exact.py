"""Exact numbers: which JSON values and texts are whole numbers or decimals. Binary floats never are."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = 28
"""Digits a number may have on either side of the point: more than any amount needs, few enough to stay cheap."""

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)


def decimal_of(text: str) -> Decimal | None:
    """The decimal in `"76.4800"`; None for anything else: exponents, signs of plus, blanks, too many digits."""
    if len(text) > 2 * DIGITS + 2 or not _DECIMAL.fullmatch(text):
        return None
    number = Decimal(text)
    return number if fits(number) else None


def number_of(value: object) -> Decimal | None:
    """The number in a JSON value parsed with exact decimals; None for booleans, binary floats and anything else."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    number = Decimal(value)
    return number if number.is_finite() and fits(number) else None


def whole_of(value: object) -> int | None:
    """The whole number in a JSON value (`3`, also `3.0`, as JSON Schema has it); None for anything else."""
    number = number_of(value)
    return None if number is None or number != number.to_integral_value() else int(number)


def fits(number: Decimal) -> bool:
    """Whether a finite number has at most DIGITS digits on either side of the point."""
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and number.adjusted() < DIGITS and exponent >= -DIGITS
