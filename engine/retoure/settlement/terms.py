"""How exactly two amounts must agree, and how one is rounded."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from ..reports.money import Rounding, by_currency, rounded, zero
from ..reports.returns import ReturnBooks
from ..types.kinds import Money

Sums = dict[str, Decimal]
"""Amounts by currency."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`tolerance` is how far two amounts may be apart, in units of their currency (0.01 EUR, 0.01 JPY); what is within
    it is shown, and no finding. Amounts are rounded once, each line by itself, by `rounding`.
    """

    tolerance: Decimal = Decimal(0)
    rounding: Rounding = Rounding.HALF_UP

    def apart(self, one: Decimal, other: Decimal) -> bool:
        """Whether two amounts differ by more than the tolerance."""
        return abs(one - other) > self.tolerance

    def exact(self, money: Money) -> Decimal:
        """One amount, rounded."""
        return rounded(money, self.rounding)

    def sums(self, amounts: list[Money]) -> Sums:
        """Each amount rounded, then added up by currency."""
        return by_currency(amounts, self.rounding)


def of(sums: Sums, currency: str) -> Decimal:
    """The sum of a currency, no money where there is none."""
    return sums.get(currency, zero(currency))


def paid(one: ReturnBooks, way: str) -> list[Money]:
    """What the returns platform has sent to the shopper in one way."""
    return [pay.amount for pay in one.payouts if pay.way == way]


bank_transfers = partial(paid, way="bank_transfer")
store_credit = partial(paid, way="store_credit")
original_payments = partial(paid, way="original_payment_method")
