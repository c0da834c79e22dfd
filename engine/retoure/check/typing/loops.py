"""Loops over lists: what they make, and what they count, add up or test."""

from __future__ import annotations

from ...functions import AGGREGATES
from ...language import nodes as n
from ...types.kinds import BOOLEAN, INTEGER, Anything, Day, Instant, Integer, ListOf, MoneyType, Number, Optional, Type
from .base import Base
from .fit import bare, optional
from .scope import Scope
from .words import a

ADDED = (Integer, Number, MoneyType, Anything)
ORDERED = (*ADDED, Instant, Day)


class Loops(Base):
    """Types everything with a `for each`."""

    def loop(self, node: n.Loop, scope: Scope) -> Scope:
        """The scope inside a loop."""
        inner = scope.having(node.variable.text, self.element(node.source, scope))
        if node.where is not None:
            self.condition(node.where, inner, "`where`")
            return self.where(node.where, inner)
        return inner

    def element(self, source: n.Expression, scope: Scope) -> Type:
        """The type of the elements of a list."""
        found = self.infer(source, scope)
        inner = bare(found)
        if isinstance(inner, Anything):
            return inner
        if not isinstance(inner, ListOf):
            return self.say("wrong-type", f"`for each` goes through a list, and this is {a(inner)}", source.span)
        if isinstance(found, Optional):
            self.say(
                "maybe-missing",
                "`for each` needs a list, and this one may be missing",
                source.span,
                "optional in the schema",
                help="write `default nothing` to go through no elements then",
            )
        return inner.item

    def _Aggregate(self, node: n.Aggregate, scope: Scope, expected: Type | None) -> Type:
        inner = self.loop(node.loop, scope)
        name = node.function.text
        if name in ("any", "every"):
            self.condition(node.value, inner, f"`{name}`")
            return BOOLEAN
        value = self.infer(node.value, inner)
        if name == "count":
            return INTEGER
        if name == "first":
            return value if self._some(node.loop, scope) else optional(value)
        if name in AGGREGATES:
            return self._total(name, value, node, scope)
        help = self.meant(name, AGGREGATES)
        return self.say("unknown-function", f"there is no `{name}(… for each …)`", node.function.span, help=help)

    def _some(self, loop: n.Loop, scope: Scope) -> bool:
        """Whether a loop certainly has an element: its list has one by its schema, and no `where` leaves it out."""
        found = bare(self.silently(loop.source, scope))
        return loop.where is None and isinstance(found, ListOf) and found.some

    def _total(self, name: str, value: Type, node: n.Aggregate, scope: Scope) -> Type:
        if not isinstance(bare(value), ADDED if name == "sum" else ORDERED):
            return self.say("wrong-type", f"`{name}` cannot be taken of {a(bare(value))}", node.value.span)
        if isinstance(value, Optional):
            self.maybe_missing(node.value.span, f"`{name}`")
        empty_is_missing = (name != "sum" or isinstance(bare(value), MoneyType)) and not self._some(node.loop, scope)
        return optional(bare(value)) if empty_is_missing else bare(value)

    def _ForEachRecord(self, node: n.ForEachRecord, scope: Scope, expected: Type | None) -> Type:
        inner = self.loop(node.loop, scope)
        if node.times is not None:
            self.require(node.times, inner, INTEGER, "`repeated`")
        wanted = bare(expected) if expected is not None else None
        item = wanted.item if isinstance(wanted, ListOf) else None
        return ListOf(self.infer(node.record, inner, item))
