"""What operators do with run-time values (see `types.kinds`). Exact: no binary floats anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Context, Decimal
from typing import Any

from ..types.kinds import Money
from ..types.moments import text_of

EXACT = Context(prec=60)


class Refused(Exception):
    """An operation that has no exact result (two currencies, a division by zero); the message says why."""


def shown(value: Any) -> str:
    """A value as it stands in a text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return text_of(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Money):
        return f"{_trimmed(value.amount)} {value.currency}"
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
    if operator != "/" and isinstance(left, int) and isinstance(right, int):
        return {"+": left + right, "-": left - right, "*": left * right}[operator]
    return _decimal(operator, Decimal(left), Decimal(right))


def total(values: list[Any]) -> Any:
    """The sum; 0 of nothing. Raises Refused for two currencies."""
    result = values[0] if values else 0
    for value in values[1:]:
        result = combine("+", result, value)
    return result


def extreme(pick: Callable[..., Any], values: list[Any]) -> Any:
    """The smallest or largest, None of nothing. Raises Refused for two currencies."""
    if not values:
        return None
    for value in values[1:]:
        _pair(values[0], value)
    return pick(values, key=lambda value: value.amount if isinstance(value, Money) else value)


def _pair(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, Money) and isinstance(right, Money):
        if left.currency != right.currency:
            raise Refused(f"{shown(left)} and {shown(right)} are in two currencies")
        return left.amount, right.amount
    return left, right


def _money(operator: str, left: Any, right: Any) -> Money:
    if isinstance(left, Money) and isinstance(right, Money):
        first, second = _pair(left, right)
        return Money(_decimal(operator, first, second), left.currency)
    amount, number = (left, right) if isinstance(left, Money) else (right, left)
    return Money(_decimal(operator, amount.amount, Decimal(number)), amount.currency)


def _decimal(operator: str, left: Decimal, right: Decimal) -> Decimal:
    if operator == "/":
        if right == 0:
            raise Refused("division by zero")
        return EXACT.divide(left, right)
    return {"+": EXACT.add, "-": EXACT.subtract, "*": EXACT.multiply}[operator](left, right)


def _trimmed(amount: Decimal) -> str:
    """`76.4800` as `76.48`, `12` as `12.00`: at least two places, none that say nothing."""
    text = format(amount, "f")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0').ljust(2, '0')}" if places else whole
