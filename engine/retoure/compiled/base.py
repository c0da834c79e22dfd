"""What generating code for every kind of expression shares."""

from __future__ import annotations

from collections import ChainMap, Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..check import Facts
from ..check.typing import Scope, Typer
from ..check.typing.fit import bare
from ..language import nodes as n
from ..types.kinds import Anything, Opaque, Optional, Record, Type
from .writer import Line, Writer


class GiveUp(Exception):
    """What a generated function raises when the interpreter has to answer."""


class Unsupported(Exception):
    """No function can be generated for an expression: it is interpreted."""


class Types(Typer):
    """Types the expressions of one function once more, and remembers what each one is."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self._found: dict[int, tuple[Type, n.Alternative]] = {}  # the node is kept: no other one gets its id

    def infer(self, node: n.Alternative, scope: Scope, expected: Type | None = None) -> Type:
        found = super().infer(node, scope, expected)
        known, _ = self._found.setdefault(id(node), (found, node))
        if isinstance(known, Anything):
            self._found[id(node)] = found, node
        elif known != found and not isinstance(found, Anything):
            self._found[id(node)] = Opaque(), node
        return found

    def of(self, node: n.Alternative) -> Type:
        """The type of an expression; without a schema, where it is of several types."""
        known = self._found.get(id(node))
        return Anything() if known is None else known[0]


class Base:
    """Writes the code of expressions of one function. `code` is where maps and settings are found.

    A class built on this one has a method for each kind of node, which returns a Python expression; what cannot be
    said in an expression is written as lines before. `variables` says which Python name stands for a variable of the
    mapping.
    """

    def __init__(self, facts: Facts, definitions: Any, types: Types, writer: Writer) -> None:
        self.facts = facts
        self.definitions = definitions
        self.types = types
        self.out = writer
        self.variables: Mapping[str, str] = {}
        self.read: ChainMap[tuple[str, str], str] = ChainMap()
        self.uses: Counter[str] = Counter()
        self.elements: set[str] = set()

    def expr(self, node: n.Alternative) -> str:
        """A Python expression for the value, to be evaluated once and at this place."""
        with self.out.at(node.span):
            method = getattr(self, "_" + type(node).__name__, None)
            if method is None:
                raise Unsupported(type(node).__name__)
            found: str = method(node)
            return found

    def name(self, node: n.Alternative) -> str:
        """A Python name or constant for the value, which may be evaluated several times."""
        expression = self.expr(node)
        with self.out.at(node.span):
            return expression if is_atom(expression) else self.out.keep(expression)

    def truth(self, node: n.Expression) -> str:
        """A Python expression that is true when the value is."""
        expression = self.expr(node)
        return expression if self.surely_boolean(node) else f"({expression} is True)"

    def surely_boolean(self, node: n.Alternative) -> bool:
        compares = isinstance(node, n.Binary) and node.operator not in "+-*/"
        negates = isinstance(node, n.Unary) and node.operator == "not"
        return compares or negates or isinstance(node, n.Among | n.Presence | n.Reached)

    def kind(self, node: n.Alternative) -> type[Type]:
        """The class of a value's type, whether it may be missing or not."""
        return type(bare(self.types.of(node)))

    def may_miss(self, node: n.Alternative) -> bool:
        """Whether a value may be missing, as far as the schema tells."""
        if isinstance(node, n.TextLiteral | n.NumberLiteral) or self.is_word(node) or self.is_setting(node):
            return False
        kind = self.types.of(node)
        return isinstance(kind, Optional | Anything | Opaque) or (
            self.is_element(node) and not isinstance(kind, Record)
        )

    def is_element(self, node: n.Alternative) -> bool:
        """Whether a name stands for an element of a list, which no schema keeps from being null."""
        return isinstance(node, n.NameRef) and self.variables.get(node.name) in self.elements

    def is_word(self, node: n.Alternative) -> bool:
        """Whether a name is no variable but a word that stands for itself."""
        return isinstance(node, n.NameRef) and node.name not in self.variables and node.name != "now"

    def is_setting(self, node: n.Alternative) -> bool:
        """Whether a path names a setting, whose value is known now."""
        named = isinstance(node, n.Member) and isinstance(node.of, n.NameRef) and node.of.name == "setting"
        return named and "setting" not in self.variables

    @contextmanager
    def branch(self) -> Iterator[list[Line]]:
        """Lines that are perhaps not run: what is read in them is not known after them."""
        self.read = self.read.new_child()
        try:
            with self.out.aside() as lines:
                yield lines
        finally:
            self.read = self.read.parents

    @contextmanager
    def naming(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Inside, these variables are known, too."""
        before, self.variables = self.variables, {**self.variables, **variables}
        try:
            yield
        finally:
            self.variables = before

    def give_up(self) -> None:
        self.out.line(f"raise {self.out.bind(GiveUp)}")


def is_atom(expression: str) -> bool:
    """Whether an expression is a name or a constant."""
    return expression.isidentifier() or expression in ("()",) or expression[0] in "'\"" or expression.isdecimal()
