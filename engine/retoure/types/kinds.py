"""The types of the mapping language, as plain data.

What a value of each type is at run time: `Text` str, `Integer` int, `Number` decimal.Decimal, `Boolean` bool,
`Instant` aware datetime (UTC), `Day` date, `MoneyType` :class:`Money`, `Enum` str (in the spelling of the schema when
known), `Record` dict without the missing fields, `ListOf` list, `Opaque` the JSON value as it came. Null and missing
read the same: the key is absent, the value is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


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


@dataclass(frozen=True, slots=True)
class Boolean:
    def __str__(self) -> str:
        return "yes or no"


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment on the time line (UTC)."""

    def __str__(self) -> str:
        return "instant"


@dataclass(frozen=True, slots=True)
class Day:
    def __str__(self) -> str:
        return "date"


@dataclass(frozen=True, slots=True)
class MoneyType:
    """An amount that knows its currency. `currency` says where the schema finds it: a sibling or `/root` field.

    `minor` is true where the platform writes whole minor units (cents) instead of a decimal amount.
    """

    currency: str = ""
    minor: bool = False

    def __str__(self) -> str:
        return "money"


@dataclass(frozen=True, slots=True)
class Enum:
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


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a record; `required` means present and not null, `personal` that it says who a person is."""

    type: Type
    required: bool
    description: str = ""
    personal: bool = False


@dataclass(frozen=True)
class Record:
    """A JSON object: its name (`reveni.Return`) and its fields."""

    name: str
    fields: Mapping[str, Field] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name or "record"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; `some` means that it has at least one element."""

    item: Type
    some: bool = False

    def __str__(self) -> str:
        return f"list of {self.item}"


@dataclass(frozen=True, slots=True)
class Opaque:
    """No schema: usable only through `as`, or passed on whole into an opaque field."""

    def __str__(self) -> str:
        return "value without a schema"


@dataclass(frozen=True, slots=True)
class Anything:
    """The type of something already reported as wrong: fits everywhere, so that one cause gives one finding."""

    def __str__(self) -> str:
        return "anything"


@dataclass(frozen=True, slots=True)
class Optional:
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


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in major units (`76.48`) and its ISO 4217 currency code (`EUR`)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
