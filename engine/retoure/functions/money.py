"""Functions of money: an exact amount with its currency."""

from __future__ import annotations

from decimal import Decimal

from ..types.kinds import Boolean, Integer, ListOf, Money, MoneyType, Number, Text
from ..types.minor_units import NotWhole, UnknownCurrency, digits, from_minor, to_minor
from .declare import Example, Family, NoAnswer, Param, whole_number
from .exact import HOW, TOO_MANY_DIGITS, to_places

MOST_PARTS = 1000
NO_CENTS = "the currency is not known, or has no smallest unit as gold has none"
MONEY = Param("money", MoneyType(), "The amount with its currency.")
PRICE = {"price": Money(Decimal("79.90"), "EUR"), "fee": Money(Decimal("500"), "JPY")}
SHARES = {"price": Money(Decimal("10.00"), "EUR")}

money = Family("money", "An amount knows its currency. Amounts in two currencies are never added or compared.")


@money.function(
    "amount_of",
    "The amount as a number, without its currency.",
    [MONEY],
    Number(),
    [Example("amount_of(price)", "79.90", PRICE)],
)
def amount_of(money: Money) -> Decimal:
    return money.amount


@money.function(
    "currency_of", "The code of the currency.", [MONEY], Text(), [Example("currency_of(price)", "EUR", PRICE)]
)
def currency_of(money: Money) -> str:
    return money.currency


@money.function(
    "zero_like",
    "Nothing, in the same currency.",
    [MONEY],
    MoneyType(),
    [Example("zero_like(price)", "0.00 EUR", PRICE)],
)
def zero_like(money: Money) -> Money:
    return Money(Decimal(0), money.currency)


@money.function(
    "same_currency",
    "Whether two amounts are in one currency.",
    [Param("first", MoneyType(), "An amount."), Param("second", MoneyType(), "Another one.")],
    Boolean(),
    [Example("same_currency(price, fee)", "no", PRICE)],
)
def same_currency(first: Money, second: Money) -> bool:
    return first.currency == second.currency


@money.function(
    "rounded_money",
    "The amount in whole smallest units of its currency: cents of euros, whole yen.",
    [MONEY, HOW],
    MoneyType(),
    [
        Example("rounded_money(price / 3, half_up) on error price", "26.63 EUR", PRICE),
        Example("rounded_money(fee / 3, half_up) on error fee", "167 JPY", PRICE),
    ],
    fails=NO_CENTS,
    refuses=TOO_MANY_DIGITS,
)
def rounded_money(money: Money, how: str) -> Money:
    return Money(to_places(money.amount, _places(money.currency), how), money.currency)


@money.function(
    "shared_evenly",
    "The amount in so many parts, which add up to it exactly; the first parts take the cents that are left over.",
    [MONEY, Param("parts", Integer(), "How many parts.", whole_number(1, MOST_PARTS))],
    ListOf(MoneyType(), some=True),
    [Example("shared_evenly(price, 3) on error nothing", "[3.34 EUR, 3.33 EUR, 3.33 EUR]", SHARES)],
    fails=f"the amount is not whole in cents, or {NO_CENTS}",
)
def shared_evenly(money: Money, parts: int) -> list[Money]:
    try:
        share, left = divmod(to_minor(money), parts)
    except (NotWhole, UnknownCurrency) as problem:
        raise NoAnswer(str(problem)) from problem
    return [from_minor(share + (1 if part < left else 0), money.currency) for part in range(parts)]


def _places(currency: str) -> int:
    try:
        places = digits(currency)
    except UnknownCurrency as problem:
        raise NoAnswer(str(problem)) from problem
    if places is None:
        raise NoAnswer(f"{currency} has no smallest unit")
    return places
