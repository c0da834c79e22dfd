"""Generated functions that lift records: they answer as the reference does where it finds nothing wrong."""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, Final

from ..exact import DIGITS, decimal_of, number_of, whole_of
from ..kinds import (
    Boolean,
    Day,
    Enum,
    Instant,
    Integer,
    Money,
    MoneyType,
    Number,
    Optional,
    Record,
    Text,
    Type,
)
from ..minor_units import digits, from_minor
from ..moments import day_of, instant_of
from .body import Body, GaveUp
from .functions import Function, Functions

BIG: Final = 10**DIGITS
SMALL_WHOLE: Final = 2**30 - 1
"""Whole numbers up to here are compared faster than larger ones (a digit of CPython's)."""


class Checks(Body):
    """What lifting and lowering ask of the same values."""

    @abstractmethod
    def other(self, name: str, type_: Type, beside: str) -> str:
        """As `plain`, for types whose values change between JSON and here."""

    def plain(self, name: str, type_: Type, beside: str) -> str:
        match type_:
            case Optional():
                raise TypeError("only elements of lists may be missing where they stand")
            case Text():
                self.text_within(name, type_)
            case Integer():
                self.whole(name, type_)
            case Boolean():
                self.unless(f"type({name}) is bool")
            case Enum():
                return self.word(name, type_)
            case _:
                return self.other(name, type_, beside)
        return name

    def text_within(self, name: str, type_: Text) -> None:
        self.unless(f"type({name}) is str")
        if type_.min_length:
            self.unless(f"len({name}) >= {self.constant(type_.min_length)}")
        if type_.max_length is not None:
            self.unless(f"len({name}) <= {self.constant(type_.max_length)}")
        if type_.pattern:
            self.unless(f"{self.bind(re.compile(type_.pattern).search)}({name})")

    def whole(self, name: str, type_: Integer) -> None:
        self.line(f"if type({name}) is not int: {name} = {self.bind(_whole)}({name})")
        least = -BIG + 1 if type_.minimum is None else max(type_.minimum, -BIG + 1)
        most = BIG - 1 if type_.maximum is None else min(type_.maximum, BIG - 1)
        low, high = self.constant(max(least, -SMALL_WHOLE)), self.constant(min(most, SMALL_WHOLE))
        self.line(f"if {name} < {low} or {name} > {high}:")
        self.line(f"    if not ({self.constant(least)} <= {name} <= {self.constant(most)}): raise GaveUp")

    def word(self, name: str, type_: Enum) -> str:
        """The word in the spelling of the schema, of which the first counts that reads the same."""
        self.unless(f"type({name}) is str")
        if type_.fold:
            spelling = {word.lower(): word for word in reversed(type_.values)}
            name = self.kept(f"{self.bind(spelling)}.get({name}.lower(), {name})")
        if not type_.open:
            self.unless(f"{name} in {self.bind(frozenset(type_.values))}")
        return name

    def some(self, expression: str) -> str:
        """A variable with the value of an expression, which may not be None."""
        found = self.kept(expression)
        self.unless(f"{found} is not None")
        return found

    def holder(self, type_: MoneyType, beside: str) -> tuple[str, str]:
        """The variable of the record that holds the currency of an amount, and the name of the field."""
        place = type_.currency
        return ("root", place[1:]) if place.startswith("/") else (beside, place)


class _Lifting(Checks):
    def only_known(self, made: str, value: str, type_: Record) -> None:
        """Fields that the schema does not know are left out."""

    def other(self, name: str, type_: Type, beside: str) -> str:
        match type_:
            case Number():
                return self._number(name, type_)
            case Instant():
                return self._read(name, instant_of)
            case Day():
                return self._read(name, day_of)
            case MoneyType():
                holder, code = self.holder(type_, beside)
                return f"{self.bind(_minor if type_.minor else _amount)}({name}, {holder}[{code!r}])"
            case _:
                return name

    def _number(self, name: str, type_: Number) -> str:
        return self._read(name, decimal_of) if type_.quoted else self.some(f"{self.bind(number_of)}({name})")

    def _read(self, name: str, read: Any) -> str:
        self.unless(f"type({name}) is str")
        return self.some(f"{self.bind(read)}({name})")


def _whole(value: object) -> int:
    found = whole_of(value)
    if found is None:
        raise GaveUp
    return found


def _minor(value: object, code: str) -> Money:
    """Minor units in a known currency. A code that is no text, or no currency, raises."""
    return from_minor(_whole(value), code)


def _amount(value: str, code: str) -> Money:
    digits(code)
    amount = decimal_of(value)
    if amount is None:
        raise GaveUp
    return Money(amount, code)


def _generate(type_: Type) -> Function:
    return _Lifting(LIFTERS.of).function(type_)


LIFTERS: Final = Functions(_generate)


def text_of(type_: Record) -> str:
    """The function of a record as text, for people."""
    body = _Lifting(LIFTERS.of)
    body.function(type_)
    return body.text()
