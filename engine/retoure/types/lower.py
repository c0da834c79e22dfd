"""Turns run-time values into the JSON that is sent, and refuses what the platform would not take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from .bounds import integer_problem, none_given, text_problem, variant_problem, word_problem
from .exact import number_of, whole_of
from .free import free
from .generated.lowering import LOWERERS
from .kinds import (
    Anything,
    Boolean,
    Day,
    Enum,
    Instant,
    Integer,
    ListOf,
    Money,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
    Variants,
)
from .minor_units import NotWhole, UnknownCurrency, finer_than_minor, to_minor
from .moments import text_of
from .problem import Problem, expected, listed


def lower(value: object, type: Type) -> tuple[Any, tuple[Problem, ...]]:
    """`(JSON, problems)` for a run-time value; send it only when there are no problems.

    Instants become ISO 8601 in UTC, decimals exact numbers or strings as the schema says, money whole minor units or
    a decimal string in the currency of the command (an int counts as minor units already, a bare decimal is
    refused). Fields without a value are left out; record fields come in the order of the schema.

    A type that is used often gets a function of its own (`generated`), which takes values that are as usual.
    """
    function = LOWERERS.known(type)
    if function is not None:
        with suppress(Exception):  # whatever it stumbles on, the reference knows what to say about it
            return function(value, value), ()
    return lower_by_reference(value, type)


def lower_by_reference(value: object, type: Type) -> tuple[Any, tuple[Problem, ...]]:
    """What `lower` says, without generated functions."""
    lowering = _Lowering(value)
    return lowering.any(value, type, "", value), tuple(lowering.problems)


class _Lowering:
    """One command being written: its root, for the currency of its amounts, and what was found wrong so far."""

    def __init__(self, root: object) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def any(self, value: object, type_: Type, at: str, beside: object) -> Any:
        """The JSON of `value`, None when it is wrong; `beside` is the record that holds it."""
        if isinstance(type_, Optional):
            return None if value is None else self.any(value, type_.of, at, beside)
        if isinstance(type_, MoneyType):
            return self._money(value, type_, at, beside)
        if isinstance(type_, Record):
            return self._record(value, type_, at)
        if isinstance(type_, ListOf):
            return self._list(value, type_, at, beside)
        return self._plain(value, type_, at)

    def _plain(self, value: object, type_: Type, at: str) -> Any:
        json, problem = _PLAIN[type_.__class__](value, type_)
        if problem:
            self._refuse(at, problem)
            return None
        return json

    def _record(self, value: object, type_: Record, at: str) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            self._refuse(at, expected("a record", value))
            return None
        if isinstance(type_, Variants):
            return self._variant(value, type_, at)
        for name in value:
            if name not in type_.fields:
                self._refuse(_below(at, str(name)), f"is not a field of {type_}: known are {listed(type_.fields)}")
        json = {}
        for name, field in type_.fields.items():
            inner = value.get(name)
            if inner is not None:
                json[name] = self.any(inner, field.type, _below(at, name), value)
            elif field.required:
                self._refuse(_below(at, name), "is missing")
        return json

    def _variant(self, value: Mapping[str, Any], type_: Variants, at: str) -> dict[str, Any] | None:
        chosen = type_.choice(value.get(type_.by))
        if chosen is not None:
            return self._record(value, chosen, at)
        self._refuse(_below(at, type_.by), variant_problem(value, type_))
        return None

    def _list(self, value: object, type_: ListOf, at: str, beside: object) -> list[Any] | None:
        if not isinstance(value, list | tuple):
            self._refuse(at, expected("a list", value))
            return None
        if type_.some and not value:
            self._refuse(at, none_given())
        return [self.any(element, type_.item, f"{at}[{i}]", beside) for i, element in enumerate(value)]

    def _money(self, value: object, type_: MoneyType, at: str, beside: object) -> Any:
        if type_.minor and isinstance(value, int) and not isinstance(value, bool):
            return value
        if not isinstance(value, Money):
            self._refuse(at, expected("money", value))
            return None
        place = type_.currency
        holder = self._root if place.startswith("/") else beside
        wanted = holder.get(place.removeprefix("/")) if isinstance(holder, Mapping) else None
        if wanted is not None and wanted != value.currency:
            self._refuse(at, f"is in {value.currency}, but `{place.removeprefix('/')}` is {wanted}")
            return None
        return self._amount(value, type_, at)

    def _amount(self, money: Money, type_: MoneyType, at: str) -> int | str | None:
        try:
            if type_.minor:
                return to_minor(money)
            if finer_than_minor(money):
                self._refuse(at, f"{money} has a fraction of the smallest unit: round it in the mapping")
                return None
        except (NotWhole, UnknownCurrency) as problem:
            self._refuse(at, str(problem))
            return None
        if number_of(money.amount) is None:
            self._refuse(at, "the amount has too many digits")
            return None
        return format(money.amount, "f")

    def _refuse(self, at: str, message: str) -> None:
        self.problems.append(Problem(at, message))


Plain = tuple[Any, str]


def _below(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _text(value: object, type_: Any) -> Plain:
    if not isinstance(value, str):
        return None, expected("text", value)
    return value, text_problem(value, type_)


def _integer(value: object, type_: Any) -> Plain:
    whole = whole_of(value)
    return (None, expected("a whole number", value)) if whole is None else (whole, integer_problem(whole, type_))


def _number(value: object, type_: Any) -> Plain:
    number = number_of(value)
    if number is None:
        return None, expected("a decimal", value)
    return (format(number, "f") if type_.quoted else number), ""


def _boolean(value: object, _: Any) -> Plain:
    return (value, "") if isinstance(value, bool) else (None, expected("yes or no", value))


def _instant(value: object, _: Any) -> Plain:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        return None, expected("an instant", value)
    return text_of(value), ""


def _day(value: object, _: Any) -> Plain:
    if not isinstance(value, date) or isinstance(value, datetime):
        return None, expected("a date", value)
    return value.isoformat(), ""


def _word(value: object, type_: Any) -> Plain:
    if not isinstance(value, str):
        return None, expected("text", value)
    word = type_.canonical(value)
    return word, word_problem(word, type_)


def _opaque(value: object, _: Any) -> Plain:
    try:
        return free(value), ""
    except TypeError as strange:
        return None, f"no schema says how to send {strange}"


_PLAIN: Mapping[type, Callable[[object, Any], Plain]] = {
    Text: _text,
    Integer: _integer,
    Number: _number,
    Boolean: _boolean,
    Instant: _instant,
    Day: _day,
    Enum: _word,
    Opaque: _opaque,
    Anything: _opaque,
}
