"""What operators do with run-time values (see `types.kinds`). Exact: no binary floats anywhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import Any

from ..types.kinds import Money
from ..types.minor_units import digits
from ..types.moments import text_of

DIGITS = 400
QUOTIENT_DIGITS = 60
EXACT = Context(prec=DIGITS, traps=[Inexact, InvalidOperation, Overflow])
QUOTIENT = Context(prec=QUOTIENT_DIGITS, traps=[InvalidOperation, Overflow])
"""A quotient may have no end: it is cut after so many digits, far below anything that is rounded later."""


RECORD = (dict, Mapping)
"""What has fields. The plain one comes first: to ask an abstract class is slow."""


class Refused(Exception):
    """An operation without an exact result (two currencies, division by zero, too many digits); the message says why.

    Nothing in a mapping catches it: the rule stops, and a person looks.
    """


def shown(value: Any) -> str:
    """A value as it stands in a text."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Money):
        return f"{_amount(value)} {value.currency}"
    return "" if value is None else str(value)


def equal(left: Any, right: Any) -> bool:
    """`left is right`; a missing value is equal to nothing."""
    if left is None or right is None:
        return False
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def before(operator: str, left: Any, right: Any) -> bool:
    """`left < right` and its like. Raises Refused for two currencies."""
    first, second = _pair(left, right)
    return bool({"<": first < second, "<=": first <= second, ">": first > second, ">=": first >= second}[operator])


def combine(operator: str, left: Any, right: Any) -> Any:
    """`+ - * /` on numbers and money. Raises Refused."""
    if isinstance(left, Money) or isinstance(right, Money):
        return _money(operator, left, right)
    result = _decimal(operator, _number(left), _number(right))
    whole = operator != "/" and isinstance(left, int) and isinstance(right, int)
    return int(result) if whole else result


def total(values: list[Any]) -> Any:
    """The sum; 0 of nothing. Raises Refused for two currencies, and for a sum one of whose parts is missing."""
    result = values[0] if values else 0
    _pair(result, result)
    for value in values[1:]:
        result = combine("+", result, value)
    return result


def extreme(pick: Callable[..., Any], values: list[Any]) -> Any:
    """The smallest or largest, None of nothing. Raises Refused for two currencies."""
    if not values:
        return None
    for value in values:
        _pair(values[0], value)
    return pick(values, key=lambda value: value.amount if isinstance(value, Money) else value)


def _pair(left: Any, right: Any) -> tuple[Any, Any]:
    """Two values that have an order: amounts of one currency, else the values as they are."""
    if left is None or right is None:
        raise Refused("a value to compare or calculate with is missing")
    if isinstance(left, Money) and isinstance(right, Money):
        if left.currency != right.currency:
            raise Refused(f"{shown(left)} and {shown(right)} are in two currencies")
        return left.amount, right.amount
    if isinstance(left, Money) or isinstance(right, Money):
        raise Refused(f"{shown(left)} and {shown(right)} cannot be compared: only one is money")
    return left, right


def _money(operator: str, left: Any, right: Any) -> Money:
    if isinstance(left, Money) and isinstance(right, Money):
        first, second = _pair(left, right)
        return Money(_decimal(operator, first, second), left.currency)
    if operator in "+-" or (operator == "/" and isinstance(right, Money)):
        raise Refused(f"{shown(left)} {operator} {shown(right)}: only one of them is money")
    amount, number = (left, right) if isinstance(left, Money) else (right, left)
    return Money(_decimal(operator, amount.amount, _number(number)), amount.currency)


def _number(value: Any) -> Decimal:
    if value is None:
        raise Refused("a value to compare or calculate with is missing")
    return Decimal(value)


def _decimal(operator: str, left: Decimal, right: Decimal) -> Decimal:
    if operator == "/" and right == 0:
        raise Refused("division by zero")
    calculate = {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply, "/": QUOTIENT.divide}[operator]
    try:
        return calculate(left, right)
    except ArithmeticError as problem:
        raise Refused(f"a result of `{operator}` has more than {DIGITS} digits") from problem


def _amount(money: Money) -> str:
    """`76.4800 EUR` as `76.48`, `12 EUR` as `12.00`, `500.00 JPY` as `500`: the places of the currency, and no more
    that say nothing."""
    whole, _, places = format(money.amount, "f").partition(".")
    kept = places.rstrip("0").ljust(digits(money.currency) or 0, "0")
    return f"{whole}.{kept}" if kept else whole
