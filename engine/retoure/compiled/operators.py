"""Code for operators. Where the types are known to be plain, Python's own operators do the same as the language's."""

from __future__ import annotations

from ..language import nodes as n
from ..runtime.values import before, combine, equal
from ..types.kinds import Boolean, Day, Enum, Instant, Integer, MoneyType, Number, Text
from .base import is_atom
from .paths import Paths

WORDS = (Text, Enum)
NUMBERS = (Integer, Number)
PLAIN = (*WORDS, *NUMBERS, Instant, Day, MoneyType)
ORDERED = (*NUMBERS, Instant, Day)
LARGE = 10**28
"""A product beyond it is left to the interpreter, which knows how many digits there may be."""
SMALL = 10**9
"""Whole numbers below it are compared at once by the processor, and most products are."""


class Operators(Paths):
    """Logic, comparison, arithmetic, and tests for presence and stages."""

    def _Binary(self, node: n.Binary) -> str:
        if node.operator in ("and", "or"):
            return self._logic(node)
        left, right = self.expr(node.left), self.expr(node.right)
        if node.operator in ("is", "is not"):
            return self._equality(node, left, right)
        if node.operator in ("<", "<=", ">", ">="):
            return self._order(node, left, right)
        return self._arithmetic(node, left, right)

    def _logic(self, node: n.Binary) -> str:
        left = self.truth(node.left)
        with self.branch() as lines:
            right = self.truth(node.right)
            if not lines:
                return f"({left} {node.operator} {right})"
            held = self.out.fresh()
            self.out.line(f"{held} = {right}")
        self.out.line(f"{held} = {left}")
        self.out.line(f"if {held}:" if node.operator == "and" else f"if not {held}:")
        self.out.place(lines)
        return held

    def _equality(self, node: n.Binary, left: str, right: str) -> str:
        kinds = {self.kind(node.left), self.kind(node.right)}
        one_is_there = not (self.may_miss(node.left) and self.may_miss(node.right))
        if one_is_there and kinds == {Boolean}:
            return f"({left} {node.operator} {right})"
        if one_is_there and (kinds <= {*PLAIN} or self._word_and_words(node)):
            return f"({left} {'==' if node.operator == 'is' else '!='} {right})"
        asked = f"{self.out.bind(equal)}({left}, {right})"
        return asked if node.operator == "is" else f"(not {asked})"

    def _word_and_words(self, node: n.Binary) -> bool:
        return self.kind(node.left) in WORDS and self.is_word(node.right)

    def _order(self, node: n.Binary, left: str, right: str) -> str:
        if self.kind(node.left) in ORDERED and self.kind(node.right) in ORDERED:
            return f"({left} {node.operator} {right})"
        return f"{self.out.bind(before)}({node.operator!r}, {left}, {right})"

    def _arithmetic(self, node: n.Binary, left: str, right: str) -> str:
        if {self.kind(node.left), self.kind(node.right)} == {Integer} and node.operator != "/":
            found = f"({left} {node.operator} {right})"
            return self._not_large(found) if node.operator == "*" else found
        return f"{self.out.bind(combine)}({node.operator!r}, {left}, {right})"

    def _not_large(self, expression: str) -> str:
        product = self.out.keep(expression)
        self.out.line(f"if not -{SMALL} < {product} < {SMALL} and not -{LARGE} < {product} < {LARGE}:")
        with self.out.indented():
            self.give_up()
        return product

    def _Unary(self, node: n.Unary) -> str:
        if node.operator == "not":
            return f"(not {self.truth(node.operand)})"
        negated = f"{self.out.bind(combine)}('*', {{}}, -1)"
        if not self.may_miss(node.operand):
            return negated.format(self.expr(node.operand))
        value = self.name(node.operand)
        return f"(None if {value} is None else {negated.format(value)})"

    def _Among(self, node: n.Among) -> str:
        left = self.expr(node.left)
        if self.kind(node.left) in WORDS and all(map(self._written, node.options)):
            return f"({left} in ({', '.join(map(self.expr, node.options))},))"
        held = left if is_atom(left) else self.out.keep(left)
        return "(" + " or ".join(self._is_option(held, option) for option in node.options) + ")"

    def _written(self, node: n.Expression) -> bool:
        """Whether a text stands in the mapping as it is."""
        return self.is_word(node) or (isinstance(node, n.TextLiteral) and node.constant is not None)

    def _is_option(self, left: str, option: n.Expression) -> str:
        return f"{self.out.bind(equal)}({left}, {self.expr(option)})"

    def _Presence(self, node: n.Presence) -> str:
        if not self.may_miss(node.operand):
            return repr(node.wanted)
        return f"({self.expr(node.operand)} is {'not ' if node.wanted else ''}None)"

    def _Reached(self, node: n.Reached) -> str:
        return f"({node.stage.text!r} in reached)"
