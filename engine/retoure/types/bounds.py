"""What a field may hold beyond its type: patterns, lengths, limits, words; and how that is said to people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from .kinds import Enum, Integer, Text, Variants
from .minor_units import UnknownCurrency, digits
from .problem import expected, listed

A_DECIMAL = 'a decimal in quotes like "12.50"'
AN_INSTANT = "an instant with an offset like 2026-03-02T10:14:05Z"
A_DAY = "a day like 2026-03-02"


def text_problem(value: str, bound: Text) -> str:
    """What is wrong with a text, empty when nothing."""
    if len(value) < bound.min_length:
        return expected(no_shorter(bound.min_length), value)
    if bound.max_length is not None and len(value) > bound.max_length:
        return too_long(bound.max_length, value)
    if bound.pattern and not _compiled(bound.pattern).search(value):
        return expected(like(bound.pattern), value)
    return ""


def integer_problem(value: int, bound: Integer) -> str:
    """What is wrong with a whole number, empty when nothing."""
    if bound.minimum is not None and value < bound.minimum:
        return expected(at_least(bound.minimum), value)
    if bound.maximum is not None and value > bound.maximum:
        return expected(at_most(bound.maximum), value)
    return ""


def word_problem(value: str, words: Enum) -> str:
    """What is wrong with a word in the spelling of the schema, empty when nothing; an open set takes any."""
    return "" if words.open or value in words.values else expected(one_of(words.values), value)


def variant_problem(value: Mapping[str, object], type_: Variants) -> str:
    """What is wrong with a record that is none of those it can be."""
    word = value.get(type_.by)
    return "is missing" if word is None else expected(one_of(type_.choices), word)


def currency_problem(code: object, amount: str, *, minor: bool) -> str:
    """What is wrong with a currency that an amount needs, empty when nothing (or when its type is already wrong)."""
    if code is None:
        return f"is missing, but `{amount}` needs a currency" if amount else "is missing"
    if not isinstance(code, str):
        return ""
    try:
        whole = digits(code) is None
    except UnknownCurrency as problem:
        return str(problem)
    return f"{code} has no minor unit" if minor and whole else ""


def at_least(limit: object) -> str:
    return f"at least {limit}"


def at_most(limit: object) -> str:
    return f"at most {limit}"


def no_shorter(limit: int) -> str:
    return "text that is not empty" if limit == 1 else f"at least {limit} characters"


def too_long(limit: int, got: str) -> str:
    return f"expected at most {limit} characters, got {len(got)}"


def like(pattern: str) -> str:
    return f"text that fits {pattern}"


def one_of(words: Iterable[object]) -> str:
    return f"one of {listed(map(str, words))}"


def none_given() -> str:
    return "expected at least one entry, got none"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
