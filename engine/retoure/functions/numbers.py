"""Functions of numbers and, where it makes sense, of amounts of money."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TypeVar

from ..types.kinds import Anything, Integer, Money, MoneyType, Number, Type
from .declare import Example, Family, OutOfBounds, Param, Result, Types, same_as_first, whole_number
from .exact import HOW, ROUND, TOO_MANY_DIGITS, sized, times, to_places

MOST_PLACES = 28
TWO_CURRENCIES = "amounts in two currencies"
FEE = {"fee": Money(Decimal("4.90"), "EUR"), "price": Money(Decimal("79.90"), "EUR")}

Amount = TypeVar("Amount", int, Decimal, Money)

VALUE = Param("value", Number(), "The number.")
AMOUNT = Param("value", (Number(), MoneyType()), "A number or an amount.")
FIRST = Param("first", (Number(), MoneyType()), "A number or an amount.")
SECOND = Param("second", (Number(), MoneyType()), "Another one, in the same currency.")

numbers = Family(
    "number", "Decimals are exact: nothing is rounded that is not told to be. An integer may stand for a decimal."
)


def _alike(given: Types) -> Type | None:
    """All numbers, or all amounts; whole when all are."""
    if any(isinstance(kind, Anything) for kind in given):
        return Anything()
    if any(isinstance(kind, MoneyType) for kind in given):
        return MoneyType() if all(isinstance(kind, MoneyType) for kind in given) else None
    return Integer() if all(isinstance(kind, Integer) for kind in given) else Number()


ALIKE = Result("what was given: an integer, a decimal or money", _alike)


@numbers.function(
    "absolute",
    "The number or amount without its minus.",
    [AMOUNT],
    Result("what was given: an integer, a decimal or money", same_as_first),
    [Example("absolute(-4)", "4"), Example("absolute(fee - price)", "75.00 EUR", FEE)],
)
def absolute(value: Amount) -> Amount:
    if isinstance(value, Money):
        return Money(value.amount.copy_abs(), value.currency)
    if isinstance(value, Decimal):
        return value.copy_abs()
    return abs(value)


@numbers.function(
    "rounded",
    "The number with exactly so many places after the point.",
    [VALUE, Param("places", Integer(), "How many places; 0 for none.", whole_number(0, MOST_PLACES)), HOW],
    Number(),
    [
        Example("rounded(2.345, 2, half_up)", "2.35"),
        Example("rounded(2.345, 2, half_even)", "2.34"),
        Example("rounded(-2.5, 0, half_up)", "-3"),
    ],
    refuses=TOO_MANY_DIGITS,
)
def rounded(value: int | Decimal, places: int, how: str) -> Decimal:
    return to_places(Decimal(value), places, how)


@numbers.function(
    "floor",
    "The largest whole number that is not above the number.",
    [VALUE],
    Integer(),
    [Example("floor(2.9)", "2"), Example("floor(-2.1)", "-3")],
    refuses=TOO_MANY_DIGITS,
)
def floor(value: int | Decimal) -> int:
    return int(sized(Decimal(value)).to_integral_value(ROUND_FLOOR, ROUND))


@numbers.function(
    "ceiling",
    "The smallest whole number that is not below the number.",
    [VALUE],
    Integer(),
    [Example("ceiling(2.1)", "3"), Example("ceiling(-2.9)", "-2")],
    refuses=TOO_MANY_DIGITS,
)
def ceiling(value: int | Decimal) -> int:
    return int(sized(Decimal(value)).to_integral_value(ROUND_CEILING, ROUND))


@numbers.function(
    "remainder",
    "What is left over when a whole number is divided by another: 0 when it goes evenly, never negative.",
    [
        Param("value", Integer(), "The number that is divided."),
        Param("by", Integer(), "What it is divided by.", whole_number(1)),
    ],
    Integer(),
    [Example("remainder(17, 5)", "2"), Example("remainder(-1, 5)", "4")],
)
def remainder(value: int, by: int) -> int:
    return value % by


@numbers.function(
    "percent_of",
    "So many percent of a number or an amount; exact, so round it where it is sent.",
    [Param("percent", Number(), "The percentage, 19 for 19 %."), AMOUNT],
    Result("a decimal, or money of money", lambda given: _alike((given[1],)) if _money(given[1]) else Number()),
    [Example("percent_of(19, 150)", "28.50"), Example("percent_of(10, price)", "7.99 EUR", FEE)],
    refuses=TOO_MANY_DIGITS,
)
def percent_of(percent: int | Decimal, value: int | Decimal | Money) -> Decimal | Money:
    share = times(Decimal(percent), Decimal("0.01"))
    if isinstance(value, Money):
        return Money(times(share, value.amount), value.currency)
    return times(share, Decimal(value))


@numbers.function(
    "smaller_of",
    "The smaller of two numbers or amounts.",
    [FIRST, SECOND],
    ALIKE,
    [Example("smaller_of(3, 5)", "3"), Example("smaller_of(fee, price)", "4.90 EUR", FEE)],
    refuses=TWO_CURRENCIES,
)
def smaller_of(first: Amount, second: Amount) -> Amount:
    return second if _below(second, first) else first


@numbers.function(
    "larger_of",
    "The larger of two numbers or amounts.",
    [FIRST, SECOND],
    ALIKE,
    [Example("larger_of(3, 5)", "5"), Example("larger_of(price - fee, zero_like(price))", "75.00 EUR", FEE)],
    refuses=TWO_CURRENCIES,
)
def larger_of(first: Amount, second: Amount) -> Amount:
    return second if _below(first, second) else first


@numbers.function(
    "kept_between",
    "The number or amount, but never below the least and never above the most.",
    [
        AMOUNT,
        Param("least", (Number(), MoneyType()), "What comes out for anything smaller."),
        Param("most", (Number(), MoneyType()), "What comes out for anything larger."),
    ],
    ALIKE,
    [Example("kept_between(12, 0, 10)", "10"), Example("kept_between(7, 0, 10)", "7")],
    refuses=f"{TWO_CURRENCIES}, or a least that is above the most",
)
def kept_between(value: Amount, least: Amount, most: Amount) -> Amount:
    if _below(most, least):
        raise OutOfBounds("`least` of `kept_between` is above `most`")
    return smaller_of(larger_of(value, least), most)


def _money(kind: Type) -> bool:
    return isinstance(kind, MoneyType | Anything)


def _below(first: Amount, second: Amount) -> bool:
    if isinstance(first, Money) and isinstance(second, Money):
        if first.currency != second.currency:
            raise OutOfBounds(f"{first} and {second} are in two currencies")
        return first.amount < second.amount
    if isinstance(first, Money) or isinstance(second, Money):
        raise OutOfBounds(f"{first} and {second} cannot be compared: only one is money")
    return first < second
