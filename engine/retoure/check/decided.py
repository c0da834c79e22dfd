"""What can be said of a condition before anything runs: it always holds, it never does, or it depends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ..language import nodes as n
from ..types.kinds import Anything, Enum, Optional, Type
from .facts import Facts
from .typing import Scope, Typer
from .typing.fit import bare
from .typing.scope import path_of

Constant = str | Decimal | bool
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
        found = list(conditions)
        answers = [self.truth(condition) for condition in found]
        if False in answers or self._contradict(found):
            return False
        return True if all(answers) else None

    def truth(self, node: n.Alternative) -> bool | None:
        """True or False when the condition is decided, None when it depends on the record."""
        match node:
            case n.Binary("and"):
                return self.all((node.left, node.right))
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
        path = path_of(node)
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
        if path_of(left) and path_of(left) == path_of(right):
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
        inner = self._inside(node.loop).truth(node.value)
        where = self._inside(node.loop).truth(node.loop.where) if node.loop.where is not None else True
        if node.function.text == "every":
            return True if inner is True or where is False else None
        return False if inner is False or where is False else None

    def _inside(self, loop: n.Loop) -> Decider:
        element = self._typer().element(loop.source, self.scope)
        return Decider(self.facts, self.scope.having(loop.variable.text, element), self.given)

    def _contradict(self, conditions: Iterable[n.Expression]) -> bool:
        """Whether two of the conditions want one value to be two different words."""
        wanted: dict[str, set[str]] = {}
        for path, words in (pair for condition in conditions for pair in self._wants(condition)):
            wanted[path] = wanted[path] & words if path in wanted else words
        return any(not words for words in wanted.values())

    def _wants(self, node: n.Expression) -> Iterator[tuple[str, set[str]]]:
        match node:
            case n.Binary("and"):
                yield from (*self._wants(node.left), *self._wants(node.right))
            case n.Binary("is") if path_of(node.left):
                yield from self._choice(node.left, (node.right,))
            case n.Among() if path_of(node.left):
                yield from self._choice(node.left, node.options)
            case n.Presence(wanted=bool(wanted)) if path_of(node.operand):
                yield f"{path_of(node.operand)} exists", {str(wanted)}

    def _choice(self, node: n.Expression, options: tuple[n.Expression, ...]) -> Iterator[tuple[str, set[str]]]:
        kind = self._type(node)
        words = {self._word(option, kind) for option in options}
        if None not in words:
            yield path_of(node), {word for word in words if word is not None}

    def _word(self, node: n.Expression, kind: Type) -> str | None:
        """A word or text that is written out, in the spelling of the schema."""
        if isinstance(node, n.NameRef) and node.name not in self.scope.variables:
            found: str | None = node.name
        else:
            found = node.constant if isinstance(node, n.TextLiteral) else None
        return kind.canonical(found) if isinstance(kind, Enum) and found is not None else found

    def _certain(self, node: n.Expression) -> bool:
        """Whether a value is always there."""
        found = self._typer().infer(node, self.scope)
        return not isinstance(found, Optional | Anything)

    def _type(self, node: n.Expression) -> Type:
        return bare(self._typer().infer(node, self.scope))

    def _typer(self) -> Typer:
        return Typer(self.facts, lambda finding: None)


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
