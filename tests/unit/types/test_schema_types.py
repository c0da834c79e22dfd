from __future__ import annotations

from typing import Any

import pytest

from retoure.types.kinds import (
    Boolean,
    Day,
    Enum,
    Field,
    Instant,
    Integer,
    ListOf,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
)
from retoure.types.problem import SchemaInvalid
from retoure.types.schema import types_of


def one(schema: object, **defs: Any) -> Type:
    """The type of a field with this schema."""
    record = types_of({"T": {"type": "object", "properties": {"f": schema}}, **defs}, "shop", "shop.json")["T"]
    assert isinstance(record, Record)
    return record.fields["f"].type


@pytest.mark.parametrize(
    ("schema", "type_"),
    [
        ({"type": "string"}, Text()),
        ({"type": ["string", "null"]}, Text()),
        ({"type": "integer"}, Integer()),
        ({"type": "number"}, Number()),
        ({"type": "string", "format": "decimal"}, Number()),
        ({"type": "boolean"}, Boolean()),
        ({"type": "string", "format": "date-time"}, Instant()),
        ({"type": "string", "format": "date"}, Day()),
        ({"type": "string", "format": "decimal", "x-currency": "/currency"}, MoneyType("/currency")),
        ({"type": "integer", "x-unit": "minor", "x-currency": "/currency"}, MoneyType("/currency", minor=True)),
        ({"type": "string", "enum": ["a", "b"]}, Enum("", ("a", "b"))),
        ({"type": "string", "x-known-values": ["a"]}, Enum("", ("a",), open=True)),
        ({"type": "string", "x-known-values": ["a"], "x-ignore-case": True}, Enum("", ("a",), open=True, fold=True)),
        ({"type": "array", "items": {"type": "string"}}, ListOf(Text())),
        ({"type": "array", "items": {"type": "string"}, "minItems": 1}, ListOf(Text(), some=True)),
        ({"type": "array", "items": {"type": ["string", "null"]}}, ListOf(Optional(Text()))),
        ({"type": "array"}, Opaque()),
        ({"type": "object"}, Opaque()),
        ({"description": "anything"}, Opaque()),
        (True, Opaque()),
        ({"$ref": "#/$defs/Word", "description": "a word"}, Enum("shop.Word", ("a",))),
        ({"anyOf": [{"$ref": "#/$defs/Word"}, {"type": "null"}]}, Enum("shop.Word", ("a",))),
    ],
)
def test_schemas_become_types(schema: object, type_: Type) -> None:
    assert one(schema, Word={"type": "string", "enum": ["a"]}) == type_


def test_bounds_travel_with_the_type_without_making_another_one() -> None:
    text = one({"type": "string", "pattern": "^x", "minLength": 1, "maxLength": 5})
    assert isinstance(text, Text)
    assert (text.pattern, text.min_length, text.max_length) == ("^x", 1, 5)
    assert text == Text()
    number = one({"type": "integer", "minimum": 1, "maximum": 9})
    assert isinstance(number, Integer)
    assert (number.minimum, number.maximum) == (1, 9)
    quoted = one({"type": "string", "format": "decimal"})
    assert isinstance(quoted, Number)
    assert quoted.quoted


def test_a_record_knows_its_fields_and_its_name() -> None:
    schema = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string", "description": "The id"}, "note": {"type": ["string", "null"]}},
    }
    types = types_of({"Parcel": schema}, "shop", "shop.json")
    assert types["Parcel"] == Record("shop.Parcel", {"id": Field(Text(), True, "The id"), "note": Field(Text(), False)})


def test_records_inside_records_are_told_apart_by_name() -> None:
    inner = {"type": "object", "properties": {"x": {"type": "string", "enum": ["a"]}}}
    defs = {"T": {"type": "object", "properties": {"one": inner, "many": {"type": "array", "items": inner}}}}
    types = types_of(defs, "s", "f")
    assert isinstance(types["T"], Record)
    one, many = types["T"].fields["one"].type, types["T"].fields["many"].type
    assert isinstance(one, Record)
    assert isinstance(many, ListOf)
    assert (str(one), str(many.item)) == ("s.T.one", "s.T.many")
    assert str(one.fields["x"].type) == "one of (a)"


