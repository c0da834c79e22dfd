"""Code for names, paths and constants: one dictionary read for each prefix that paths share."""

from __future__ import annotations

from typing import Any

from ..language import nodes as n
from ..runtime.evaluate import CONSTANTS
from ..types.kinds import Record, Variants
from .base import Base, Unsupported


def field_of(record: Any, name: str) -> Any:
    """The field of a value that may be no record."""
    return record.get(name) if isinstance(record, dict) else None


class Paths(Base):
    """Names, fields of records, settings."""

    def _NameRef(self, node: n.NameRef) -> str:
        if node.name in self.variables:
            return self.variables[node.name]
        return "now" if node.name == "now" else self.out.constant(CONSTANTS.get(node.name, node.name))

    def _NumberLiteral(self, node: n.NumberLiteral) -> str:
        return self.out.constant(int(node.value) if node.whole else node.value)

    def _Member(self, node: n.Member) -> str:
        if self.is_setting(node):
            return self._setting(node.name.text)
        base, field = self.name(node.of), repr(node.name.text)
        known = self.read.get((base, field))
        if known is not None:
            return known
        expression = self._field(node, base, field)
        if self.uses[path(node)] == 1:
            return expression
        self.read[base, field] = self.out.keep(expression)
        return self.read[base, field]

    def _setting(self, name: str) -> str:
        value = self.definitions.settings.get(name)
        if value is None:
            raise Unsupported(f"setting {name}")
        return self.out.constant(value)

    def _field(self, node: n.Member, base: str, field: str) -> str:
        if self.kind(node.of) not in (Record, Variants):
            return f"{self.out.bind(field_of)}({base}, {field})"
        if self.may_miss(node.of):
            return f"(None if {base} is None else {base}.get({field}))"
        return f"{base}.get({field})" if self.may_miss(node) else f"{base}[{field}]"


def path(node: n.Alternative) -> str:
    """A path as one text, to count its uses."""
    if isinstance(node, n.Member):
        return f"{path(node.of)}.{node.name}"
    return node.name if isinstance(node, n.NameRef) else f"<{id(node)}>"
