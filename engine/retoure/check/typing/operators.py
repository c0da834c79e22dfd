"""Operators: logic, comparison, arithmetic, and tests for presence and stages."""

from __future__ import annotations

from ...language import nodes as n
from ...types.kinds import (
    ANYTHING,
    BOOLEAN,
    INTEGER,
    MONEY,
    NUMBER,
    Anything,
    Enum,
    Integer,
    MoneyType,
    Number,
    Optional,
    Text,
    Type,
)
from ..unknown import unknown
from .base import Base
from .fit import bare, comparable, ordered
from .scope import Scope
from .words import a, conversion_help

NUMERIC = (Integer, Number)
MISSING_HELP = "write `default` and the value that stands for a missing one"


class Operators(Base):
    """Types everything with an operator between or before its operands."""

    def _Binary(self, node: n.Binary, scope: Scope, expected: Type | None) -> Type:
        if node.operator in ("and", "or"):
            self.condition(node.left, scope, f"`{node.operator}`")
            asked = self.where(node.left, scope, holds=node.operator == "and")
            self.condition(node.right, asked, f"`{node.operator}`")
            return BOOLEAN
        if node.operator in ("is", "is not"):
            return self._equality(node, scope)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, scope)
        return self._arithmetic(node, scope)

    def _equality(self, node: n.Binary, scope: Scope) -> Type:
        left = self.infer(node.left, scope)
        right = self.infer(node.right, scope, left)
        if not comparable(left, right):
            message = f"{a(bare(left))} is never {a(bare(right))}"
            help = conversion_help(bare(right), bare(left))
            self.say("wrong-comparison", message, node.span, "different types", help=help)
        elif node.operator == "is not":
            self._certain(node, left, right)
        return BOOLEAN

    def _order(self, node: n.Binary, scope: Scope) -> Type:
        left = self.infer(node.left, scope)
        right = self.infer(node.right, scope, left)
        if not ordered(left, right):
            types = f"{a(bare(left))} and {a(bare(right))}"
            message = f"`{node.operator}` goes between numbers, amounts, instants or dates, and these are {types}"
            self.say("wrong-comparison", message, node.span, help=conversion_help(bare(left), NUMBER))
        else:
            self._certain(node, left, right)
        return BOOLEAN

    def _certain(self, node: n.Binary, left: Type, right: Type) -> None:
        for side, kind in ((node.left, left), (node.right, right)):
            if isinstance(kind, Optional):
                message = f"`{node.operator}` on a value that may be missing"
                self.say("test-on-missing", message, side.span, "optional in the schema", help=MISSING_HELP)

    def _arithmetic(self, node: n.Binary, scope: Scope) -> Type:
        left, right = self.infer(node.left, scope), self.infer(node.right, scope)
        for side, kind in ((node.left, left), (node.right, right)):
            if isinstance(kind, Optional):
                self.maybe_missing(side.span, f"`{node.operator}`")
        found = _result(node.operator, bare(left), bare(right))
        if found is not None:
            return found
        message = f"`{node.operator}` does not go between {a(bare(left))} and {a(bare(right))}"
        texts = isinstance(bare(left), Text | Enum) and isinstance(bare(right), Text | Enum)
        help = 'write texts into one another: `"{…} {…}"`' if texts and node.operator == "+" else None
        return self.say("wrong-type", message, node.span, help=help)

    def _Unary(self, node: n.Unary, scope: Scope, expected: Type | None) -> Type:
        if node.operator == "not":
            self.condition(node.operand, scope, "`not`")
            return BOOLEAN
        found = self.infer(node.operand, scope)
        if not isinstance(bare(found), (*NUMERIC, MoneyType, Anything)):
            return self.say("wrong-type", f"`-` goes before a number, and this is {a(bare(found))}", node.span)
        return found

    def _Among(self, node: n.Among, scope: Scope, expected: Type | None) -> Type:
        left = self.infer(node.left, scope)
        for option in node.options:
            kind = self.infer(option, scope, left)
            if not comparable(left, kind):
                self.say("wrong-comparison", f"{a(bare(left))} is never {a(bare(kind))}", option.span)
        return BOOLEAN

    def _Presence(self, node: n.Presence, scope: Scope, expected: Type | None) -> Type:
        self.infer(node.operand, scope)
        return BOOLEAN

    def _Reached(self, node: n.Reached, scope: Scope, expected: Type | None) -> Type:
        track = self.facts.track
        name = node.operand.name if isinstance(node.operand, n.NameRef) else ""
        if track is None or name != track.name.text:
            help = f"write `{track.name} reached {node.stage}`" if track else None
            message = f"only what is followed reaches `{node.stage}`"
            return self.say("unknown-track", message, node.operand.span, "is not followed", help=help)
        if node.stage.text not in self.facts.stages:
            self.report(unknown("unknown-stage", "stage", node.stage, self.facts.stages))
        return BOOLEAN


def _result(operator: str, left: Type, right: Type) -> Type | None:
    """What arithmetic gives; None when the two do not go together."""
    if isinstance(left, Anything) or isinstance(right, Anything):
        return ANYTHING
    if isinstance(left, NUMERIC) and isinstance(right, NUMERIC):
        whole = isinstance(left, Integer) and isinstance(right, Integer) and operator != "/"
        return INTEGER if whole else NUMBER
    return MONEY if _makes_money(operator, left, right) else None


def _makes_money(operator: str, left: Type, right: Type) -> bool:
    money, other = isinstance(left, MoneyType), isinstance(right, MoneyType)
    if operator in "+-":
        return money and other
    if operator == "*":
        return (money and isinstance(right, NUMERIC)) or (other and isinstance(left, NUMERIC))
    return money and isinstance(right, NUMERIC)
