"""Between our data and the text in the database: JSON with exact decimals, and moments that sort as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import structs

from ...runtime.decision import Ending, Outcome
from ...runtime.policy import Arm, Instead, Policy, Retry, Step
from ...source import Place
from ...types import json_text

_DECODER: Final = msgspec.json.Decoder(float_hook=Decimal)


def load(text: str | None) -> Any:
    """The value of a stored JSON text, which is ours and safe; numbers with a point are decimals. None for no text."""
    return None if text is None else _DECODER.decode(text)


def dump(value: Any) -> str:
    """JSON text, the same for equal values, of what has a JSON form: see `plain`.

    msgspec is many times faster than any other, and keeps every digit of a decimal. It writes moments with a Z, see
    `dump_moments`, and numbers that are none, which our own refuses.
    """
    try:
        text = _ENCODER.encode(value)
    except (TypeError, ValueError, OverflowError):
        return json_text.dump(plain(value))
    return json_text.dump(plain(value)) if b"NaN" in text or b"Infinity" in text else text.decode()


def dump_moments(value: Any) -> str:
    """The same of what may hold moments, such as the values a decision tells of: written as Python writes them, by the
    standard encoder where there may be any.
    """
    text = dump(value)
    if _MOMENT.search(text) is None:
        return text
    try:
        return _STANDARD.encode(value)
    except TypeError:
        return json_text.dump(plain(value))


_MOMENT: Final = re.compile(r"T\d\d:\d\d:\d\d")


def _standard(value: Any) -> Any:
    """What the standard encoder does not know, one level nearer to what it does."""
    if isinstance(value, Decimal):
        raise TypeError("the standard encoder would round it")
    if isinstance(value, Mapping):
        return {str(name): item for name, item in value.items()}
    if isinstance(value, msgspec.Struct):
        return structs.asdict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return plain(value)


_STANDARD: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_standard
)


def _simpler(value: Any) -> Any:
    """What msgspec does not know, one level nearer to what it does."""
    return dict(value) if isinstance(value, Mapping) else plain(value)


_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", order="sorted", enc_hook=_simpler)


def plain(value: Any) -> Any:
    """A value as JSON has it: records are objects, sets sorted lists, moments and anything foreign text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int, str, Decimal)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, Set):
        return sorted(map(plain, value))
    if isinstance(value, msgspec.Struct):
        return plain(structs.asdict(value))
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return Decimal(repr(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


@lru_cache(256)
def stamp(moment: datetime) -> str:
    """A moment as text that sorts: UTC, always microseconds. Raises ValueError for a moment without zone."""
    if moment.tzinfo is UTC:
        return moment.isoformat(timespec="microseconds")
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


@lru_cache(1024)
def place_of(text: str) -> Place:
    """The place of a stored text; a mapping has few."""
    data = load(text)
    return Place(data["file"], data["line"], data["column"])


@lru_cache(1024)
def place_text(place: Place) -> str:
    """What `place_of` reads."""
    return dump(place)


def outcome_of(data: Mapping[str, Any] | None) -> Outcome | None:
    return None if data is None else Outcome(Ending(data["ending"]), data["reason"], data["team"])


@lru_cache(256)
def policy_of(text: str) -> Policy:
    """The policy of a stored text; a mapping has few, though `instead` may make some that are a return's own."""
    data = load(text)
    return Policy(data["name"], tuple(Arm(tuple(arm["on"]), tuple(map(_step, arm["steps"]))) for arm in data["arms"]))


def policy_text(policy: Policy) -> str:
    """What `policy_of` reads. A mapping has few policies, and gives the same ones again and again."""
    known = _POLICIES.get(id(policy))
    if known is not None and known[0] is policy:
        return known[1]
    if len(_POLICIES) >= _MANY:
        _POLICIES.clear()
    text = dump(policy)
    _POLICIES[id(policy)] = policy, text
    return text


_MANY: Final = 256
_POLICIES: Final[dict[int, tuple[Policy, str]]] = {}


def _step(data: Mapping[str, Any]) -> Step:
    retry = data["retry"]
    budget = None if retry is None else Retry(retry["times"], float(retry["least"]), float(retry["most"]))
    return Step(data["do"], data["name"], data["reason"], budget, _instead(data["instead"]))


def _instead(data: Mapping[str, Any] | None) -> Instead | None:
    return None if data is None else Instead(data["operation"], tuple(data["key"]), data["body"])
