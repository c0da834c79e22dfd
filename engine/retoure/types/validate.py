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
from .reference import CURRENCY, validator

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
        chosen = [
            inner for inner in error.context or () if inner.validator != "type" or inner.validator_value != "null"
        ]
        for inner in chosen:
            yield from told(inner)
        return
    path = list(error.absolute_path)
    if error.validator == CURRENCY and str(error.validator_value).startswith("/"):
        path = path[-1:]
    if error.validator == "required":
        path.append(next(name for name in _names(error.validator_value) if error.message.startswith(repr(name))))
    yield Problem(dotted(path), _words(error))


def _names(value: Any) -> list[str]:
    return [str(name) for name in value]


def _words(error: ValidationError) -> str:
    word = _WORDS.get(str(error.validator))
    return word(error.validator_value, error.instance) if word else error.message[:300]


def _type(wanted: str | list[str], got: object) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return expected(" or ".join(_NAMES[name] for name in names if name != "null"), got)


def _unknown(_: object, got: Mapping[str, object]) -> str:
    return f"holds a field that is not known here; found are {listed(map(str, got))}"


_WORDS: Mapping[str, Any] = {
    "type": _type,
    "required": lambda _, __: "is missing",
    "additionalProperties": _unknown,
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
