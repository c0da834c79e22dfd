"""Turns a platform's JSON into run-time values, checking it on the way: the hot path of every event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from .bounds import (
    A_DAY,
    A_DECIMAL,
    AN_INSTANT,
    currency_problem,
    integer_problem,
    none_given,
    text_problem,
    variant_problem,
    word_problem,
)
from .exact import decimal_of, number_of, whole_of
from .generated.lifting import LIFTERS
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
from .minor_units import from_minor
from .moments import day_of, instant_of
from .problem import Problem, expected


def lift(value: object, type: Type, *, root: object = None) -> tuple[Any, tuple[Problem, ...]]:
    """`(typed value, problems)` for JSON parsed by `json_text.parse`; run-time values are as `kinds` says.

    Fields that are null, missing, wrong or unknown to the schema are absent from records. `root` is the record in
    which amounts look up `/currency`, `value` itself unless given. The value is fit for use when there are no
    problems; they come in the order of the schema.

    A type that is used often gets a function of its own (`generated`), which takes records that are as usual.
    """
    function = LIFTERS.known(type)
    if function is not None:
        with suppress(Exception):  # whatever it stumbles on, the reference knows what to say about it
            return function(value, value if root is None else root), ()
    return lift_by_reference(value, type, root=root)


def lift_by_reference(value: object, type: Type, *, root: object = None) -> tuple[Any, tuple[Problem, ...]]:
    """What `lift` says, without generated functions."""
    lifting = _Lifting(value if root is None else root)
    return lifting.any(value, type, "", value), tuple(lifting.problems)


class _Lifting:
    """One document being lifted: its root for currencies, and what was found wrong so far."""

    def __init__(self, root: object) -> None:
        self._root = root
        self.problems: list[Problem] = []

    def any(self, value: object, type_: Type, at: str, beside: object) -> Any:
        """The typed value, None when it is wrong; `beside` is the record that holds it."""
        if isinstance(type_, Optional):
            return None if value is None else self.any(value, type_.of, at, beside)
        if isinstance(type_, Opaque | Anything):
            return value
        if isinstance(type_, MoneyType):
            return self._money(value, type_, at, beside)
        if isinstance(type_, Record):
            return self._record(value, type_, at)
        if isinstance(type_, ListOf):
            return self._list(value, type_, at, beside)
        return self._plain(value, type_, at)

    def _plain(self, value: object, type_: Type, at: str) -> Any:
        typed, problem = _PLAIN[type_.__class__](value, type_)
        if problem:
            self.problems.append(Problem(at, problem))
            return None
        return typed

    def _record(self, value: object, type_: Record, at: str) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            self.problems.append(Problem(at, expected("a record", value)))
            return None
        if isinstance(type_, Variants):
            return self._variant(value, type_, at)
        typed = {}
        for name, field in type_.fields.items():
            inner = value.get(name)
            if inner is not None:
                found = self.any(inner, field.type, f"{at}.{name}" if at else name, value)
                if found is not None:
                    typed[name] = found
            elif field.required:
                self._once(f"{at}.{name}" if at else name, "is missing")
        return typed

    def _variant(self, value: Mapping[str, Any], type_: Variants, at: str) -> dict[str, Any] | None:
        chosen = type_.choice(value.get(type_.by))
        if chosen is not None:
            return self._record(value, chosen, at)
        self.problems.append(Problem(f"{at}.{type_.by}" if at else type_.by, variant_problem(value, type_)))
        return None

    def _list(self, value: object, type_: ListOf, at: str, beside: object) -> list[Any] | None:
        if not isinstance(value, list | tuple):
            self.problems.append(Problem(at, expected("a list", value)))
            return None
        if type_.some and not value:
            self.problems.append(Problem(at, none_given()))
        return [self.any(element, type_.item, f"{at}[{i}]", beside) for i, element in enumerate(value)]

    def _money(self, value: object, type_: MoneyType, at: str, beside: object) -> Money | None:
        code = self._currency(type_, at, beside)
        units = whole_of(value) if type_.minor else None
        amount = decimal_of(value) if isinstance(value, str) and not type_.minor else None
        if units is None and amount is None:
            self.problems.append(Problem(at, expected("a whole number" if type_.minor else A_DECIMAL, value)))
        if code is None:
            return None
        if amount is not None:
            return Money(amount, code)
        return None if units is None else from_minor(units, code)

    def _currency(self, type_: MoneyType, at: str, beside: object) -> str | None:
        """The code an amount needs; what is wrong with it is said once, where it stands."""
        place = type_.currency
        above, _, amount = at.rpartition(".")
        holder, name = (self._root, place[1:]) if place.startswith("/") else (beside, place)
        code = holder.get(name) if isinstance(holder, Mapping) else None
        problem = currency_problem(code, "" if place.startswith("/") else amount, minor=type_.minor)
        if problem:
            self._once(name if place.startswith("/") or not above else f"{above}.{name}", problem)
        return code if isinstance(code, str) and not problem else None

    def _once(self, at: str, message: str) -> None:
        if Problem(at, message) not in self.problems:
            self.problems.append(Problem(at, message))


Plain = tuple[Any, str]


def _text(value: object, type_: Any) -> Plain:
    if not isinstance(value, str):
        return None, expected("text", value)
    return value, text_problem(value, type_)


def _integer(value: object, type_: Any) -> Plain:
    whole = whole_of(value)
    return (None, expected("a whole number", value)) if whole is None else (whole, integer_problem(whole, type_))


def _number(value: object, type_: Any) -> Plain:
    if type_.quoted:
        number = decimal_of(value) if isinstance(value, str) else None
        return number, "" if number is not None else expected(A_DECIMAL, value)
    number = number_of(value)
    return number, "" if number is not None else expected("a number", value)


def _boolean(value: object, _: Any) -> Plain:
    return (value, "") if isinstance(value, bool) else (None, expected("true or false", value))


def _instant(value: object, _: Any) -> Plain:
    moment = instant_of(value) if isinstance(value, str) else None
    return moment, "" if moment is not None else expected(AN_INSTANT, value)


def _day(value: object, _: Any) -> Plain:
    day = day_of(value) if isinstance(value, str) else None
    return day, "" if day is not None else expected(A_DAY, value)


def _word(value: object, type_: Any) -> Plain:
    if not isinstance(value, str):
        return None, expected("text", value)
    word = type_.canonical(value)
    return word, word_problem(word, type_)


_PLAIN: Mapping[type, Callable[[object, Any], Plain]] = {
    Text: _text,
    Integer: _integer,
    Number: _number,
    Boolean: _boolean,
    Instant: _instant,
    Day: _day,
    Enum: _word,
}
