"""The text of one generated function: how records, fields and lists are walked, which lifting and lowering share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ..kinds import Anything, Field, ListOf, Opaque, Optional, Record, Type, Variants
from .functions import Function

SMALL: Final = 12
"""Fields of records that are written where they stand."""


class GaveUp(Exception):
    """The value is not as usual: the reference takes it, and finds the words if it is wrong."""


class Body(ABC):
    """Collects the lines of `function(value, root)`. Names of fields enter as constants (`repr`), never as code.

    `nested` gives the functions of the records inside; one that is used twice is generated once.
    """

    def __init__(self, nested: Callable[[Type], Function]) -> None:
        self._nested = nested
        self._lines: list[str] = []
        self._bound: dict[str, Any] = {"GaveUp": GaveUp}
        self._depth = 1
        self._names = 0

    @abstractmethod
    def plain(self, name: str, type_: Type, beside: str) -> str:
        """Writes lines that test the value of the variable `name`, and answers with the expression of what it becomes.

        `beside` is the variable of the record that holds it.
        """

    @abstractmethod
    def only_known(self, made: str, value: str, type_: Record) -> None:
        """Writes lines that give up on fields a record does not have, where they are not left out."""

    def function(self, type_: Type) -> Function:
        """The function of a record or a list."""
        self.line(f"return {self._variants(type_) if isinstance(type_, Variants) else self._whole(type_)}")
        return self._made()

    def text(self) -> str:
        return "\n".join(["def function(value, root):", *self._lines])

    # ---- lines

    def line(self, text: str) -> None:
        self._lines.append("    " * self._depth + text)

    def unless(self, condition: str) -> None:
        """Gives up unless a condition holds."""
        self.line(f"if not ({condition}): raise GaveUp")

    def bind(self, value: Any) -> str:
        """The name under which lines find an object."""
        name = f"b{len(self._bound)}"
        self._bound[name] = value
        return name

    def constant(self, value: Any) -> str:
        """An expression for a limit: whole numbers written out, all others bound."""
        return repr(value) if type(value) is int else self.bind(value)

    def kept(self, expression: str) -> str:
        """A new variable that holds the value of an expression."""
        self._names += 1
        self.line(f"v{self._names} = {expression}")
        return f"v{self._names}"

    @contextmanager
    def _under(self, head: str) -> Iterator[None]:
        self.line(head)
        self._depth += 1
        yield
        self._depth -= 1

    def _made(self) -> Function:
        names = dict(self._bound)
        exec(compile(self.text(), "<generated from a type>", "exec"), names)
        found: Function = names["function"]
        return found

    # ---- values

    def _whole(self, type_: Type) -> str:
        return self._record("value", type_) if isinstance(type_, Record) else self._value("value", type_, "value")

    def _value(self, name: str, type_: Type, beside: str) -> str:
        """The expression of what the value of a variable becomes, after lines that test it."""
        if isinstance(type_, Record):
            inside = _is_small(type_)
            return self._record(name, type_) if inside else f"{self.bind(self._nested(type_))}({name}, root)"
        if isinstance(type_, ListOf):
            return self._list(name, type_, beside)
        return self.plain(name, type_, beside)

    def _record(self, value: str, type_: Record) -> str:
        """The variable of the record made of the one in the variable `value`."""
        self.unless(f"type({value}) is dict")
        fields = list(type_.fields.items())
        sure = next((at for at, (_, field) in enumerate(fields) if not field.required), len(fields))
        first = [(name, self._required(value, name, field)) for name, field in fields[:sure]]
        made = self.kept(f"{{{', '.join(f'{name!r}: {part}' for name, part in first)}}}")
        for name, field in fields[sure:]:
            self._added(made, value, name, field)
        self.only_known(made, value, type_)
        return made

    def _required(self, value: str, name: str, field: Field) -> str:
        """A field that is missing raises KeyError, and null is of no type but one without a schema."""
        found = self.kept(f"{value}[{name!r}]")
        made = self._value(found, field.type, value)
        if isinstance(field.type, Opaque | Anything):
            self.unless(f"{found} is not None")
        return made if made.isidentifier() else self.kept(made)

    def _added(self, made: str, value: str, name: str, field: Field) -> None:
        if field.required:
            self.line(f"{made}[{name!r}] = {self._required(value, name, field)}")
            return
        found = self.kept(f"{value}.get({name!r})")
        with self._under(f"if {found} is not None:"):
            self.line(f"{made}[{name!r}] = {self._value(found, field.type, value)}")

    def _list(self, name: str, type_: ListOf, beside: str) -> str:
        self.unless(f"type({name}) is list")
        if type_.some:
            self.unless(name)
        made = self.kept("[]")
        element = f"e{self._names}"
        with self._under(f"for {element} in {name}:"):
            self.line(f"{made}.append({self._element(element, type_.item, beside)})")
        return made

    def _element(self, name: str, type_: Type, beside: str) -> str:
        if not isinstance(type_, Optional):
            return self._value(name, type_, beside)
        made = self.kept("None")
        with self._under(f"if {name} is not None:"):
            self.line(f"{made} = {self._value(name, type_.of, beside)}")
        return made

    def _variants(self, type_: Variants) -> str:
        choices: Mapping[str, Function] = {word: self._nested(record) for word, record in type_.choices.items()}
        self.unless("type(value) is dict")
        return f"{self.bind(choices)}[value[{type_.by!r}]](value, root)"


def _is_small(type_: Record) -> bool:
    """Whether a record is written where it stands: a call costs as much as some fields."""
    plain = all(not isinstance(field.type, Record | ListOf) for field in type_.fields.values())
    return plain and len(type_.fields) <= SMALL and not isinstance(type_, Variants)
