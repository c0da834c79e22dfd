"""Whole minor units (cents) and exact amounts. How many decimals a currency has is what ISO 4217 says."""

from __future__ import annotations

from decimal import Decimal
from functools import cache

from .exact import DIGITS
from .kinds import Money


class UnknownCurrency(ValueError):
    """Not the code of a currency in use (ISO 4217, upper case)."""


class NotWhole(ValueError):
    """An amount that is no whole number of minor units, or too large to be one."""


@cache
def digits(currency: str) -> int | None:
    """Decimals of a currency: 2 for EUR, 0 for JPY, 3 for KWD, None for gold. Raises UnknownCurrency."""
    from iso4217 import Currency  # reads all currencies there are, for which mappings that know no money need not wait

    try:
        exponent = Currency(currency).exponent
    except ValueError as problem:
        raise UnknownCurrency(f'"{currency[:10]}" is not an ISO 4217 currency code') from problem
    return None if exponent is None else int(exponent)


def to_minor(money: Money) -> int:
    """`12.50 EUR` is 1250, `500 JPY` is 500. Never rounds: raises NotWhole; UnknownCurrency for a wrong code."""
    places = _places(money.currency)
    sign, figures, exponent = money.amount.as_tuple()
    if not isinstance(exponent, int) or money.amount.adjusted() >= DIGITS:
        raise NotWhole(f"{money.currency} amount is too large to be written in minor units")
    scaled = Decimal((sign, figures, max(exponent + places, -2 * DIGITS)))
    if exponent + places < -2 * DIGITS or scaled != scaled.to_integral_value():
        raise NotWhole(f"{money} is not a whole number of minor units: round it in the mapping")
    return int(scaled)


def from_minor(units: int, currency: str) -> Money:
    """1250 EUR is `12.50 EUR`, 500 JPY is `500 JPY`. Raises UnknownCurrency."""
    places = _places(currency)
    figures = tuple(int(figure) for figure in str(abs(units)))
    return Money(Decimal((int(units < 0), figures, -places)), currency)


def finer_than_minor(money: Money) -> bool:
    """Whether an amount has a fraction of the smallest unit: 12.505 EUR, 0.5 JPY. Raises UnknownCurrency."""
    places, exponent = digits(money.currency), money.amount.normalize().as_tuple().exponent
    return places is not None and isinstance(exponent, int) and -exponent > places


def _places(currency: str) -> int:
    places = digits(currency)
    if places is None:
        raise UnknownCurrency(f"{currency} has no minor unit")
    return places
