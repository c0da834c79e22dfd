"""The text of generated functions: lines of Python, each with the place in the mapping it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from ..source import Span

INDENT = "    "
NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of Python and the part of the mapping it comes from."""

    text: str
    span: Span


@dataclass
class Writer:
    """Collects lines. Nothing of a mapping gets into them but by `constant` and `bind`, so none of it is ever code.

    `bound` holds the objects that lines refer to by name.
    """

    lines: list[Line] = field(default_factory=list)
    bound: dict[str, Any] = field(default_factory=dict)
    span: Span = NOWHERE
    _depth: int = 0
    _names: int = 0
    _known: dict[int, str] = field(default_factory=dict)

    def line(self, text: str) -> None:
        self.lines.append(Line(INDENT * self._depth + text, self.span))

    def fresh(self) -> str:
        """A name for a variable that no other has."""
        self._names += 1
        return f"v{self._names}"

    def keep(self, expression: str) -> str:
        """The name of a variable that holds the value of an expression."""
        if expression.isidentifier():
            return expression
        name = self.fresh()
        self.line(f"{name} = {expression}")
        return name

    def bind(self, value: Any) -> str:
        """The name under which lines find an object."""
        name = self._known.setdefault(id(value), f"b{len(self._known) + 1}")
        self.bound[name] = value
        return name

    def constant(self, value: Any) -> str:
        """An expression for a value known now: plain ones written out, all others bound."""
        plain = value is None or type(value) in (str, bool, int)
        return repr(value) if plain else self.bind(value)

    @contextmanager
    def indented(self) -> Iterator[None]:
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    @contextmanager
    def at(self, span: Span) -> Iterator[None]:
        """Lines written inside stand for this part of the mapping."""
        before, self.span = self.span, span
        try:
            yield
        finally:
            self.span = before

    @contextmanager
    def aside(self) -> Iterator[list[Line]]:
        """Lines written inside are put aside, for the caller to place with `place`."""
        before, self.lines = self.lines, []
        aside = self.lines
        try:
            yield aside
        finally:
            self.lines = before

    def place(self, lines: list[Line]) -> None:
        """Writes lines that were put aside at this depth, one step further in."""
        self.lines += [replace(line, text=INDENT + line.text) for line in lines]
