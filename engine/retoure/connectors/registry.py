"""Finds connectors by the name a deployment file uses: those of retoure, and those of installed packages."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from .kind import ConnectorKind

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP = "retoure.connectors"
_HERE = "retoure.connectors"

OWN = {
    "scayle": f"{_HERE}.scayle",
    "reveni": f"{_HERE}.reveni",
    "rest": f"{_HERE}.generic.rest",
    "webhook": f"{_HERE}.generic.webhook",
    "folder": f"{_HERE}.generic.folder",
    "sql": f"{_HERE}.generic.sql",
    "memory": f"{_HERE}.memory",
    "recorded": f"{_HERE}.recorded",
}
"""The module of each connector that comes with retoure; its KIND is read when it is used."""


class ConnectorBroken(Exception):
    """An installed connector cannot be used; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Known:
    """A connector there is: its name, and the distribution it comes from."""

    name: str
    origin: str


def known_connectors() -> tuple[Known, ...]:
    """Every connector, by name. Nothing is imported for that."""
    own = [Known(name, "retoure") for name in OWN]
    return tuple(sorted([*own, *(Known(name, _origin(point)) for name, point in _installed().items())], key=_name))


def connector_kind(name: str) -> ConnectorKind | None:
    """What is known of a connector, None for a name nobody registered. Raises ConnectorBroken."""
    if name in OWN:
        kind: ConnectorKind = import_module(OWN[name]).KIND
        return kind
    point = _installed().get(name)
    return None if point is None else _loaded(point)


@cache
def _installed() -> dict[str, EntryPoint]:
    """Connectors of other packages; a name that retoure itself uses cannot be taken over."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group=GROUP) if point.name not in OWN}


def _loaded(point: EntryPoint) -> ConnectorKind:
    remedy = f"correct the entry point of `{_origin(point)}`, or install that package again"
    try:
        kind = point.load()
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}"
        raise ConnectorBroken(f"the connector `{point.name}` cannot be loaded ({why}): {remedy}") from problem
    if not isinstance(kind, ConnectorKind):
        raise ConnectorBroken(f"`{point.value}` of the connector `{point.name}` is no ConnectorKind: {remedy}")
    return kind


def _origin(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "an unknown package"


def _name(known: Known) -> str:
    return known.name
