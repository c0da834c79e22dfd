"""Code for table lookups, built-in functions, and calls of maps and templates."""

from __future__ import annotations

import enum
from typing import Any

from ..check.table_rows import key_text
from ..functions import FUNCTIONS, Function
from ..language import nodes as n
from ..runtime.evaluate import CONSTANTS
from ..types.kinds import Anything, Enum, Text, Type
from .base import GiveUp, Unsupported
from .fallbacks import Fallbacks

Keys = tuple[str, ...]


class Row(enum.Enum):
    """What stands in a table for a row whose value is no constant."""

    ASK = "the interpreter is asked"


ASK: Any = Row.ASK


def answered(value: Any) -> Any:
    """The value of a row. Gives up where only the interpreter knows it."""
    if value is ASK:
        raise GiveUp
    return value


def rendered(text: str, values: dict[str, Any]) -> str:
    """A long text with its values filled in. Raises TemplateFailed."""
    from ..templating import render

    return render(text, values)


class Calls(Fallbacks):
    """Everything that is named and given values."""

    def _Lookup(self, node: n.Lookup) -> str:
        name = node.of.name if isinstance(node.of, n.NameRef) else ""
        table = self.facts.tables.get(name)
        if table is None:
            raise Unsupported(f"table {name}")
        kinds = [self.facts.type_of(reference) or Anything() for reference in table.keys]
        keys = [self._key(key, kind) for key, kind in zip(node.keys, kinds, strict=True)]
        rows = self.out.bind(self.definitions.constant_rows(name))
        key = keys[0] if len(keys) == 1 else f"({', '.join(keys)})"
        other = row_value(table.otherwise) if table.otherwise else ASK
        asks = other is ASK or ASK in self.definitions.constant_rows(name).values()
        found = f"{rows}.get({key}, {self.out.constant(other)})"
        return f"{self.out.bind(answered)}({found})" if asks else found

    def _key(self, node: n.Expression, kind: Type) -> str:
        """The key as rows are found by it: the value itself, where it is in the spelling of the schema already."""
        if isinstance(kind, Text) and self.kind(node) in (Text, Enum) and not self.may_miss(node):
            return self.expr(node)
        if isinstance(kind, Enum) and (not kind.fold or self.types.of(node) == kind) and not self.may_miss(node):
            return self.expr(node)
        return f"{self.out.bind(key_text)}({self.out.bind(kind)}, {self.expr(node)})"

    def _CallExpr(self, node: n.CallExpr) -> str:
        if isinstance(node.callee, n.Member):
            return self._function(self.definitions.template_function(node.callee.name.text), node)
        name = node.callee.name if isinstance(node.callee, n.NameRef) else ""
        if name in FUNCTIONS:
            return self._built_in(FUNCTIONS[name], node)
        if name in self.definitions.texts:
            return self._long_text(name, node)
        if name in self.facts.maps:
            return self._function(self.definitions.map_function(name), node)
        raise Unsupported(name)

    def _function(self, function: Any, node: n.CallExpr) -> str:
        given = ", ".join(["now", "reached", *map(self.expr, node.arguments)])
        return f"{self.out.bind(function)}({given})"

    def _long_text(self, name: str, node: n.CallExpr) -> str:
        names, text, _ = self.definitions.texts[name]
        values = ", ".join(f"{each!r}: {self.expr(value)}" for each, value in zip(names, node.arguments, strict=True))
        return f"{self.out.bind(rendered)}({self.out.bind(text)}, {{{values}}})"

    def _built_in(self, function: Function, node: n.CallExpr) -> str:
        """Without its own tests, where no parameter has a limit and no value may be missing."""
        given = ", ".join(map(self.expr, node.arguments))
        limits = any(parameter.limit is not None for parameter in function.parameters)
        if limits or any(map(self.may_miss, node.arguments)):
            return f"{self.out.bind(function)}.call(({given},))"
        return f"{self.out.bind(function.run)}({given})"


def row_value(row: n.RowNode) -> Any:
    """The value of a row that says it in a word, a text or a number; ASK for any other."""
    value = row.value
    if isinstance(value, n.TextLiteral) and value.constant is not None:
        return value.constant
    if isinstance(value, n.NumberLiteral):
        return int(value.value) if value.whole else value.value
    if isinstance(value, n.NameRef) and value.name not in ("now", "key"):
        return CONSTANTS.get(value.name, value.name)
    return ASK
