"""`as`: conversions of run-time values. One function a target; each raises ConversionFailed with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, ROUND_UP, Context, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..types import json_text
from ..types.exact import decimal_of
from ..types.kinds import Money
from ..types.minor_units import NotWhole, UnknownCurrency, digits, finer_than_minor, to_minor
from ..types.moments import day_of, instant_of
from .values import DIGITS, shown

ROUND = Context(prec=2 * DIGITS, traps=[InvalidOperation])
ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN, "up": ROUND_UP}
FIELDS: dict[str, tuple[str, Callable[[datetime], str]]] = {
    "yyyy": ("%Y", lambda local: f"{local.year:04}"),
    "MM": ("%m", lambda local: f"{local.month:02}"),
    "dd": ("%d", lambda local: f"{local.day:02}"),
    "HH": ("%H", lambda local: f"{local.hour:02}"),
    "mm": ("%M", lambda local: f"{local.minute:02}"),
    "ss": ("%S", lambda local: f"{local.second:02}"),
    "SSS": ("%f", lambda local: f"{local.microsecond // 1000:03}"),
}
"""The fields of a pattern: how each is read, and how it is written."""

_CLOCK = {
    "yyyy": ("%04d", "year"),
    "MM": ("%02d", "month"),
    "dd": ("%02d", "day"),
    "HH": ("%02d", "hour"),
    "mm": ("%02d", "minute"),
    "ss": ("%02d", "second"),
    "SSS": ("%03d", "microsecond // 1000"),
}
_FIELD = re.compile("(" + "|".join(sorted(FIELDS, key=len, reverse=True)) + ")")


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
    try:
        return json_text.dump(value) if isinstance(value, dict | list) else shown(value)
    except json_text.JsonInvalid as problem:
        raise ConversionFailed(f"a value without a schema cannot be written as text: {problem}") from problem


def _integer(value: Any, how: How) -> int:
    number = _rounded(_number(value), how, 0)
    if number != number.to_integral_value():
        raise ConversionFailed(f"{shown(value)} is not a whole number")
    return int(number)


def _decimal(value: Any, how: How) -> Decimal:
    return value.amount if isinstance(value, Money) else _number(value)


def _money(value: Any, how: How) -> Money:
    currency = how.within or ""
    money = Money(_rounded(_number(value), how, _places(currency)), currency)
    if finer_than_minor(money):
        raise ConversionFailed(f"{shown(money)} has a fraction of the smallest unit")
    return money


def _cents(value: Any, how: How) -> int:
    money = value if isinstance(value, Money) else Money(_number(value), how.within or "")
    if how.within and how.within != money.currency:
        raise ConversionFailed(f"{shown(money)} is not in {how.within}")
    amount = _rounded(money.amount, how, _places(money.currency))
    try:
        return to_minor(Money(amount, money.currency))
    except (NotWhole, UnknownCurrency) as problem:
        raise ConversionFailed(str(problem)) from problem


def _instant(value: Any, how: How) -> datetime:
    if isinstance(value, datetime):
        return value
    if how.pattern is not None:
        return _local(_words(value), how.pattern, _zone(how.within or "UTC"))
    found = instant_of(_words(value))
    if found is None:
        raise ConversionFailed(f'"{value}" is not an instant with an offset')
    return found


def _date(value: Any, how: How) -> date:
    if isinstance(value, datetime):
        return _in_zone(value, how).date()
    found = value if isinstance(value, date) else day_of(_words(value))
    if found is None:
        raise ConversionFailed(f'"{value}" is not a date')
    return found


def _datetime(value: datetime, how: How) -> str:
    return _written(_in_zone(value, how), how.pattern or "")


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


# ---- numbers


def _number(value: Any) -> Decimal:
    """Text, a number of the schema, or a number without a schema, which may be anything."""
    number = decimal_of(value) if isinstance(value, str) else _decimal_in(value)
    if number is None:
        raise ConversionFailed(f"{_named(value)} is not a number")
    if abs(number.adjusted()) > DIGITS // 2:
        raise ConversionFailed(f"{number:.3e} has too many digits")
    return number


def _decimal_in(value: Any) -> Decimal | None:
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _rounded(number: Decimal, how: How, places: int | None) -> Decimal:
    if not how.rounded:
        return number
    if places is None:
        raise ConversionFailed(f"{how.within or 'this currency'} has no minor unit to round to")
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUNDING[how.rounded], context=ROUND)


def _places(currency: str) -> int | None:
    try:
        return digits(currency)
    except UnknownCurrency as problem:
        raise ConversionFailed(str(problem)) from problem


def _words(value: Any) -> str:
    if not isinstance(value, str):
        raise ConversionFailed(f"{_named(value)} is not a text")
    return value


def _named(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else _text(value, How())


# ---- times


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise ConversionFailed(f'there is no time zone "{name}"') from problem


def _in_zone(moment: datetime, how: How) -> datetime:
    try:
        return moment.astimezone(_zone(how.within or "UTC"))
    except OverflowError as problem:
        raise ConversionFailed(f"{shown(moment)} has no date in {how.within}") from problem


def _local(text: str, pattern: str, zone: ZoneInfo) -> datetime:
    """The moment a clock in the zone shows. An hour that is skipped or comes twice is nobody's moment."""
    try:
        clock = datetime.strptime(text, _parsed_by(pattern)).replace(tzinfo=zone)
        moments = {clock.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    except (ValueError, OverflowError, re.error) as problem:
        raise ConversionFailed(f'"{text}" does not look like {pattern}') from problem
    if _written(clock, pattern) != text:
        raise ConversionFailed(f'"{text}" does not look like {pattern}')
    if len(moments) > 1:
        there = any(moment.astimezone(zone).replace(tzinfo=None) == clock.replace(tzinfo=None) for moment in moments)
        happens = "comes twice" if there else "is skipped"
        raise ConversionFailed(f'"{text}" {happens} in {zone.key}, where the clocks are changed')
    return moments.pop()


def _parsed_by(pattern: str) -> str:
    return "".join(FIELDS[part][0] if part in FIELDS else part.replace("%", "%%") for part in _FIELD.split(pattern))


def clock_format(pattern: str) -> tuple[str, tuple[str, ...]]:
    """A pattern for Python's `%`, and the attributes of a local time that go into it."""
    parts = _FIELD.split(pattern)
    text = "".join(_CLOCK[part][0] if part in _CLOCK else part.replace("%", "%%") for part in parts)
    return text, tuple(_CLOCK[part][1] for part in parts if part in _CLOCK)


def _written(local: datetime, pattern: str) -> str:
    return "".join(FIELDS[part][1](local) if part in FIELDS else part for part in _FIELD.split(pattern))
