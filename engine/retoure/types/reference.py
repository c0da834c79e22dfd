"""The reference validator (jsonschema, 2020-12) made exact: decimals count as numbers, formats are checked by us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from jsonschema.validators import extend

from .bounds import currency_problem, one_of
from .exact import decimal_of, number_of, whole_of
from .moments import day_of, instant_of
from .problem import expected

CURRENCY = "x-currency"
DISCRIMINATOR = "x-discriminator"
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
    rules = {"properties": _with_currencies(root), "oneOf": _told_apart}
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


def _told_apart(
    this: Any, branches: Sequence[Any], instance: object, schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    """`oneOf`, by the word of its discriminator: what is wrong with the record that the word stands for."""
    by = schema[DISCRIMINATOR]
    tried = [list(this.descend(instance, branch, schema_path=i)) for i, branch in enumerate(branches)]
    meant = next((errors for errors in tried if not any(_about(error, by) for error in errors)), None)
    if meant is not None:
        yield from meant
        return
    word = instance.get(by) if isinstance(instance, Mapping) else None
    words = [word for errors in tried for error in errors if error.validator == "enum" for word in _list(error)]
    message = "is missing" if word is None else expected(one_of(words), word)
    yield ValidationError(message, validator=DISCRIMINATOR, validator_value=by, path=[by])


def _about(error: ValidationError, field: str) -> bool:
    """Whether an error says that the field is missing or holds another word."""
    return field in error.path or (error.validator == "required" and error.message.startswith(repr(field)))


def _list(error: ValidationError) -> Sequence[Any]:
    words: Any = error.validator_value
    return list(words)


def _currency(place: str, holder: object, amount: str, *, minor: bool) -> Iterator[ValidationError]:
    """At most one error at the currency's own place: path below the amount's record, or below the root for `/field`."""
    name = place.removeprefix("/")
    code = holder.get(name) if isinstance(holder, Mapping) else None
    message = currency_problem(code, "" if place.startswith("/") else amount, minor=minor)
    if message:
        yield ValidationError(message, validator=CURRENCY, validator_value=place, path=[name])
