"""Whatever the values: a function answers with a value of its declared type, or ends as it has declared."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.functions import FUNCTIONS, Function, NoAnswer, OutOfBounds, Param
from retoure.functions.dates import ZONE_NAME
from retoure.functions.text import LONGEST, WIDEST
from retoure.types.kinds import (
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
    Optional,
    Text,
    Type,
)

ZONES = ("Europe/Berlin", "America/New_York", "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "Asia/Beirut")
CURRENCIES = ("EUR", "JPY", "KWD", "XAU", "eur", "")
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False)
PYTHON: dict[type, type] = {Text: str, Boolean: bool, Integer: int, Instant: datetime, Day: date, MoneyType: Money}


def values(kind: Type) -> st.SearchStrategy[Any]:
    """Values of a type, the awkward ones included."""
    if isinstance(kind, ListOf):
        items: tuple[Type, ...] = (Text(), Number(), MoneyType()) if isinstance(kind.item, Anything) else (kind.item,)
        return st.sampled_from(items).flatmap(_lists)
    if isinstance(kind, Enum):
        return st.sampled_from(kind.values)
    return {
        Text: st.one_of(st.text(), st.sampled_from(("", " ", "-", "ß", "a-b-c", "a" * 2000))),
        Boolean: st.booleans(),
        Integer: st.one_of(st.integers(-40, 40), st.integers(), st.just(10**390), st.just(-(10**390))),
        Number: st.one_of(st.integers(), DECIMALS, st.just(Decimal("1E+5000")), st.just(Decimal("7E-5000"))),
        Instant: st.datetimes(timezones=st.just(UTC)),
        Day: st.dates(),
        MoneyType: st.builds(Money, DECIMALS, st.sampled_from(CURRENCIES)),
    }[type(kind)]


def _lists(item: Type) -> st.SearchStrategy[list[Any]]:
    return st.lists(values(item), max_size=5)


def arguments(parameter: Param) -> st.SearchStrategy[tuple[Type, Any]]:
    """A type that the parameter takes, and a value of it."""
    if parameter.limit is ZONE_NAME:
        zones = st.one_of(st.sampled_from(ZONES), st.text(), st.sampled_from(("", "../UTC", "Europe", "\0")))
        return zones.map(lambda zone: (Text(), zone))
    return st.sampled_from(parameter.types).flatmap(lambda kind: values(kind).map(lambda value: (kind, value)))


def conforms(value: Any, kind: Type) -> bool:
    """Whether a value is one of a type; an integer may stand for a decimal."""
    if isinstance(kind, Optional):
        return value is None or conforms(value, kind.of)
    if isinstance(kind, ListOf):
        enough = isinstance(value, list) and len(value) >= kind.some
        return enough and all(conforms(each, kind.item) for each in value)
    if isinstance(kind, Anything):
        return not isinstance(value, float)
    if isinstance(kind, Number):
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if isinstance(kind, MoneyType):
        return isinstance(value, Money) and isinstance(value.amount, Decimal)
    return value in kind.values if isinstance(kind, Enum) else type(value) is PYTHON[type(kind)]


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
@given(data=st.data())
def test_a_function_answers_or_ends_as_it_declares(function: Function, data: st.DataObject) -> None:
    drawn = [data.draw(arguments(parameter)) for parameter in function.parameters]
    kinds, given_values = tuple(kind for kind, _ in drawn), [value for _, value in drawn]
    result = function.result(kinds)
    if result is None:
        return  # the checker does not let these come together
    try:
        answer = function.call(given_values)
    except declared_by(function):
        return
    assert conforms(answer, result), (answer, result)
    assert answer == function.call(given_values), "asked twice, it answers the same"
    assert_bounded(answer, given_values)


def declared_by(function: Function) -> tuple[type[Exception], ...]:
    """The ways to end without an answer that a function declares."""
    refuses = function.refuses or any(parameter.limit for parameter in function.parameters)
    return (*((NoAnswer,) if function.fails else ()), *((OutOfBounds,) if refuses else ()))


def assert_bounded(answer: Any, given_values: list[Any]) -> None:
    """What comes out is not much larger than what went in; a list has WIDEST items more at most."""
    size = sum(_size(value) for value in given_values)
    assert _size(answer) <= max(3 * size + 2 * WIDEST + 1, LONGEST if isinstance(answer, str) else 0)


def _size(value: Any) -> int:
    if isinstance(value, list):
        return len(value) + sum(map(_size, value))
    return len(value) if isinstance(value, str) else 1


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=lambda function: function.name)
def test_a_missing_argument_is_refused(function: Function) -> None:
    with pytest.raises(OutOfBounds, match=r"is missing"):
        function.call([None] * len(function.parameters))
