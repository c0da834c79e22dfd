"""Turns the `$defs` of a JSON Schema (2020-12) into types. What it does not understand it refuses, naming the place.

Beyond plain JSON Schema: `format: decimal` (exact decimal as a string), `x-known-values` (an open set of words),
`x-ignore-case`, `x-discriminator` (the field whose word tells the records of a `oneOf` apart), and on an amount
`x-currency` (`currency` a sibling field, `/currency` a field of the record's root) with `x-unit: minor` for whole minor
units. `x-personal: true` marks a field that says who a person is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from .kinds import (
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
    Variants,
    variants,
)
from .problem import SchemaInvalid, listed

Schema = Mapping[str, Any]

_NOTES = frozenset({"description", "title", "$comment", "x-personal", "examples"})
_KNOWN = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems"},
    "string": {
        *("format", "enum", "x-known-values", "x-ignore-case", "x-currency"),
        *("pattern", "minLength", "maxLength"),
    },
    "integer": {"minimum", "maximum", "x-currency", "x-unit"},
    "number": set[str](),
    "boolean": set[str](),
}
_REF = re.compile(r"#/\$defs/([A-Za-z][A-Za-z0-9]*)")


def types_of(defs: Mapping[str, Schema], system: str, file: str) -> dict[str, Type]:
    """Every named type. Raises SchemaInvalid.

    Records and enums are called `system.Name`, records inside them `system.Name.field`; words inside have no name.
    """
    reader = _Reader(defs, system, file)
    return {name: reader.named(name, f"/$defs/{name}") for name in defs}


class _Reader:
    """Reads one file; remembers what it has resolved and what it is inside of."""

    def __init__(self, defs: Mapping[str, Schema], system: str, file: str) -> None:
        self._defs = defs
        self._system = system
        self._file = file
        self._done: dict[str, Type] = {}
        self._open: set[str] = set()

    def named(self, name: str, asked_at: str) -> Type:
        if name in self._done:
            return self._done[name]
        if name not in self._defs:
            self._refuse(asked_at, f"there is no type `{name}`: add it to `$defs` or correct the name")
        if name in self._open:
            self._refuse(asked_at, f"type `{name}` contains itself: end the chain with a field without a type")
        self._open.add(name)
        self._done[name] = self._required(self._defs[name], f"/$defs/{name}", f"{self._system}.{name}")
        self._open.discard(name)
        return self._done[name]

    def _required(self, schema: Schema, at: str, name: str) -> Type:
        type_, nullable = self._type(schema, at, name)
        if nullable:
            self._refuse(at, "a named type may not be null: allow null where it is used")
        return type_

    def _type(self, schema: object, at: str, name: str) -> tuple[Type, bool]:
        """The type, and whether it may be null."""
        if schema is True:
            return Opaque(), True
        if not isinstance(schema, Mapping):
            self._refuse(at, "expected a schema")
        if "$ref" in schema:
            self._only(schema, {"$ref"}, at)
            return self._ref(schema["$ref"], f"{at}/$ref"), False
        if "anyOf" in schema:
            return self._or_null(schema, at, name)
        if "oneOf" in schema:
            return self._variants(schema, at, name), False
        if "type" not in schema:
            self._only(schema, set(), at)
            return Opaque(), True
        return self._typed(schema, at, name)

    def _ref(self, ref: str, at: str) -> Type:
        found = _REF.fullmatch(ref)
        if not found:
            self._refuse(at, f"`{ref}` is not supported: only `#/$defs/Name` is")
        return self.named(found.group(1), at)

    def _or_null(self, schema: Schema, at: str, name: str) -> tuple[Type, bool]:
        self._only(schema, {"anyOf"}, at)
        choices = [(i, choice) for i, choice in enumerate(schema["anyOf"]) if choice != {"type": "null"}]
        if len(choices) != 1 or len(schema["anyOf"]) != 2:
            self._refuse(f"{at}/anyOf", 'only a choice between one schema and {"type": "null"} is supported')
        position, choice = choices[0]
        return self._type(choice, f"{at}/anyOf/{position}", name)[0], True

    def _variants(self, schema: Schema, at: str, name: str) -> Variants:
        """Records that a word tells apart: each word stands for one of them."""
        self._only(schema, {"oneOf", "x-discriminator"}, at)
        by = schema.get("x-discriminator")
        if not isinstance(by, str):
            self._refuse(at, "a choice between records needs `x-discriminator`, the field that tells them apart")
        choices: dict[str, Record] = {}
        for i, part in enumerate(schema["oneOf"]):
            record, _ = self._type(part, f"{at}/oneOf/{i}", name)
            found = _told_by(record, by)
            if not found:
                message = f"expected a record whose required field `{by}` has an `enum` of its own words"
                self._refuse(f"{at}/oneOf/{i}", message)
            for word in found:
                if word in choices:
                    self._refuse(f"{at}/oneOf/{i}", f"`{word}` already stands for {choices[word]}")
            choices |= found
        return variants(name, by, choices)

    def _typed(self, schema: Schema, at: str, name: str) -> tuple[Type, bool]:
        words = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        kinds = [word for word in words if word != "null"]
        if len(kinds) != 1 or kinds[0] not in _KNOWN:
            self._refuse(f"{at}/type", f"expected one of {listed(_KNOWN)}, and `null` beside it where it may be null")
        self._only(schema, {"type", *_KNOWN[kinds[0]]}, at)
        return self._of_kind(kinds[0], schema, at, name), len(words) == 2

    def _of_kind(self, kind: str, schema: Schema, at: str, name: str) -> Type:
        match kind:
            case "object":
                return self._object(schema, at, name)
            case "array":
                return self._array(schema, at, name)
            case "string":
                return self._string(schema, at, name)
            case "integer":
                return self._integer(schema, at)
            case "number":
                return Number()
        return Boolean()

    def _object(self, schema: Schema, at: str, name: str) -> Type:
        if schema.get("additionalProperties", True) is not True:
            self._refuse(f"{at}/additionalProperties", "unknown fields are always allowed: remove it")
        if "properties" not in schema:
            return Opaque()
        required = schema.get("required", ())
        for missing in (field for field in required if field not in schema["properties"]):
            self._refuse(f"{at}/required", f"`{missing}` is required but not described: add it to `properties`")
        fields = {
            field: self._field(part, field in required, f"{at}/properties/{field}", f"{name}.{field}")
            for field, part in schema["properties"].items()
        }
        for field, found in fields.items():
            self._currency_beside(found.type, fields, f"{at}/properties/{field}/x-currency")
        return Record(name, fields)

    def _field(self, schema: object, required: bool, at: str, name: str) -> Field:
        type_, nullable = self._type(schema, at, name)
        if required and nullable:
            self._refuse(at, "required, but may be null: drop one of the two")
        if not isinstance(schema, Mapping):
            return Field(type_, required)
        return Field(type_, required, str(schema.get("description", "")), schema.get("x-personal") is True)

    def _currency_beside(self, type_: Type, fields: Mapping[str, Field], at: str) -> None:
        if not isinstance(type_, MoneyType) or type_.currency.startswith("/"):
            return
        if type_.currency not in fields or not isinstance(fields[type_.currency].type, Text):
            self._refuse(at, f"there is no text field `{type_.currency}` beside this amount")

    def _array(self, schema: Schema, at: str, name: str) -> Type:
        if "items" not in schema:
            return Opaque()
        if schema.get("minItems", 0) not in (0, 1):
            self._refuse(f"{at}/minItems", "only 0 and 1 are supported")
        item, nullable = self._type(schema["items"], f"{at}/items", name)
        return ListOf(
            Optional(item) if nullable and not isinstance(item, Opaque) else item, bool(schema.get("minItems"))
        )

    def _string(self, schema: Schema, at: str, name: str) -> Type:
        if "enum" in schema or "x-known-values" in schema:
            return self._words(schema, at, name)
        if "x-ignore-case" in schema:
            self._refuse(f"{at}/x-ignore-case", "only goes with `x-known-values`")
        if "format" in schema:
            return self._formatted(schema, at)
        if "x-currency" in schema:
            self._refuse(f"{at}/x-currency", "an amount needs `format: decimal`, or `x-unit: minor` on an integer")
        self._compiles(schema.get("pattern", ""), f"{at}/pattern")
        return Text(schema.get("pattern", ""), schema.get("minLength", 0), schema.get("maxLength"))

    def _words(self, schema: Schema, at: str, name: str) -> Type:
        self._only(schema, {"type", "enum", "x-known-values", "x-ignore-case"}, at)
        opened = "x-known-values" in schema
        words = schema["x-known-values"] if opened else schema["enum"]
        if opened == ("enum" in schema):
            self._refuse(at, "either `enum` (a closed set) or `x-known-values` (an open one)")
        if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
            self._refuse(at, "a set of words needs at least one, all of them text")
        fold = schema.get("x-ignore-case", False)
        if fold and not opened:
            self._refuse(f"{at}/x-ignore-case", "JSON Schema compares `enum` exactly: use `x-known-values`")
        if len({word.lower() if fold else word for word in words}) != len(words):
            self._refuse(at, "a word stands twice: remove one")
        return Enum(name if name.count(".") == 1 else "", tuple(words), open=opened, fold=fold)

    def _formatted(self, schema: Schema, at: str) -> Type:
        self._only(schema, {"type", "format", "x-currency"}, at)
        form = schema["format"]
        if form == "decimal":
            currency = schema.get("x-currency")
            return Number(quoted=True) if currency is None else MoneyType(self._place(currency, at))
        if "x-currency" in schema:
            self._refuse(f"{at}/x-currency", "an amount needs `format: decimal`")
        if form not in ("date-time", "date"):
            self._refuse(f"{at}/format", f"`{form}` is not supported: decimal, date-time and date are")
        return Instant() if form == "date-time" else Day()

    def _integer(self, schema: Schema, at: str) -> Type:
        if "x-currency" not in schema and "x-unit" not in schema:
            return Integer(schema.get("minimum"), schema.get("maximum"))
        if schema.get("x-unit") != "minor" or "x-currency" not in schema:
            self._refuse(at, "a whole-number amount needs both `x-unit: minor` and `x-currency`")
        self._only(schema, {"type", "x-unit", "x-currency"}, at)
        return MoneyType(self._place(schema["x-currency"], at), minor=True)

    def _place(self, currency: object, at: str) -> str:
        if not isinstance(currency, str) or not re.fullmatch(r"/?[A-Za-z_]\w*", currency):
            self._refuse(f"{at}/x-currency", "expected `field` for a sibling or `/field` for a field of the root")
        return currency

    def _compiles(self, pattern: str, at: str) -> None:
        try:
            re.compile(pattern)
        except re.error as problem:
            self._refuse(at, f"`{pattern}` is not a regular expression: {problem}")

    def _only(self, schema: Schema, known: set[str], at: str) -> None:
        for keyword in schema.keys() - known - _NOTES:
            self._refuse(f"{at}/{keyword}", f"`{keyword}` is not supported here: known are {listed(sorted(known))}")

    def _refuse(self, at: str, message: str) -> NoReturn:
        raise SchemaInvalid(self._file, at, message)


def _told_by(record: Type, by: str) -> dict[str, Record]:
    """A record of a choice under each word that stands for it; empty when no word does."""
    if isinstance(record, Variants) or not isinstance(record, Record):
        return {}
    match record.fields.get(by):
        case Field(Enum(open=False) as words, required=True):
            return dict.fromkeys(words.values, record)
    return {}
