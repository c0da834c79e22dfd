"""Lookups in tables, and calls of maps, templates and functions."""

from __future__ import annotations

from collections.abc import Sequence

from ...functions import FUNCTIONS
from ...language import nodes as n
from ...source import Span
from ...types.kinds import ANYTHING, TEXT, Anything, ListOf, Type
from .fit import bare, fits
from .functions import PICKED, RESERVED, FunctionCalls
from .scope import Scope
from .words import a


class Calls(FunctionCalls):
    """Types `table[key]` and `callee(argument)`."""

    def _Lookup(self, node: n.Lookup, scope: Scope, expected: Type | None) -> Type:
        table = self.facts.tables.get(node.of.name) if isinstance(node.of, n.NameRef) else None
        if table is None:
            return self._not_a_table(node)
        if len(node.keys) != len(table.keys):
            count = len(table.keys)
            message = f"table `{table.name}` has {count} key{'s' if count != 1 else ''}"
            return self.say("wrong-count", message, node.span, f"given {len(node.keys)}")
        for key, reference in zip(node.keys, table.keys, strict=True):
            self.require(key, scope, self.facts.type_of(reference) or ANYTHING, f"table `{table.name}`")
        return self.facts.type_of(table.result) or ANYTHING

    def _not_a_table(self, node: n.Lookup) -> Type:
        if isinstance(node.of, n.NameRef):
            help = self.meant(node.of.name, self.facts.tables)
            return self.say("unknown-table", f"there is no table `{node.of.name}`", node.of.span, help=help)
        help = self.meant("", self.facts.tables)
        return self.say("unknown-table", "only a table is looked up with `[ ]`", node.of.span, "not a table", help=help)

    def _CallExpr(self, node: n.CallExpr, scope: Scope, expected: Type | None) -> Type:
        callee = node.callee
        if isinstance(callee, n.Member) and isinstance(callee.of, n.NameRef) and callee.of.name == "setting":
            return self._template(node, callee.name, scope)
        name = callee.name if isinstance(callee, n.NameRef) else ""
        if name in RESERVED and name in {*self.facts.templates, *self.facts.maps}:
            return ANYTHING  # that the name is taken is told where it is declared
        if name in self.facts.templates:
            template = self.facts.templates[name]
            self.arguments(template.parameters, node.arguments, callee.span, scope, f"template `{name}`")
            return TEXT
        if name in PICKED:
            return self._picked(node, name, scope)
        if name in self.facts.maps:
            return self.use(self.facts.maps[name], node.arguments, callee.span, scope)
        if name in FUNCTIONS:
            return self.function_call(FUNCTIONS[name], node, scope)
        return self.unknown_function(node, name)

    def _picked(self, node: n.CallExpr, name: str, scope: Scope) -> Type:
        """The units of a list that this record, or others, have picked."""
        if len(node.arguments) != 1:
            return self.say("wrong-count", f"`{name}` takes one list", node.span, f"given {len(node.arguments)}")
        found = self.infer(node.arguments[0], scope)
        if not isinstance(bare(found), ListOf | Anything):
            message = f"`{name}` takes a list, and this is {a(bare(found))}"
            return self.say("wrong-type", message, node.arguments[0].span, help="name the list that was picked from")
        return bare(found)

    def _template(self, node: n.CallExpr, name: n.Name, scope: Scope) -> Type:
        setting = self.facts.settings.get(name.text)
        if setting is None or setting.kind.text != "template":
            templates = [key for key, value in self.facts.settings.items() if value.kind.text == "template"]
            help = self.meant(name.text, templates)
            return self.say("unknown-setting", f"there is no template setting `{name}`", name.span, help=help)
        self.arguments(setting.parameters, node.arguments, name.span, scope, f"setting `{name}`")
        return TEXT

    def use(self, node: n.MapNode, arguments: Sequence[n.Expression], span: Span, scope: Scope) -> Type:
        """The type a map gives, its arguments checked; `span` is where it is named."""
        self.arguments(node.parameters, arguments, span, scope, f"map `{node.name}`")
        return self.facts.type_of(node.target) or ANYTHING

    def made(self, node: n.MapNode, use: n.Use, span: Span, scope: Scope, wanted: Type, of: str) -> None:
        """Checks that a map makes what is wanted. The arguments of one that makes something else are no matter."""
        result = self.facts.type_of(node.target) or ANYTHING
        self.check_fit(result, wanted, span, of)
        if fits(result, wanted):
            self.use(node, use.arguments, use.map.span, scope)

    def arguments(
        self, parameters: Sequence[n.Parameter], given: Sequence[n.Expression], span: Span, scope: Scope, of: str
    ) -> None:
        """Checks the arguments of a map, gate or template."""
        if len(parameters) != len(given):
            shown = ", ".join(f"{parameter.name} : {parameter.type.text}" for parameter in parameters)
            count = f"{len(parameters)} value{'s' if len(parameters) != 1 else ''}"
            self.say("wrong-count", f"{of} takes {count} ({shown})", span, f"given {len(given)}")
            return
        for parameter, argument in zip(parameters, given, strict=True):
            wanted = self.facts.type_of(parameter.type) or ANYTHING
            self.require(argument, scope, wanted, f"`{parameter.name}` of {of}")
