"""The reference validator (jsonschema, 2020-12) made exact: decimals count as numbers, formats are checked by us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from .bounds import currency_problem
from .exact import decimal_of, number_of, whole_of
from .moments import day_of, instant_of

CURRENCY = "x-currency"
FORMATS = FormatChecker(formats=())


def _format(name: str, reads: Callable[[str], object]) -> None:
    FORMATS.checks(name)(lambda value: not isinstance(value, str) or reads(value) is not None)


_format("decimal", decimal_of)
_format("date-time", instant_of)
_format("date", day_of)

_TYPES = Draft202012Validator.TYPE_CHECKER.redefine_many(
    {
        "integer": lambda _, value: whole_of(value) is not None,
        "number": lambda _, value: number_of(value) is not None,
    }
)


def validator(schema: Mapping[str, Any], root: object) -> Any:
    """A validator of documents whose root is `root`: amounts find their currency there or beside themselves."""
    rules = {"properties": _with_currencies(root)}
    made: Callable[..., Any] = extend(Draft202012Validator, rules, type_checker=_TYPES)  # type: ignore[no-untyped-call]
    return made(schema, format_checker=FORMATS)


def _with_currencies(root: object) -> Callable[..., Iterator[ValidationError]]:
    """`properties`, and: whatever `x-currency` points at must be a currency when there is an amount."""
    plain = Draft202012Validator.VALIDATORS["properties"]

    def properties(
        this: Any, parts: Mapping[str, Any], instance: object, schema: Mapping[str, Any]
    ) -> Iterator[ValidationError]:
        yield from plain(this, parts, instance, schema)
        if not isinstance(instance, Mapping):
            return
        for name, part in parts.items():
            place = part.get(CURRENCY, "") if isinstance(part, Mapping) else ""
            if place and instance.get(name) is not None:
                holder = root if place.startswith("/") else instance
                yield from _currency(place, holder, name, minor="x-unit" in part)

    return properties


def _currency(place: str, holder: object, amount: str, *, minor: bool) -> Iterator[ValidationError]:
    """At most one error at the currency's own place: path below the amount's record, or below the root for `/field`."""
    name = place.removeprefix("/")
    code = holder.get(name) if isinstance(holder, Mapping) else None
    message = currency_problem(code, "" if place.startswith("/") else amount, minor=minor)
    if message:
        yield ValidationError(message, validator=CURRENCY, validator_value=place, path=[name])
