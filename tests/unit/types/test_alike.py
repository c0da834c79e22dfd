"""A type that is like another one, with more of its fields required."""

from __future__ import annotations

from typing import Any

import pytest

from retoure.types.alike import expanded
from retoure.types.problem import SchemaInvalid

ORDER: dict[str, Any] = {
    "description": "An order (assumption)",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"type": "integer"},
        "status": {"anyOf": [{"$ref": "#/$defs/Status"}, {"type": "null"}]},
        "changed": {"type": ["string", "null"], "format": "date-time"},
        "note": {"type": ["string", "null"]},
    },
}


def like(**fields: Any) -> dict[str, Any]:
    return {"Order": ORDER, "Version": {"description": "One that is followed", "x-like": "Order", **fields}}


def test_what_is_required_is_never_null() -> None:
    version: Any = expanded(like(required=["status", "changed"]), "file")["Version"]
    assert version["description"] == "One that is followed"
    assert version["required"] == ["id", "status", "changed"]
    assert version["properties"] == {
        "id": {"type": "integer"},
        "status": {"$ref": "#/$defs/Status"},
        "changed": {"type": "string", "format": "date-time"},
        "note": {"type": ["string", "null"]},
    }


def test_the_other_type_stays_as_it_is() -> None:
    assert expanded(like(required=["status"]), "file")["Order"] == ORDER


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"x-like": "Odrer"}, "/$defs/Version/x-like", "no record `Odrer`"),
        ({"required": ["state"]}, "/$defs/Version/required", "no field `state`: known are id, status, changed, note"),
    ],
)
def test_what_is_not_there(fields: dict[str, Any], pointer: str, words: str) -> None:
    with pytest.raises(SchemaInvalid) as caught:
        expanded(like(**fields), "file")
    assert (caught.value.pointer, words in str(caught.value)) == (pointer, True)
