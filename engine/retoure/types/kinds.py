"""The types of the mapping language, as plain data.

What a value of each type is at run time: `Text` str, `Integer` int, `Number` decimal.Decimal, `Boolean` bool,
`Instant` aware datetime (UTC), `Day` date, `MoneyType` :class:`Money`, `Enum` str (in the spelling of the schema when
known), `Record` dict without the missing fields, `ListOf` list, `Opaque` the JSON value as it came. Null and missing
read the same: the key is absent, the value is None.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import final

from msgspec import Struct


@dataclass(frozen=True, slots=True)
class Text:
    """Text; `pattern`, `min_length` and `max_length` (characters) bound a field, they do not make another type."""

    pattern: str = field(default="", compare=False)
    min_length: int = field(default=0, compare=False)
    max_length: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return "text"


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number; `minimum` and `maximum` (inclusive) bound a field, they do not make another type."""

    minimum: int | None = field(default=None, compare=False)
    maximum: int | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return "integer"


@dataclass(frozen=True, slots=True)
class Number:
    """An exact decimal; `quoted` is true where the platform writes it as a string (`"12.50"`)."""

    quoted: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return "decimal"


class Boolean(Struct, frozen=True):
    def __str__(self) -> str:
        return "yes or no"


class Instant(Struct, frozen=True):
    """A moment on the time line (UTC)."""

    def __str__(self) -> str:
        return "instant"


class Day(Struct, frozen=True):
    def __str__(self) -> str:
        return "date"


class MoneyType(Struct, frozen=True):
    """An amount that knows its currency. `currency` says where the schema finds it: a sibling or `/root` field.

    `minor` is true where the platform writes whole minor units (cents) instead of a decimal amount.
    """

    currency: str = ""
    minor: bool = False

    def __str__(self) -> str:
        return "money"


class Enum(Struct, frozen=True):
    """A set of words. An open one may hold words the schema does not know; `fold` ignores upper and lower case."""

    name: str
    values: tuple[str, ...]
    open: bool = False
    fold: bool = False

    def __str__(self) -> str:
        return self.name or "one of (" + ", ".join(self.values) + ")"

    def canonical(self, value: str) -> str:
        """`value` in the spelling of the schema, or as it came when the schema does not know it."""
        if not self.fold:
            return value
        return next((known for known in self.values if known.lower() == value.lower()), value)


class Field(Struct, frozen=True):
    """A field of a record; `required` means present and not null, `personal` that it says who a person is."""

    type: Type
    required: bool
    description: str = ""
    personal: bool = False


class Record(Struct, frozen=True):
    """A JSON object: its name (`reveni.Return`) and its fields."""

    name: str
    fields: Mapping[str, Field] = {}

    def __str__(self) -> str:
        return self.name or "record"


class Variants(Record, frozen=True):
    """One of several records, told apart by the word in the field `by`: `choices` holds the record of each word.

    `fields` are those that can be named before it is known which one it is: what every choice has is as sure as there,
    what only some have may be missing.
    """

    by: str = ""
    choices: Mapping[str, Record] = {}

    def choice(self, word: object) -> Record | None:
        """The record of a word, None for a word that stands for none."""
        return self.choices.get(word) if isinstance(word, str) else None

    def narrowed(self, words: Collection[str]) -> Record:
        """What it is when `by` is one of these words; itself when they leave it open."""
        left = {word: record for word, record in self.choices.items() if word in words}
        records = list({record.name: record for record in left.values()}.values())
        if len(records) == 1:
            return records[0]
        return variants(self.name, self.by, left) if 0 < len(left) < len(self.choices) else self


def variants(name: str, by: str, choices: Mapping[str, Record]) -> Variants:
    """Records told apart by `by`. A field that has two types in them cannot be named before it is known which it is."""
    records = list({record.name: record for record in choices.values()}.values())
    fields = {by: Field(Enum("", tuple(choices)), required=True)}
    for each in dict.fromkeys(each for record in records for each in record.fields if each != by):
        found = [record.fields[each] for record in records if each in record.fields]
        if all(item.type == found[0].type for item in found):
            everywhere = len(found) == len(records) and all(item.required for item in found)
            personal = any(item.personal for item in found)
            fields[each] = Field(found[0].type, everywhere, found[0].description, personal)
    return Variants(name, fields, by, choices)


class ListOf(Struct, frozen=True):
    """A list; `some` means that it has at least one element."""

    item: Type
    some: bool = False

    def __str__(self) -> str:
        return f"list of {self.item}"


class Opaque(Struct, frozen=True):
    """No schema: usable only through `as`, or passed on whole into an opaque field."""

    def __str__(self) -> str:
        return "value without a schema"


class Anything(Struct, frozen=True):
    """The type of something already reported as wrong: fits everywhere, so that one cause gives one finding."""

    def __str__(self) -> str:
        return "anything"


class Optional(Struct, frozen=True):
    """A value that may be missing."""

    of: Type

    def __str__(self) -> str:
        return f"optional {self.of}"


Type = (
    Text
    | Integer
    | Number
    | Boolean
    | Instant
    | Day
    | MoneyType
    | Enum
    | Record
    | ListOf
    | Opaque
    | Anything
    | Optional
)

TEXT, INTEGER, NUMBER = Text(), Integer(), Number()
BOOLEAN, INSTANT, DAY, MONEY, ANYTHING = Boolean(), Instant(), Day(), MoneyType(), Anything()
"""The types that need no more than their name, for those who ask for them often."""


def every_record(kinds: Iterable[Type]) -> Iterator[Record]:
    """All records in these types: also records in records, and every choice."""
    waiting, seen = list(kinds), set[int]()
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, ListOf):
            waiting.append(kind.item)
        elif isinstance(kind, Optional):
            waiting.append(kind.of)
        elif isinstance(kind, Record) and id(kind) not in seen:
            seen.add(id(kind))
            yield kind
            waiting += (field.type for field in kind.fields.values())
            waiting += kind.choices.values() if isinstance(kind, Variants) else ()


@final
class Money(Struct, frozen=True):
    """An exact amount in major units (`76.48`) and its ISO 4217 currency code (`EUR`)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
