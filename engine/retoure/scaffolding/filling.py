"""Which value of the followed record fits which field of a platform? Only what has the same name and type.

Words become words through a table. What nobody can know is a hold that says TODO: the mapping checks, sends nothing
wrong, and shows what is left to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..types.kinds import Boolean, Day, Enum, Field, Instant, Integer, ListOf, Number, Record, Text, Type, Variants
from .names import letters, quoted, snake, word

SAME = (Boolean, Day, Instant, Number)
DEEP = 2
"""How many records inside records are looked through."""


@dataclass(frozen=True)
class Value:
    """A single value of what is followed, as a mapping names it: `return.order.external_id`."""

    path: str
    type: Type
    optional: bool
    personal: bool

    @property
    def names(self) -> tuple[str, ...]:
        """What a field of the same meaning may be called: `id`, and for `return.id` also `returnid`."""
        parts = self.path.split(".")
        last = (letters(parts[-1]),)
        return (*last, letters("".join(parts))) if len(parts) == 2 else last


@dataclass(frozen=True)
class Row:
    key: str
    value: str


@dataclass(frozen=True)
class Table:
    """A table still to be judged by people: each word as it is, or a hold where there is no such word."""

    name: str
    key: str
    result: str
    rows: tuple[Row, ...]
    closed: bool


@dataclass(frozen=True)
class Assignment:
    """One line of a map; `todo` says what the schema tells of a field that nobody could fill."""

    target: str
    value: str
    todo: str = ""


@dataclass(frozen=True)
class Filled:
    """The lines of a map, the tables they need, and the optional fields that are left."""

    assignments: tuple[Assignment, ...]
    tables: tuple[Table, ...]
    left: tuple[str, ...]

    @property
    def found(self) -> int:
        """How many fields have a value."""
        return sum(not line.todo for line in self.assignments)


def values_of(name: str, record: Record, *, optional: bool = False, deep: int = DEEP) -> Iterator[Value]:
    """Every single value below a variable, what stands highest first."""
    inside: list[tuple[str, Field]] = []
    for field_name, field in record.fields.items():
        if isinstance(field.type, Record):
            inside.append((f"{name}.{field_name}", field))
        elif not isinstance(field.type, ListOf):
            yield Value(f"{name}.{field_name}", field.type, optional or not field.required, field.personal)
    for path, field in inside:
        if deep and isinstance(field.type, Record) and not isinstance(field.type, Variants):
            yield from values_of(path, field.type, optional=optional or not field.required, deep=deep - 1)


def filled(target: Record, values: Sequence[Value], name: str, team: str) -> Filled:
    """A map to `target` called `name`, with what is known of it."""
    assignments, tables, left = [], [], []
    for field_name, field in target.fields.items():
        value, table = _match(field_name, field, values, f"{name}_{snake(field_name)}")
        if value is not None:
            assignments.append(_assigned(field_name, field, value, table, team))
            tables += [table] if table else []
        elif field.required:
            hold = f'hold "TODO: what is {field_name} of {target}?" for {team}'
            assignments.append(Assignment(field_name, hold, f"{field.type}. {field.description}".strip(" .")))
        else:
            left.append(field_name)
    return Filled(tuple(assignments), tuple(tables), tuple(left))


def _match(name: str, field: Field, values: Iterable[Value], table: str) -> tuple[Value | None, Table | None]:
    for value in values:
        if letters(name) in value.names and (field.personal or not value.personal):
            if isinstance(value.type, Enum) and isinstance(field.type, Enum | Text):
                return (
                    (value, _table(table, value.type, field.type)) if _named(value.type, field.type) else (None, None)
                )
            if _fits(value.type, field.type):
                return value, None
    return None, None


def _assigned(name: str, field: Field, value: Value, table: Table | None, team: str) -> Assignment:
    held = f'{value.path} default hold "TODO: what if {value.path} is missing?" for {team}'
    if table is not None:
        return Assignment(name, f"{table.name}[{held if value.optional else value.path}]")
    return Assignment(name, held if value.optional and field.required else value.path)


def _named(words: Enum, result: Enum | Text) -> bool:
    """Whether a table can be written down: both sets of words need a name."""
    return bool(words.name and (isinstance(result, Text) or result.name))


def _table(name: str, words: Enum, result: Enum | Text) -> Table:
    rows = tuple(Row(word(one), _answer(one, result)) for one in words.values)
    return Table(name, words.name, str(result), rows, closed=not words.open)


def _answer(one: str, result: Enum | Text) -> str:
    """What stands in a row: the word itself when the other side has it, nothing when a person has to say."""
    if isinstance(result, Text):
        return quoted(one)
    return word(one) if one in result.values else ""


def _fits(source: Type, target: Type) -> bool:
    if isinstance(source, Text) and isinstance(target, Text):
        same = not target.pattern or source.pattern == target.pattern
        short = target.max_length is None or (source.max_length or target.max_length + 1) <= target.max_length
        return same and short
    if isinstance(source, Integer) and isinstance(target, Integer):
        return _at_least(source.minimum, target.minimum) and _at_most(source.maximum, target.maximum)
    return isinstance(source, SAME) and type(source) is type(target)


def _at_least(have: int | None, need: int | None) -> bool:
    return need is None or (have is not None and have >= need)


def _at_most(have: int | None, need: int | None) -> bool:
    return need is None or (have is not None and have <= need)
