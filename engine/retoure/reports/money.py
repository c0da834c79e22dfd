"""Amounts in reports: rounded once, where they stand in a row, so that the rows of a table add up to its totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

from ..types.kinds import Money
from ..types.minor_units import digits


class Rounding(StrEnum):
    """How an amount finer than the smallest unit of its currency is rounded."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"


_RULES: Final = {Rounding.HALF_UP: ROUND_HALF_UP, Rounding.HALF_EVEN: ROUND_HALF_EVEN}


def rounded(money: Money, rounding: Rounding = Rounding.HALF_UP) -> Decimal:
    """The amount with the digits of its currency: 12.3450 EUR is 12.35, 500.0 JPY is 500. Raises UnknownCurrency."""
    places = digits(money.currency)
    if places is None:
        return money.amount
    return money.amount.quantize(Decimal(1).scaleb(-places), rounding=_RULES[rounding])


def unit_of(currency: str) -> Decimal:
    """The smallest unit of a currency: 0.01 for EUR, 1 for JPY."""
    return Decimal(1).scaleb(-(digits(currency) or 0))


def zero(currency: str) -> Decimal:
    """No money, with the digits of its currency; of no currency, just 0."""
    return Decimal(0) * unit_of(currency) if currency else Decimal(0)


def by_currency(amounts: Iterable[Money], rounding: Rounding = Rounding.HALF_UP) -> dict[str, Decimal]:
    """The rounded amounts added up, currency by currency, in the order of their codes."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for money in amounts:
        sums[money.currency] += rounded(money, rounding)
    return dict(sorted(sums.items()))
