"""What the first conditions of a rule ask: which of it can be looked up in a dictionary, and which may be left out.

A rule is left out where a path does not have a value that one of its first conditions asks for. That is right only if
the interpreter, too, would find that this condition does not hold, and would not stop before it: everything asked
before must be `total`, so that it holds or does not hold, and never ends in an outcome or a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..check.rule_scopes import track_scope, typed_steps
from ..language import nodes as n
from ..runtime.evaluate import CONSTANTS
from ..types.kinds import Boolean, Enum, Integer, Record, Text, Type
from .base import Base, Types
from .operators import ORDERED
from .paths import path

Value = str | int | bool
KEYS: Mapping[type[Type], type] = {Text: str, Enum: str, Integer: int, Boolean: bool}
"""Types whose values a dictionary finds exactly as `is` compares them."""


@dataclass(frozen=True)
class Asks:
    """`return.note is "x"`, `return.reason is one of (…)`: a path that must have one of some values.

    `place` is that of the part of the conditions that says so.
    """

    place: int
    path: str
    node: n.Member
    values: tuple[Value, ...]


@dataclass(frozen=True)
class First:
    """One of the conditions a rule begins with; the rule goes on at step `then` where it holds."""

    node: n.Expression
    then: int


def first_conditions(facts: Any, types: Types, rule: n.RuleNode) -> tuple[First, ...]:
    """The conditions before anything else a rule does, typed one after the other."""
    found: list[First] = []
    trigger = rule.trigger
    if trigger is not None and trigger.condition is not None:
        types.infer(trigger.condition, track_scope(facts))
        found.append(First(trigger.condition, 0))
    for number, inside in enumerate(typed_steps(facts, types, rule)):
        if not isinstance(inside.step, n.IfStep):
            break
        types.infer(inside.step.condition, inside.scope)
        found.append(First(inside.step.condition, number + 1))
    return tuple(found)


class Questions:
    """Reads conditions of rules, with the types that `base` knows of their expressions."""

    def __init__(self, base: Base) -> None:
        self._base = base

    def looked_up(self, asked: Sequence[n.Expression]) -> Mapping[str, Asks]:
        """Of parts that are asked one after the other, those that can be looked up, by their paths."""
        found: dict[str, Asks] = {}
        for place, part in enumerate(asked):
            asks = self._asks(place, part)
            if asks is not None:
                found.setdefault(asks.path, asks)
            elif not self._total(part):
                break
        return found

    def _asks(self, place: int, node: n.Expression) -> Asks | None:
        if isinstance(node, n.Binary) and node.operator == "is":
            return self._of(place, node.left, (node.right,)) or self._of(place, node.right, (node.left,))
        return self._of(place, node.left, node.options) if isinstance(node, n.Among) else None

    def _of(self, place: int, node: n.Expression, options: Sequence[n.Expression]) -> Asks | None:
        kind = KEYS.get(self._base.kind(node))
        values = tuple(map(self._constant, options))
        if kind is None or not isinstance(node, n.Member) or not self._is_path(node):
            return None
        return Asks(place, path(node), node, values) if all(type(value) is kind for value in values) else None

    def _is_path(self, node: n.Expression) -> bool:
        """Whether an expression reads fields of records, beginning with the followed one."""
        if not isinstance(node, n.Member):
            return isinstance(node, n.NameRef) and node.name in self._base.variables
        return self._base.kind(node.of) is Record and self._is_path(node.of)

    def _constant(self, node: n.Expression) -> Any:
        if isinstance(node, n.TextLiteral):
            return node.constant
        if isinstance(node, n.NumberLiteral):
            return int(node.value) if node.whole else None
        if isinstance(node, n.Member) and self._base.is_setting(node):
            return self._base.definitions.settings.get(node.name.text)
        return CONSTANTS.get(node.name, node.name) if isinstance(node, n.NameRef) and self._base.is_word(node) else None

    def _total(self, node: n.Alternative) -> bool:
        """Whether a value or a condition is there or not, without ever ending in an outcome or a failure."""
        if isinstance(node, n.NameRef | n.NumberLiteral | n.Reached):
            return True
        if isinstance(node, n.TextLiteral):
            return node.constant is not None
        if isinstance(node, n.Member):
            return self._base.is_setting(node) or self._is_path(node)
        if isinstance(node, n.Presence | n.Unary):
            return (isinstance(node, n.Presence) or node.operator == "not") and self._total(node.operand)
        if isinstance(node, n.Among):
            return all(map(self._total, (node.left, *node.options)))
        if isinstance(node, n.Default):
            return self._total(node.operand) and self._total(node.fallback)
        return isinstance(node, n.Binary) and self._total_operator(node)

    def _total_operator(self, node: n.Binary) -> bool:
        sides = (node.left, node.right)
        if node.operator in ("<", "<=", ">", ">="):
            known = all(self._base.kind(side) in ORDERED and not self._base.may_miss(side) for side in sides)
            return known and all(map(self._total, sides))
        return node.operator in ("is", "is not", "and", "or") and all(map(self._total, sides))
