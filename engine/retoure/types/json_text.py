"""JSON text in and out, with exact numbers: decimals stay decimals, and nothing that is not JSON gets through.

msgspec does the usual; `json_reference` what it gives up on, and finds the words for what is wrong.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from msgspec import MsgspecError
from msgspec.json import Decoder, Encoder

from . import json_reference
from .json_reference import DEPTH, decimal
from .json_reference import JsonInvalid as JsonInvalid

_DECODER: Final = Decoder(float_hook=decimal)
_ENCODER: Final = Encoder(order="deterministic", decimal_format="number")
_PLAIN: Final = frozenset((str, int, bool, type(None), Decimal, dict, list, tuple))
_BARE: Final = frozenset((str, int, bool, type(None)))
_HOLDING: Final = frozenset((dict, list, tuple))
_AS_BRACES: Final = bytes.maketrans(b"[]", b"{}")
_OTHERS: Final = bytes(set(range(256)) - set(b'[]{}"'))
_TEXT: Final = frozenset((str,))


def parse(text: str | bytes) -> Any:
    """The JSON value: numbers with a point are Decimal, without one int; of a key written twice the last counts.

    Bytes are UTF-8. Raises JsonInvalid, also for NaN, Infinity, nesting deeper than DEPTH, giant numbers and halves
    of surrogate pairs, which cannot be stored.
    """
    try:
        raw = text.encode() if isinstance(text, str) else text
        value = _DECODER.decode(raw)
    except (MsgspecError, UnicodeError, RecursionError):
        return json_reference.parse(text)
    return value if _ends(raw, value) else json_reference.parse(text)


def dump(value: Any) -> str:
    """JSON text, the same for equal values: keys sorted, no blanks, every digit of a Decimal kept.

    Raises JsonInvalid for what JSON cannot hold: NaN, keys that are no text, dates, money.
    """
    if _is_json(value):
        with suppress(UnicodeError):  # half of a surrogate pair
            return _ENCODER.encode(value).decode()
    return json_reference.dump(value)


def written(value: Any) -> bytes:
    """The text of `dump` as bytes, for a value that `parse` or `lower` has made: that it is JSON is not asked again."""
    return _ENCODER.encode(value)


def _ends(text: bytes, value: Any) -> bool:
    """Whether a text, and its value, is nested no deeper than DEPTH levels: one with few brackets cannot be."""
    if text.count(b"{") + text.count(b"[") <= DEPTH:
        return True
    brackets = _brackets(text)
    if brackets is None:
        return _is_shallow(value)
    return len(brackets) <= 2 * DEPTH or _levels(brackets) <= DEPTH


def _brackets(text: bytes) -> bytes | None:
    """Where records and lists begin and end, as `{` and `}`. None for a text that may have such signs inside quotes."""
    if b"\\" in text:
        return None
    marks = text.translate(_AS_BRACES, _OTHERS).replace(b'""', b"")
    return None if b'"' in marks else marks


def _levels(brackets: bytes) -> int:
    """How deep brackets are nested, DEPTH + 1 for deeper: in each turn the innermost ones go."""
    for level in range(DEPTH + 1):
        if not brackets:
            return level
        brackets = brackets.replace(b"{}", b"")
    return DEPTH + 1


def _is_shallow(value: Any) -> bool:
    level = [value] if type(value) in _HOLDING else []
    for _ in range(DEPTH):
        if not level:
            return True
        held = (part.values() if type(part) is dict else part for part in level)
        level = [part for parts in held for part in parts if type(part) in _HOLDING]
    return not level


def _is_json(value: Any) -> bool:
    """Whether msgspec writes a value as we do: it also knows binary floats, dates and records, and refuses little."""
    level, depth = [value], 0
    while not (kinds := set(map(type, level))) <= _BARE:
        if depth == DEPTH or not kinds <= _PLAIN or not (_are_finite(level, kinds) and _have_names(level, kinds)):
            return False
        level, depth = _below(level, kinds), depth + 1
    return True


def _are_finite(level: list[Any], kinds: set[type]) -> bool:
    return Decimal not in kinds or all(part.is_finite() for part in level if type(part) is Decimal)


def _have_names(level: list[Any], kinds: set[type]) -> bool:
    """Whether the records of a level have text for names."""
    return dict not in kinds or _TEXT.issuperset(map(type, chain.from_iterable(_records(level, kinds))))


def _below(level: list[Any], kinds: set[type]) -> list[Any]:
    """What the records and lists of one level hold, in no order."""
    found = list(chain.from_iterable(map(dict.values, _records(level, kinds)))) if dict in kinds else []
    if list in kinds or tuple in kinds:
        found += chain.from_iterable(part for part in level if type(part) is list or type(part) is tuple)
    return found


def _records(level: list[Any], kinds: set[type]) -> list[dict[Any, Any]]:
    return level if len(kinds) == 1 else [part for part in level if type(part) is dict]
