"""What the reference validator finds wrong with a document, in words for people.

`lift` is the fast way that the hot path takes; this one is slower, follows the JSON Schema to the letter, and a test
keeps the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema import ValidationError

from .bounds import A_DAY, A_DECIMAL, AN_INSTANT, at_least, at_most, like, no_shorter, none_given, one_of, too_long
from .manifest import Manifest
from .problem import Problem, dotted, expected, listed, shown
from .reference import validator

_NAMES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "a record",
    "array": "a list",
}
_FORMATS = {"decimal": A_DECIMAL, "date-time": AN_INSTANT, "date": A_DAY}


def problems(document: object, system: Manifest, type_name: str) -> tuple[Problem, ...]:
    """Everything wrong with `document` as a `type_name` (`Return`), sorted by place.

    Parse the document with `json_text.parse`: binary floats are refused. Raises KeyError for an unknown type.
    """
    system.schemas[type_name]
    schema = {"$ref": f"#/$defs/{type_name}", "$defs": system.schemas}
    errors = validator(schema, document).iter_errors(document)
    return tuple(sorted({problem for error in errors for problem in told(error)}))


def told(error: ValidationError) -> Iterator[Problem]:
    """The problems one error of jsonschema stands for; a choice between null and something means the something."""
    if error.validator == "anyOf":
        for inner in error.context or ():
            if inner.validator != "type" or inner.validator_value != "null":
                yield from told(inner)
        return
    for path, message in _parts(error):
        yield Problem(dotted(path), message)


def _parts(error: ValidationError) -> Iterator[tuple[list[str | int], str]]:
    path = list(error.absolute_path)
    match error.validator:
        case "required":
            yield [*path, missing_field(error)], "is missing"
        case "additionalProperties":
            for name in unknown_fields(error):
                yield [*path, name], f"is not known here: known are {listed(_known(error))}"
        case "x-currency" if str(error.validator_value).startswith("/"):
            yield path[-1:], error.message
        case _:
            yield path, _words(error)


def missing_field(error: ValidationError) -> str:
    """The field a `required` error is about."""
    wanted: Any = error.validator_value
    return next(str(name) for name in wanted if error.message.startswith(repr(name)))


def unknown_fields(error: ValidationError) -> list[str]:
    """The fields an `additionalProperties` error is about."""
    instance: Any = error.instance
    return [str(name) for name in instance if name not in _known(error)]


def _known(error: ValidationError) -> list[str]:
    return list(error.schema.get("properties", ())) if isinstance(error.schema, Mapping) else []


def _words(error: ValidationError) -> str:
    word = _WORDS.get(str(error.validator))
    return word(error.validator_value, error.instance) if word else error.message[:300]


def _type(wanted: str | list[str], got: object) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return expected(" or ".join(_NAMES[name] for name in names if name != "null"), got)


_WORDS: Mapping[str, Any] = {
    "type": _type,
    "format": lambda wanted, got: expected(_FORMATS[str(wanted)], got),
    "enum": lambda wanted, got: expected(one_of(wanted), got),
    "const": lambda wanted, got: expected(shown(wanted), got),
    "pattern": lambda wanted, got: expected(like(wanted), got),
    "minimum": lambda wanted, got: expected(at_least(wanted), got),
    "maximum": lambda wanted, got: expected(at_most(wanted), got),
    "minLength": lambda wanted, got: expected(no_shorter(wanted), got),
    "maxLength": lambda wanted, got: too_long(wanted, got),
    "minItems": lambda _, __: none_given(),
}
