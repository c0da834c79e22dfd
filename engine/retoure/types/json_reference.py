"""JSON text in and out by the standard library: slower than `json_text`, and the one that says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import Any, NoReturn

DEPTH = 64
"""How deep lists and records may be nested."""

EXPONENT = 400
"""The largest power of ten a number may have, either way: a short text must not stand for a gigabyte."""


class JsonInvalid(ValueError):
    """The text is not JSON that can be read safely; the message says where and why."""


def parse(text: str | bytes) -> Any:
    """What `json_text.parse` gives, and what is wrong with a text it gives up on."""
    try:
        value = json.loads(_decoded(text), parse_float=decimal, parse_constant=_no_number)
    except JsonInvalid:
        raise
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        raise JsonInvalid(f"this is not JSON, {where}: {problem.msg}") from problem
    except RecursionError as problem:
        raise JsonInvalid(f"nested deeper than {DEPTH} levels") from problem
    except ValueError as problem:
        raise JsonInvalid(f"a number is too long: {problem}") from problem
    _shallow(value)
    return value


def dump(value: Any) -> str:
    """What `json_text.dump` gives, and what is wrong with a value it gives up on."""
    return "".join(_pieces(value, 0))


def _decoded(text: str | bytes) -> str:
    try:
        return (text if isinstance(text, str) else text.decode("utf-8")).removeprefix("\ufeff")
    except UnicodeDecodeError as problem:
        raise JsonInvalid(f"this is not UTF-8, byte {problem.start}") from problem


def decimal(text: str) -> Decimal:
    """The number, exactly. Raises JsonInvalid for a giant."""
    try:
        number = Decimal(text)
    except InvalidOperation as problem:
        raise JsonInvalid(f"a number is too large: {text[:40]}") from problem
    if abs(number.adjusted()) > EXPONENT:
        raise JsonInvalid(f"a number is too large: {text[:40]}")
    return number


def _no_number(word: str) -> NoReturn:
    raise JsonInvalid(f"{word} is not a number")


def _shallow(value: Any) -> None:
    """Refuses deep nesting and half surrogates, without recursion."""
    level = [value]
    for depth in range(DEPTH + 1):
        below: list[Any] = []
        for part in level:
            if isinstance(part, str):
                _storable(part)
            elif isinstance(part, dict | list):
                _not_below(depth)
                below.extend(part)
                below.extend(part.values() if isinstance(part, dict) else ())
        level = below


def _not_below(depth: int) -> None:
    if depth >= DEPTH:
        raise JsonInvalid(f"nested deeper than {DEPTH} levels")


def _storable(text: str) -> None:
    if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
        raise JsonInvalid("a text holds half a surrogate pair")


def _pieces(value: Any, depth: int) -> Iterable[str]:
    if isinstance(value, Mapping):
        _not_below(depth)
        return _braced("{}", (_member(name, value[name], depth) for name in _sorted(value)))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        _not_below(depth)
        return _braced("[]", ("".join(_pieces(part, depth + 1)) for part in value))
    return (_scalar(value),)


def _braced(pair: str, parts: Iterable[str]) -> Iterable[str]:
    return (pair[0], ",".join(parts), pair[1])


def _member(name: str, value: Any, depth: int) -> str:
    return f"{encode_basestring(name)}:{''.join(_pieces(value, depth + 1))}"


def _sorted(value: Mapping[Any, Any]) -> list[str]:
    if not all(isinstance(name, str) for name in value):
        raise JsonInvalid("the name of a field is always text")
    return sorted(value)


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return encode_basestring(value)
        case int():
            return str(int(value))
        case Decimal() if value.is_finite():
            return str(value)
    raise JsonInvalid(f"JSON cannot hold {type(value).__name__} {str(value)[:40]}")
