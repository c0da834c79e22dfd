"""The functions of one mapping with its settings, each generated when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ..check.map_targets import parameter_scope
from ..check.rule_scopes import steps, track_scope
from ..check.typing import Scope
from ..language import nodes as n
from .base import Types, Unsupported
from .calls import Keys, row_value
from .functions import Condition, Generated, of_condition, of_map, of_template

if TYPE_CHECKING:
    from ..compile import Expressions

Function = Callable[..., Any]


class Code:
    """Generated functions, by what they stand for. What cannot be generated is absent, and interpreted."""

    def __init__(self, definitions: Expressions) -> None:
        self._definitions = definitions
        self._templates: dict[str, Function | None] = {}
        self._maps: dict[str, Function | None] = {}
        self._rows: dict[str, Mapping[str | Keys, Any]] = {}
        self.facts = definitions.facts
        self.settings = definitions.settings
        self.money_sums = definitions.money_sums
        self.template = definitions.template
        self.texts = definitions.texts

    def map(self, name: str) -> Function | None:
        """`function(now, reached, …)`, which makes the record of a map of its arguments."""
        if name not in self._maps:
            self._maps[name] = None  # for a map that leads back to itself
            self._maps[name] = _made(partial(of_map, self, self.facts.maps[name]))
        return self._maps[name]

    def condition(self, node: n.Expression) -> Function | None:
        """`function(now, reached, variables)`: whether a condition of a rule or a gate holds."""
        return self._conditions.get(id(node))

    def all(self) -> Iterator[Generated]:
        """Everything that can be generated, for people to read: settings, maps, conditions, in the mapping's order."""
        templates = (name for name, node in self.facts.settings.items() if node.kind.text == "template")
        for name in templates:
            yield from _if_possible(partial(of_template, self, name))
        for made in self.facts.maps.values():
            yield from _if_possible(partial(of_map, self, made))
        for condition in self._asked():
            yield from _if_possible(partial(of_condition, self, condition))

    # ---- what generating asks for

    def map_function(self, name: str) -> Function:
        """The function of a map that another one calls. Raises Unsupported."""
        return _or_unsupported(name, self.map(name))

    def template_function(self, name: str) -> Function:
        """The function of a template setting. Raises Unsupported."""
        if name not in self._templates:
            self._templates[name] = _made(partial(of_template, self, name))
        return _or_unsupported(name, self._templates[name])

    def constant_rows(self, table: str) -> Mapping[str | Keys, Any]:
        """The values of a table's rows by their keys, as `key_text` has them."""
        if table not in self._rows:
            rows = self._definitions.keyed_rows(table)
            values = {key[0] if len(key) == 1 else key: row_value(row) for key, row in rows.items()}
            self._rows[table] = values
        return self._rows[table]

    # ---- conditions

    @cached_property
    def _conditions(self) -> Mapping[int, Function]:
        found: dict[int, Function] = {}
        for condition in self._asked():
            made = _if_possible(partial(of_condition, self, condition))
            found.update((id(condition.node), each.made()) for each in made)
        return found

    def _asked(self) -> Iterator[Condition]:
        """Every condition of gates and rules with the scope it stands in."""
        for gate in self.facts.gates.values():
            scope = parameter_scope(self.facts, gate.parameters)
            for require in gate.requires:
                yield Condition(f"gate {gate.name}", require.condition, Types(self.facts), scope)
        for rule in self.facts.rules.values():
            for node, types, scope in self._asked_by(rule):
                yield Condition(f"rule {rule.name}", node, types, scope)

    def _asked_by(self, rule: n.RuleNode) -> Iterator[tuple[n.Expression, Types, Scope]]:
        types = Types(self.facts)
        if rule.trigger is not None and rule.trigger.condition is not None:
            yield rule.trigger.condition, types, track_scope(self.facts)
        for inside in steps(self.facts, types, rule):
            step, scope = inside.step, inside.scope
            if isinstance(step, n.IfStep):
                yield step.condition, types, scope
            elif isinstance(step, n.ForEachStep) and step.loop.where is not None:
                element = types.element(step.loop.source, scope)
                yield step.loop.where, types, scope.having(step.loop.variable.text, element)


def _if_possible(generate: Callable[[], Generated]) -> list[Generated]:
    try:
        return [generate()]
    except Unsupported:
        return []


def _made(generate: Callable[[], Generated]) -> Function | None:
    return next((generated.made() for generated in _if_possible(generate)), None)


def _or_unsupported(name: str, function: Function | None) -> Function:
    if function is None:
        raise Unsupported(name)
    return function
