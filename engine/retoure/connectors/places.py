"""Fills the `{places}` of paths and argument templates from what a call carries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from ..types.manifest import Operation
from .port import Call, Json

_PLACE = re.compile(r"\{([^{}]+)\}")


class PlaceMissing(ValueError):
    """A template names something the call does not have; `place` is its name."""

    def __init__(self, place: str) -> None:
        super().__init__(f"`{place}` is missing")
        self.place = place


def values_of(operation: Operation, call: Call, options: Mapping[str, str]) -> dict[str, Json]:
    """What places can be filled from: connector options, over them the body, over it the named arguments."""
    named = zip((parameter.name for parameter in operation.parameters), call.arguments, strict=False)
    return {**options, **(call.body or {}), **dict(named)}


def fill(template: str, values: Mapping[str, Json]) -> str:
    """`key={sku}` with the values put in as they are. Raises PlaceMissing."""
    return _PLACE.sub(lambda found: _text(values, found.group(1)), template)


def fill_path(template: str, values: Mapping[str, Json]) -> str:
    """`/orders/{order}` with every value percent-encoded as one segment: `key=A/1` becomes `key%3DA%2F1`.

    A value of dots alone would climb up the path, so its dots are encoded too.
    """
    return _PLACE.sub(lambda found: segment(_text(values, found.group(1))), template)


def segment(text: str) -> str:
    """`text` as one path segment."""
    return text.replace(".", "%2E") if text.strip(".") == "" else quote(text, safe="")


def at(value: Json, path: str) -> Json:
    """What stands at the dotted `path`, None where something is missing; `value` itself for an empty path."""
    for name in filter(None, path.split(".")):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def listed(value: Json, path: str) -> Iterator[Mapping[str, Json]]:
    """The objects of the list at `path`."""
    found = at(value, path)
    if isinstance(found, list | tuple):
        yield from (element for element in found if isinstance(element, Mapping))


def _text(values: Mapping[str, Json], place: str) -> str:
    value = values[place] if place in values else at(values, place)
    if value is None or isinstance(value, Mapping | list | bool) or value == "":
        raise PlaceMissing(place)
    return str(value)
