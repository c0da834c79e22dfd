"""JSON text in and out, with exact numbers: decimals stay decimals, and nothing that is not JSON gets through.

msgspec does the usual; `json_reference` what it gives up on, and finds the words for what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
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
_HOLDING: Final = frozenset((dict, list, tuple))
_TEXT: Final = frozenset((str,))


def parse(text: str | bytes) -> Any:
    """The JSON value: numbers with a point are Decimal, without one int; of a key written twice the last counts.

    Bytes are UTF-8. Raises JsonInvalid, also for NaN, Infinity, nesting deeper than DEPTH, giant numbers and halves
    of surrogate pairs, which cannot be stored.
    """
    with suppress(MsgspecError, UnicodeError, RecursionError):
        value = _DECODER.decode(text)
        if _ends(value):
            return value
    return json_reference.parse(text)


def dump(value: Any) -> str:
    """JSON text, the same for equal values: keys sorted, no blanks, every digit of a Decimal kept.

    Raises JsonInvalid for what JSON cannot hold: NaN, keys that are no text, dates, money.
    """
    if _is_json(value):
        with suppress(UnicodeError):  # half of a surrogate pair
            return _ENCODER.encode(value).decode()
    return json_reference.dump(value)


def _ends(value: Any) -> bool:
    """Whether a parsed value is nested no deeper than DEPTH levels."""
    level = [value]
    for _ in range(DEPTH + 1):
        if _HOLDING.isdisjoint(map(type, level)):
            return True
        level = _below(level)
    return False


def _is_json(value: Any) -> bool:
    """Whether msgspec writes a value as we do: it also knows binary floats, dates and records, and refuses little."""
    level = [value]
    for _ in range(DEPTH + 1):
        kinds = set(map(type, level))
        if not kinds <= _PLAIN or (Decimal in kinds and not all(map(_finite, level))):
            return False
        if kinds.isdisjoint(_HOLDING):
            return True
        if not _named_by_text(level):
            return False
        level = _below(level)
    return False


def _named_by_text(level: Iterable[Any]) -> bool:
    return _TEXT.issuperset(map(type, chain.from_iterable(part for part in level if type(part) is dict)))


def _finite(value: Any) -> bool:
    return type(value) is not Decimal or value.is_finite()


def _below(level: Iterable[Any]) -> list[Any]:
    """What the records and lists of one level hold."""
    found: list[Any] = []
    for part in level:
        if type(part) is dict:
            found.extend(part.values())
        elif type(part) is list or type(part) is tuple:
            found.extend(part)
    return found
