"""The functions of one mapping with its settings, each generated when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from ..check.map_targets import parameter_scope
from ..check.rule_scopes import picked, track_scope, typed_steps
from ..check.typing import Scope
from ..language import nodes as n
from ..runtime.decision import Stop
from ..runtime.evaluate import Evaluator
from ..runtime.scope import BEFORE_ALL, Env
from ..source import Span
from .base import Types, Unsupported
from .calls import Keys, row_value
from .following import Rules
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
        self._conditions: dict[int, Function | None] = {}
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
        if id(node) not in self._conditions:
            self._conditions[id(node)] = None
            block = self._asking.get(id(node))
            for condition in self._asked_by(block) if block is not None else ():
                self._conditions[id(condition.node)] = _made(partial(of_condition, self, condition))
        return self._conditions[id(node)]

    def all(self) -> Iterator[Generated]:
        """Everything that can be generated, for people to read: settings, maps, conditions, in the mapping's order."""
        templates = (name for name, node in self.facts.settings.items() if node.kind.text == "template")
        for name in templates:
            yield from _if_possible(partial(of_template, self, name))
        for made in self.facts.maps.values():
            yield from _if_possible(partial(of_map, self, made))
        for condition in self._asked():
            yield from _if_possible(partial(of_condition, self, condition))
        for group in self.rules.groups:
            yield from group.generated()

    @cached_property
    def rules(self) -> Rules:
        """The rules, by what they wait for."""
        return Rules(self)

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

    def stop(self, rule: n.RuleNode, step: n.EndingNode) -> Stop:
        """What a rule comes to that ends in constant words."""
        evaluator = Evaluator(self._definitions)
        outcome = evaluator.outcome(step, Env({}, BEFORE_ALL))
        place = self._definitions.place(Span(step.span.start, step.span.start))
        return Stop(rule.name.text, place, outcome, because=tuple(evaluator.notes.origins))

    # ---- conditions

    def _asked(self) -> Iterator[Condition]:
        """Every condition of gates and rules with the scope it stands in."""
        for gate in self.facts.gates.values():
            yield from self._asked_by_gate(gate)
        for rule in self.facts.rules.values():
            yield from self._asked_by_rule(rule)

    @cached_property
    def _asking(self) -> Mapping[int, n.GateNode | n.RuleNode]:
        """The gate or rule that each condition stands in."""
        gates = {id(require.condition): gate for gate in self.facts.gates.values() for require in gate.requires}
        rules = {id(node): rule for rule in self.facts.rules.values() for node in _conditions(rule)}
        return {**gates, **rules}

    def _asked_by(self, block: n.GateNode | n.RuleNode) -> Iterator[Condition]:
        return self._asked_by_gate(block) if isinstance(block, n.GateNode) else self._asked_by_rule(block)

    def _asked_by_gate(self, gate: n.GateNode) -> Iterator[Condition]:
        scope = parameter_scope(self.facts, gate.parameters)
        for require in gate.requires:
            yield Condition(f"gate {gate.name}", require.condition, Types(self.facts), scope)

    def _asked_by_rule(self, rule: n.RuleNode) -> Iterator[Condition]:
        for node, types, scope in self._scoped(rule):
            yield Condition(f"rule {rule.name}", node, types, scope)

    def _scoped(self, rule: n.RuleNode) -> Iterator[tuple[n.Expression, Types, Scope]]:
        types = Types(self.facts)
        if rule.trigger is not None and rule.trigger.condition is not None:
            yield rule.trigger.condition, types, track_scope(self.facts)
        for inside in typed_steps(self.facts, types, rule):
            step, scope = inside.step, inside.scope
            if isinstance(step, n.IfStep):
                yield step.condition, types, scope
            elif isinstance(step, n.ForEachStep) and step.loop.where is not None:
                element = types.element(step.loop.source, scope)
                yield step.loop.where, types, scope.having(step.loop.variable.text, element)
            elif isinstance(step, n.PickStep) and step.where is not None:
                unit = picked(self.facts, types, step, scope)
                yield step.where, types, scope.having(step.variable.text, unit)


def _conditions(rule: n.RuleNode) -> Iterator[n.Expression]:
    """The conditions of a rule's trigger and steps."""
    if rule.trigger is not None and rule.trigger.condition is not None:
        yield rule.trigger.condition
    for step in rule.steps:
        if isinstance(step, n.IfStep):
            yield step.condition
        elif isinstance(step, n.ForEachStep) and step.loop.where is not None:
            yield step.loop.where
        elif isinstance(step, n.PickStep) and step.where is not None:
            yield step.where


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
