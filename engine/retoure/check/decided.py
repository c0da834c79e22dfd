"""What can be said of a condition before anything runs: it always holds, it never does, or it depends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from ..language import nodes as n
from ..types.kinds import Enum, Type
from .facts import Facts
from .typing import Scope, Typer
from .typing.fit import UNSURE, bare
from .typing.scope import path_of

Constant = str | Decimal | bool
Wish = n.Binary | n.Among | n.Presence
"""A condition that wants a value to be one of some words, or to be there."""
COMPARED: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Decider:
    """Decides conditions in one scope. `given` holds paths whose value is taken for granted (`return.instant`)."""

    facts: Facts
    scope: Scope
    given: Mapping[str, Constant] = field(default_factory=dict)

    def all(self, conditions: Iterable[n.Expression]) -> bool | None:
        """Whether all conditions hold together; two that contradict each other never do."""
        found = [part for condition in conditions for part in together(condition)]
        answers = [self.truth(condition) for condition in found]
        if False in answers or self._contradict(found):
            return False
        return True if all(answers) else None

    def truth(self, node: n.Alternative) -> bool | None:
        """True or False when the condition is decided, None when it depends on the record."""
        match node:
            case n.Binary("and"):
                return self.all((node,))
            case n.Binary("or"):
                return True if _there_or_not(node) else _either(self.truth(node.left), self.truth(node.right))
            case n.Binary("is" | "is not"):
                same = self._same(node.left, node.right)
                return same if node.operator == "is" or same is None else not same
            case n.Binary():
                return self._ordered(node)
            case n.Unary("not"):
                inner = self.truth(node.operand)
                return None if inner is None else not inner
            case n.Presence():
                return node.wanted if self._certain(node.operand) else None
            case n.Among():
                return self._among(node)
            case n.Aggregate() if node.function.text in ("any", "every"):
                return self._over(node)
            case n.Default():
                return self.truth(node.operand)
        value = self.constant(node)
        return value if isinstance(value, bool) else None

    def constant(self, node: n.Alternative) -> Constant | None:
        """The value of an expression that is always the same."""
        path = path_of(node) if self.given else ""
        if path in self.given:
            return self.given[path]
        match node:
            case n.TextLiteral():
                return node.constant
            case n.NumberLiteral():
                return node.value
            case n.NameRef("true" | "false"):
                return node.name == "true"
        return None

    def _same(self, left: n.Expression, right: n.Expression) -> bool | None:
        path = path_of(left)
        if path and path == path_of(right):
            return True if self._certain(left) else None
        one, other = self.constant(left), self.constant(right)
        return None if one is None or other is None else one == other

    def _ordered(self, node: n.Binary) -> bool | None:
        left, right = self.constant(node.left), self.constant(node.right)
        compared = COMPARED.get(node.operator)
        if compared is not None and isinstance(left, Decimal) and isinstance(right, Decimal):
            return compared(left, right)
        if isinstance(right, Decimal) and _counts(node.left):
            return _of_a_count(node.operator, right)
        if isinstance(left, Decimal) and _counts(node.right):
            return _of_a_count(TURNED.get(node.operator, ""), left)
        return None

    def _among(self, node: n.Among) -> bool | None:
        kind = self._type(node.left)
        words = {self._word(option, kind) for option in node.options}
        complete = isinstance(kind, Enum) and not kind.open and words >= set(kind.values)
        return True if complete else None

    def _over(self, node: n.Aggregate) -> bool | None:
        """`every` of what always holds holds, also of an empty list; `any` of what never holds does not."""
        inside = self._inside(node.loop)
        inner = inside.truth(node.value)
        where = inside.truth(node.loop.where) if node.loop.where is not None else True
        if node.function.text == "every":
            return True if inner is True or where is False else None
        return False if inner is False or where is False else None

    def _inside(self, loop: n.Loop) -> Decider:
        element = self._typer.element(loop.source, self.scope)
        return Decider(self.facts, self.scope.having(loop.variable.text, element), self.given)

    def _contradict(self, conditions: Iterable[n.Expression]) -> bool:
        """Whether two of the conditions want one value to be two different words."""
        wanted: dict[str, list[Wish]] = {}
        for path, wish in (pair for condition in conditions for pair in _wishes(condition)):
            wanted.setdefault(path, []).append(wish)
        return any(self._none_left(wishes) for wishes in wanted.values() if len(wishes) > 1)

    def _none_left(self, wishes: Iterable[Wish]) -> bool:
        """Whether no word is left that all wishes for one value agree to."""
        found = [words for words in map(self._words, wishes) if words is not None]
        return bool(found) and not set[str | None].intersection(*found)

    def _words(self, wish: Wish) -> set[str | None] | None:
        """The words a value may be; None when it may be any."""
        if isinstance(wish, n.Presence):
            return {str(wish.wanted)}
        kind = self._type(wish.left)
        options = wish.options if isinstance(wish, n.Among) else (wish.right,)
        words = {self._word(option, kind) for option in options}
        return None if None in words else words

    def _word(self, node: n.Expression, kind: Type) -> str | None:
        """A word or text that is written out, in the spelling of the schema."""
        if isinstance(node, n.NameRef) and node.name not in self.scope.variables:
            found: str | None = node.name
        else:
            found = node.constant if isinstance(node, n.TextLiteral) else None
        return kind.canonical(found) if isinstance(kind, Enum) and found is not None else found

    def _certain(self, node: n.Expression) -> bool:
        """Whether a value is always there."""
        found = self._typer.infer(node, self.scope)
        return not isinstance(found, UNSURE)

    def _type(self, node: n.Expression) -> Type:
        return bare(self._typer.infer(node, self.scope))

    @cached_property
    def _typer(self) -> Typer:
        return Typer(self.facts)


def together(node: n.Expression) -> Iterator[n.Expression]:
    """The conditions that stand between `and`, in the order they are asked."""
    if isinstance(node, n.Binary) and node.operator == "and":
        yield from together(node.left)
        yield from together(node.right)
    else:
        yield node


def _wishes(node: n.Expression) -> Iterator[tuple[str, Wish]]:
    """What a condition wants a value to be, by the path of the value."""
    match node:
        case n.Binary("is") | n.Among() if path_of(node.left):
            yield path_of(node.left), node
        case n.Presence() if path_of(node.operand):
            yield f"{path_of(node.operand)} exists", node


def _there_or_not(node: n.Binary) -> bool:
    """Whether it is enough that something exists, and also that it is missing."""
    presences = [part for part in _choices(node) if isinstance(part, n.Presence)]
    asked = {(path_of(part.operand), part.wanted) for part in presences if path_of(part.operand)}
    return any((path, not wanted) in asked for path, wanted in asked)


def _choices(node: n.Expression) -> Iterator[n.Expression]:
    """The conditions that stand between `or`."""
    if isinstance(node, n.Binary) and node.operator == "or":
        yield from (*_choices(node.left), *_choices(node.right))
    else:
        yield node


def _either(left: bool | None, right: bool | None) -> bool | None:
    if left or right:
        return True
    return False if left is False and right is False else None


def _counts(node: n.Expression) -> bool:
    counted = isinstance(node, n.Aggregate) and node.function.text == "count"
    return counted or (isinstance(node, n.CallExpr) and path_of(node.callee) == "count")


def _of_a_count(operator: str, limit: Decimal) -> bool | None:
    """A count is never below zero."""
    if (operator == ">=" and limit <= 0) or (operator == ">" and limit < 0):
        return True
    return False if (operator == "<" and limit <= 0) or (operator == "<=" and limit < 0) else None
