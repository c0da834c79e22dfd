"""Calls of built-in functions, typed as their declarations say."""

from __future__ import annotations

from ...functions import AGGREGATES, FUNCTIONS, Function, Param
from ...functions.dates import ZONE_NAME
from ...language import nodes as n
from ...types.kinds import ANYTHING, ListOf, Optional, Type
from .base import Base
from .fit import bare, fits
from .scope import Scope
from .words import a, conversion_help, counted

PICKED = ("picked", "picked_elsewhere")
RESERVED = (*FUNCTIONS, *AGGREGATES, *PICKED)
"""Names that no map or template may have."""


class FunctionCalls(Base):
    """Types `function(argument)`."""

    def function_call(self, function: Function, node: n.CallExpr, scope: Scope) -> Type:
        """The type a function gives; its arguments, and what it may fail with, checked."""
        if len(node.arguments) != len(function.parameters):
            message = f"`{function.name}` takes {counted(len(function.parameters), 'value')}: `{function.signature}`"
            return self.say("wrong-count", message, node.span, f"given {len(node.arguments)}")
        pairs = zip(function.parameters, node.arguments, strict=True)
        given = tuple(self._argument(function, parameter, argument, scope) for parameter, argument in pairs)
        if function.fails and not self.caught():
            self._unhandled(function, node)
        found = function.result(given)
        if found is None:
            types = " and ".join(dict.fromkeys(map(a, given)))
            return self.say("wrong-type", f"`{function.name}` does not go between {types}", node.span)
        return found

    def _argument(self, function: Function, parameter: Param, node: n.Expression, scope: Scope) -> Type:
        use = f"`{parameter.name}` of `{function.name}`"
        found = self.infer(node, scope, parameter.types[0] if len(parameter.types) == 1 else None)
        kind = bare(found)
        if not any(fits(kind, wanted) for wanted in parameter.types):
            message, help = f"{use} takes {_words(parameter)}, and this is {a(kind)}", _conversion(kind, parameter)
            return self.say("wrong-type", message, node.span, f"{kind} here", help=help)
        if isinstance(found, Optional):
            self._missing(kind, node, use)
        self._limit(parameter, node, use)
        return kind

    def _missing(self, kind: Type, node: n.Expression, use: str) -> None:
        if not isinstance(kind, ListOf):
            self.maybe_missing(node.span, use)
            return
        message, help = f"{use} needs a list, and this one may be missing", "write `default nothing` for an empty list"
        self.say("maybe-missing", message, node.span, "optional in the schema", help=help)

    def _limit(self, parameter: Param, node: n.Expression, use: str) -> None:
        """Reports a constant that the function would refuse each time."""
        value = _constant(node)
        if value is None or parameter.limit is None or parameter.allows(value):
            return
        if parameter.limit is ZONE_NAME:
            help = 'for example "Europe/Berlin"'
            self.say("unknown-zone", f"there is no time zone `{value}`", node.span, help=help)
            return
        self.say("out-of-bounds", f"{use} takes {parameter.limit.words}", node.span, "refused each time")

    def _unhandled(self, function: Function, node: n.CallExpr) -> None:
        message = f"`{function.name}` can fail, and nothing says what then"
        help = 'add `on error` and a value, or `on error hold "why" for TEAM`'
        notes = (f"it fails when {function.fails}",)
        self.say("unhandled-failure", message, node.callee.span, "can fail", help=help, notes=notes)

    def unknown_function(self, node: n.CallExpr, name: str) -> Type:
        """Reports a call of what is neither a map nor a function."""
        if name in AGGREGATES:
            help = f"it goes over the elements of a list: `{AGGREGATES[name].signature}`"
        else:
            known = (*self.facts.maps, *self.facts.templates, *FUNCTIONS)
            help = self.meant(name, known) or "`retoure functions` lists the functions"
        message = f"there is no map or function `{name}`" if name else "this cannot be called"
        return self.say("unknown-map", message, node.callee.span, help=help)


def _words(parameter: Param) -> str:
    return " or ".join(a(kind) if str(kind) != str(ListOf(ANYTHING)) else "a list" for kind in parameter.types)


def _conversion(found: Type, parameter: Param) -> str | None:
    return next((help for help in (conversion_help(found, wanted) for wanted in parameter.types) if help), None)


def _constant(node: n.Expression) -> object:
    """The value of a text or number that is written out, None for anything else."""
    if isinstance(node, n.TextLiteral):
        return node.constant
    if isinstance(node, n.NumberLiteral):
        return node.value
    if isinstance(node, n.Unary) and node.operator == "-" and isinstance(node.operand, n.NumberLiteral):
        return -node.operand.value
    return None
