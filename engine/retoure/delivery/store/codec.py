"""Between our data and the text in the database: JSON with exact decimals, and moments that sort as text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from ...runtime.decision import Ending, Outcome
from ...runtime.policy import Arm, Instead, Policy, Retry, Step
from ...source import Place
from ...types import json_text

_FAST: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def load(text: str | None) -> Any:
    """The value of a stored JSON text, which is ours and safe; numbers with a point are decimals. None for no text."""
    return None if text is None else json.loads(text, parse_float=Decimal)


def dump(value: Any) -> str:
    """JSON text, the same for equal values, of what has a JSON form: see `plain`.

    The standard encoder is several times faster than ours, but knows no decimals.
    """
    simple = plain(value)
    try:
        return _FAST.encode(simple)
    except TypeError:
        return json_text.dump(simple)


def plain(value: Any) -> Any:
    """A value as JSON has it: dataclasses are objects, sets sorted lists, moments and anything foreign text."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, (bool, int, str, Decimal)):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value))
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, float):
        return Decimal(repr(value))
    return value.isoformat() if isinstance(value, datetime) else str(value)


def stamp(moment: datetime) -> str:
    """A moment as text that sorts: UTC, always microseconds. Raises ValueError for a moment without zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment of a stamp."""
    return datetime.fromisoformat(text)


def moment_or_none(text: str | None) -> datetime | None:
    return None if text is None else moment(text)


def place_of(data: Mapping[str, Any]) -> Place:
    return Place(data["file"], data["line"], data["column"])


def outcome_of(data: Mapping[str, Any] | None) -> Outcome | None:
    return None if data is None else Outcome(Ending(data["ending"]), data["reason"], data["team"])


def policy_of(data: Mapping[str, Any]) -> Policy:
    return Policy(data["name"], tuple(Arm(tuple(arm["on"]), tuple(map(_step, arm["steps"]))) for arm in data["arms"]))


def _step(data: Mapping[str, Any]) -> Step:
    retry = data["retry"]
    budget = None if retry is None else Retry(retry["times"], float(retry["least"]), float(retry["most"]))
    return Step(data["do"], data["name"], data["reason"], budget, _instead(data["instead"]))


def _instead(data: Mapping[str, Any] | None) -> Instead | None:
    return None if data is None else Instead(data["operation"], tuple(data["key"]), data["body"])
