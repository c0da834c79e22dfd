"""A record made up from its JSON Schema: valid, the same every time, and about nobody.

What is optional comes too, unless it is a record of its own or personal; a list gets one element. The currency of an
amount is EUR. A field that needs a text of a certain form takes the first of its `examples`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..types.manifest import Manifest
from ..types.validate import problems
from .subject import CannotScaffold

FORMS = {"date-time": "2026-01-15T09:00:00Z", "date": "2026-01-15", "decimal": "10.00"}

Schema = Mapping[str, Any]


def sample(manifest: Manifest, record: str, values: Mapping[str, object]) -> dict[str, Any]:
    """A record of this name with some `values` given. Raises CannotScaffold when nothing fits a field."""
    maker = _Maker(manifest.schemas, frozenset(_currencies(manifest.schemas)))
    made: dict[str, Any] = maker.made(manifest.schemas[record], record) | values
    wrong = problems(made, manifest, record)
    if wrong:
        remedy = f"give the field `examples` in the schema {manifest.version}"
        raise CannotScaffold(f"no {manifest.system}.{record} could be made up for a fixture: {wrong[0]}; {remedy}")
    return made


@dataclass(frozen=True)
class _Maker:
    defs: Mapping[str, Schema]
    currencies: frozenset[str]

    def made(self, schema: Schema, name: str) -> Any:
        schema = _plain(schema, self.defs)
        if "examples" in schema:
            return schema["examples"][0]
        if "oneOf" in schema:
            return self.made(schema["oneOf"][0], name)
        words = schema.get("enum") or schema.get("x-known-values")
        return words[0] if words else self._of_kind(schema, name)

    def _of_kind(self, schema: Schema, name: str) -> Any:
        match _kind(schema):
            case "object":
                return self._object(schema)
            case "array":
                return [self.made(schema["items"], name)] if "items" in schema else []
            case "integer" | "number":
                return max(1, schema.get("minimum", 1))
            case "boolean":
                return False
            case "string":
                return FORMS.get(schema.get("format", "")) or self._text(schema, name)
        return {}

    def _text(self, schema: Schema, name: str) -> str:
        return "EUR" if name in self.currencies else f"{name}-1"[-schema.get("maxLength", 100) :]

    def _object(self, schema: Schema) -> dict[str, Any]:
        required = schema.get("required", ())
        parts = {name: part for name, part in schema.get("properties", {}).items() if isinstance(part, Mapping)}
        wanted = [name for name, part in parts.items() if name in required or _harmless(part, self.defs)]
        return {name: self.made(parts[name], name) for name in wanted}


def _currencies(schema: object) -> Iterator[str]:
    """The names of fields that say the currency of an amount."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("x-currency"), str):
            yield schema["x-currency"].removeprefix("/")
        for part in schema.values():
            yield from _currencies(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _currencies(part)


def _harmless(schema: Schema, defs: Mapping[str, Schema]) -> bool:
    """Whether an optional field belongs into a fixture: a single value, not about a person."""
    return not schema.get("x-personal") and _kind(_plain(schema, defs)) not in ("object", "array", "")


def _plain(schema: Schema, defs: Mapping[str, Schema]) -> Schema:
    """What a reference, or a choice between something and null, stands for."""
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = defs[schema["$ref"].rpartition("/")[2]]
        else:
            schema = next(part for part in schema["anyOf"] if part != {"type": "null"})
    return schema


def _kind(schema: Schema) -> str:
    kinds = schema.get("type", "")
    return next(kind for kind in kinds if kind != "null") if isinstance(kinds, list) else str(kinds)
