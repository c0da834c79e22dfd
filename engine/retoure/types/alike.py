"""Types that are like others (`x-like`): the same fields and perhaps more. A schema says each field once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .problem import SchemaInvalid, listed

Schema = Mapping[str, Any]


def expanded(defs: Mapping[str, Schema], file: str) -> dict[str, Schema]:
    """The types with those of `x-like` written out: `{description, x-like: Order, required: [status]}`.

    `properties` beside it are more fields. What is required is never null. Raises SchemaInvalid for a type or field
    that is not there.
    """
    return {name: _alike(name, schema, defs, file) if "x-like" in schema else schema for name, schema in defs.items()}


def _alike(name: str, schema: Schema, defs: Mapping[str, Schema], file: str) -> Schema:
    other = defs.get(schema["x-like"])
    if other is None or "properties" not in other:
        raise SchemaInvalid(file, f"/$defs/{name}/x-like", f"there is no record `{schema['x-like']}`")
    fields = {**other["properties"], **schema.get("properties", {})}
    more = schema.get("required", [])
    for field in more:
        if field not in fields:
            known = listed(fields)
            raise SchemaInvalid(file, f"/$defs/{name}/required", f"there is no field `{field}`: known are {known}")
    required = list(dict.fromkeys([*other.get("required", ()), *more]))
    properties = {field: _there(part) if field in more else part for field, part in fields.items()}
    return {**other, "description": schema["description"], "required": required, "properties": properties}


def _there(part: Schema) -> Schema:
    """The field without null among what it may be."""
    if isinstance(part.get("type"), list):
        return {**part, "type": next(kind for kind in part["type"] if kind != "null")}
    if "anyOf" in part:
        (only,) = (option for option in part["anyOf"] if option.get("type") != "null")
        return {**{key: value for key, value in part.items() if key != "anyOf"}, **only}
    return part