def test_named_types_are_shared() -> None:
    word = {"type": "string", "enum": ["a"]}
    ref = {"$ref": "#/$defs/Word"}
    types = types_of({"A": {"type": "object", "properties": {"x": ref, "y": ref}}, "Word": word}, "shop", "f")
    record = types["A"]
    assert isinstance(record, Record)
    assert record.fields["x"].type is record.fields["y"].type is types["Word"]


FIELD = "/$defs/T/properties/f"


@pytest.mark.parametrize(
    ("schema", "pointer", "message"),
    [
        (False, FIELD, "expected a schema"),
        ({"type": "nothing"}, f"{FIELD}/type", "expected one of object, array"),
        ({"type": ["string", "integer"]}, f"{FIELD}/type", "expected one of object, array"),
        ({"oneOf": [{"type": "string"}]}, FIELD, "a choice between records needs `x-discriminator`"),
        ({"oneOf": [{"type": "string"}], "x-discriminator": "kind"}, f"{FIELD}/oneOf/0", "expected a record whose"),
        ({"type": "string", "const": "x"}, f"{FIELD}/const", "`const` is not supported here"),
        ({"type": "string", "format": "email"}, f"{FIELD}/format", "`email` is not supported"),
        ({"type": "string", "pattern": "("}, f"{FIELD}/pattern", "is not a regular expression"),
        ({"type": "string", "enum": []}, FIELD, "needs at least one"),
        ({"type": "string", "enum": [1]}, FIELD, "all of them text"),
        ({"type": "string", "enum": ["a", "a"]}, FIELD, "stands twice"),
        ({"type": "string", "x-known-values": ["a", "A"], "x-ignore-case": True}, FIELD, "stands twice"),
        ({"type": "string", "enum": ["a"], "x-known-values": ["a"]}, FIELD, "either `enum`"),
        ({"type": "string", "enum": ["a"], "x-ignore-case": True}, f"{FIELD}/x-ignore-case", "use `x-known-values`"),
        ({"type": "string", "x-ignore-case": True}, f"{FIELD}/x-ignore-case", "only goes with"),
        ({"type": "string", "enum": ["a"], "maxLength": 3}, f"{FIELD}/maxLength", "not supported here"),
        ({"type": "string", "x-currency": "/c"}, f"{FIELD}/x-currency", "needs `format: decimal`"),
        ({"type": "string", "format": "date", "x-currency": "/c"}, f"{FIELD}/x-currency", "needs `format: decimal`"),
        ({"type": "integer", "x-currency": "/c"}, FIELD, "needs both"),
        ({"type": "integer", "x-unit": "minor"}, FIELD, "needs both"),
        ({"type": "number", "x-currency": "/c"}, f"{FIELD}/x-currency", "not supported here"),
        ({"type": "string", "format": "decimal", "x-currency": "a/b"}, f"{FIELD}/x-currency", "expected `field`"),
        ({"type": "string", "format": "decimal", "x-currency": "c"}, f"{FIELD}/x-currency", "no text field `c` beside"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, f"{FIELD}/minItems", "only 0 and 1"),
        ({"type": "array", "items": {"type": "tuple"}}, f"{FIELD}/items/type", "expected one of"),
        ({"type": "object", "additionalProperties": False}, f"{FIELD}/additionalProperties", "always allowed"),
        ({"type": "object", "required": ["x"], "properties": {}}, f"{FIELD}/required", "`x` is required but not"),
        (
            {"type": "object", "required": ["x"], "properties": {"x": {"type": ["string", "null"]}}},
            f"{FIELD}/properties/x",
            "drop one of the two",
        ),
        ({"$ref": "#/$defs/Missing"}, f"{FIELD}/$ref", "there is no type `Missing`"),
        ({"$ref": "other.json#/$defs/X"}, f"{FIELD}/$ref", "only `#/$defs/Name` is"),
        ({"$ref": "#/$defs/T"}, f"{FIELD}/$ref", "type `T` contains itself"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}]}, f"{FIELD}/anyOf", "only a choice between"),
        ({"anyOf": [{"type": "null"}]}, f"{FIELD}/anyOf", "only a choice between"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(schema: object, pointer: str, message: str) -> None:
    with pytest.raises(SchemaInvalid) as refused:
        one(schema)
    assert (refused.value.file, refused.value.pointer) == ("shop.json", pointer)
    assert message in refused.value.message


def test_a_named_type_may_not_be_null() -> None:
    with pytest.raises(SchemaInvalid, match="allow null where it is used"):
        types_of({"T": {"type": ["string", "null"]}}, "shop", "shop.json")
