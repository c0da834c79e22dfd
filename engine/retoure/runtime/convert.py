"""`as`: conversions of run-time values. One function a target; each raises ConversionFailed with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from ..types.exact import decimal_of
from ..types.kinds import Money
from ..types.minor_units import NotWhole, UnknownCurrency, digits, to_minor
from ..types.moments import day_of, instant_of
from .values import shown

ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
FIELDS = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S", "SSS": "%f"}


class ConversionFailed(Exception):
    """A value that cannot be converted; the message names it."""


@dataclass(frozen=True, slots=True)
class How:
    """The clauses of a conversion: pattern, what `in` gave, the rounding word."""

    pattern: str | None = None
    within: str | None = None
    rounded: str | None = None


def convert(value: Any, to: str, how: How) -> Any:
    """`value as to …`. Missing stays missing. Raises ConversionFailed."""
    return None if value is None else TARGETS[to](value, how)


def _text(value: Any, how: How) -> str:
    return shown(value)


def _integer(value: Any, how: How) -> int:
    number = _rounded(_number(value), how, Decimal(1))
    if number != number.to_integral_value():
        raise ConversionFailed(f"{shown(value)} is not a whole number")
    return int(number)


def _decimal(value: Any, how: How) -> Decimal:
    return value.amount if isinstance(value, Money) else _number(value)


def _money(value: Any, how: How) -> Money:
    return Money(_rounded(_number(value), how, _step(how.within or "")), _currency(how))


def _cents(value: Any, how: How) -> int:
    money = value if isinstance(value, Money) else Money(_number(value), _currency(how))
    amount = _rounded(money.amount, how, _step(money.currency))
    try:
        return to_minor(Money(amount, money.currency))
    except (NotWhole, UnknownCurrency) as problem:
        raise ConversionFailed(str(problem)) from problem


def _instant(value: Any, how: How) -> datetime:
    if isinstance(value, datetime):
        return value
    if how.pattern is not None:
        return _local(str(value), how.pattern, how.within or "UTC")
    found = instant_of(str(value))
    if found is None:
        raise ConversionFailed(f'"{value}" is not an instant with an offset')
    return found


def _date(value: Any, how: How) -> date:
    if isinstance(value, datetime):
        return value.astimezone(_zone(how.within or "UTC")).date()
    found = value if isinstance(value, date) else day_of(str(value))
    if found is None:
        raise ConversionFailed(f'"{value}" is not a date')
    return found


def _datetime(value: datetime, how: How) -> str:
    local = value.astimezone(_zone(how.within or "UTC"))
    return _pattern(how.pattern or "", lambda field: _field(local, field))


TARGETS: dict[str, Callable[[Any, How], Any]] = {
    "text": _text,
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "cents": _cents,
    "instant": _instant,
    "date": _date,
    "datetime": _datetime,
}


def _number(value: Any) -> Decimal:
    number = decimal_of(value) if isinstance(value, str) else Decimal(value)
    if number is None:
        raise ConversionFailed(f'"{value}" is not a number')
    return number


def _rounded(number: Decimal, how: How, step: Decimal) -> Decimal:
    return number.quantize(step, rounding=ROUNDING[how.rounded]) if how.rounded else number


def _step(currency: str) -> Decimal:
    try:
        places = digits(currency)
    except UnknownCurrency as problem:
        raise ConversionFailed(str(problem)) from problem
    return Decimal(1).scaleb(-(places or 0))


def _currency(how: How) -> str:
    _step(how.within or "")
    return how.within or ""


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as problem:
        raise ConversionFailed(f'there is no time zone "{name}"') from problem


def _local(text: str, pattern: str, zone: str) -> datetime:
    strptime = _pattern(pattern, FIELDS.__getitem__, literal=lambda piece: piece.replace("%", "%%"))
    try:
        return datetime.strptime(text, strptime).replace(tzinfo=_zone(zone)).astimezone(ZoneInfo("UTC"))
    except ValueError as problem:
        raise ConversionFailed(f'"{text}" does not look like {pattern}') from problem


def _field(local: datetime, field: str) -> str:
    return f"{local.microsecond // 1000:03d}" if field == "SSS" else local.strftime(FIELDS[field])


def _pattern(pattern: str, field: Callable[[str], str], literal: Callable[[str], str] = str) -> str:
    parts = re.split("(" + "|".join(sorted(FIELDS, key=len, reverse=True)) + ")", pattern)
    return "".join(field(part) if part in FIELDS else literal(part) for part in parts)
