"""Changing a frozen dataclass of switches from JSON, with the mistakes named."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

S = TypeVar("S")


def changed(switches: S, changes: Mapping[str, object]) -> S:
    """A copy of the dataclass `switches` with `changes` applied; ValueError names an unknown switch or a bad value."""
    hints = get_type_hints(type(switches))
    values: dict[str, Any] = {name: _value(hints, name, value) for name, value in changes.items()}
    return dataclasses.replace(switches, **values)  # type: ignore[type-var]


def shown(switches: object) -> dict[str, Any]:
    """The switches as a JSON object, name to value."""
    return dataclasses.asdict(switches)  # type: ignore[call-overload, no-any-return]


def _value(hints: Mapping[str, Any], name: str, value: object) -> object:
    if name not in hints:
        raise ValueError(f"`{name}` is not a switch; known: {', '.join(sorted(hints))}")
    if get_origin(hints[name]) is tuple and isinstance(value, list | tuple):
        value = tuple(str(part) for part in value)
    if not _fits(hints[name], value):
        raise ValueError(f"switch `{name}` cannot be {value!r}")
    return value


def _fits(hint: Any, value: object) -> bool:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return any(_fits(option, value) for option in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, origin or hint)
