"""Finds the sums of money in a mapping. Without elements they have no currency, and so no value; other sums are 0."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence

from .check import Facts
from .check.map_targets import parameter_scope
from .check.rule_scopes import track_scope, typed_steps
from .check.typing import Scope, Typer
from .language import nodes as n
from .language.index import Index
from .source import Span
from .types.kinds import TEXT, Optional, Type


class _Finder(Typer):
    """Types a checked mapping once more, and remembers its sums of money."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.found: set[n.Aggregate] = set()

    def _Aggregate(self, node: n.Aggregate, scope: Scope, expected: Type | None) -> Type:
        kind = super()._Aggregate(node, scope, expected)
        if node.function.text == "sum" and isinstance(kind, Optional):
            self.found.add(node)
        return kind


def money_sums(facts: Facts, templates: Iterable[tuple[n.SettingNode, n.TextLiteral]]) -> frozenset[n.Aggregate]:
    """Every sum of money in maps, gates, tables, rules, policies and template texts."""
    finder = _Finder(facts)
    for node, text in templates:
        if _sums(Index(text)):
            finder.infer(text, parameter_scope(facts, node.parameters))
    sums = sorted(_sums(facts.nodes))
    if not sums:
        return frozenset(finder.found)
    for part, scope in _declared(facts):
        if _adds(part.span, sums):
            finder.infer(part, scope)
    in_policy = any(_adds(policy.span, sums) for policy in facts.policies.values())
    for rule in facts.rules.values():
        if in_policy or _adds(rule.span, sums):
            _rule(finder, rule)
    return frozenset(finder.found)


def _sums(nodes: Index) -> list[int]:
    """Where the sums among nodes begin."""
    return [node.span.start for node in nodes.of(n.Aggregate) if node.function.text == "sum"]


def _adds(part: Span, sums: Sequence[int]) -> bool:
    """Whether there is a sum in a part of a mapping: most parts have none, and need not be typed."""
    return bisect_left(sums, part.start) < bisect_left(sums, part.end)


def _declared(facts: Facts) -> Iterator[tuple[n.Alternative, Scope]]:
    """The expressions of maps, gates and tables."""
    for made in facts.maps.values():
        scope = parameter_scope(facts, made.parameters)
        yield from ((item.value, scope) for item in made.assignments)
    for gate in facts.gates.values():
        scope = parameter_scope(facts, gate.parameters)
        yield from ((require.condition, scope) for require in gate.requires)
        if gate.otherwise is not None:
            yield gate.otherwise, scope.having("failed", TEXT)
    for table in facts.tables.values():
        yield from ((row.value, Scope().having("key", TEXT)) for row in table.rows)


def _rule(finder: _Finder, rule: n.RuleNode) -> None:
    if rule.trigger is not None and rule.trigger.condition is not None:
        finder.infer(rule.trigger.condition, track_scope(finder.facts))
    for inside in typed_steps(finder.facts, finder, rule):
        for part in _expressions(inside.step):
            finder.infer(part, inside.scope)
        if isinstance(inside.step, n.PickStep) and inside.step.where is not None:
            variable, element = inside.step.variable.text, finder.element(inside.step.source, inside.scope)
            finder.infer(inside.step.where, inside.scope.having(variable, element))
        for ending in _endings(finder.facts, inside.step):
            finder.infer(ending, inside.scope.having("error", TEXT))


def _expressions(step: n.Step) -> tuple[n.Alternative, ...]:
    """What a step evaluates in its own scope; loops are typed on the way through the rule."""
    if isinstance(step, n.ReadStep | n.GateStep):
        return step.arguments
    if isinstance(step, n.IfStep):
        return (step.condition,)
    if isinstance(step, n.PickStep):
        return tuple(part for part in (step.count, step.otherwise) if part is not None)
    if isinstance(step, n.EffectStep):
        undo = step.undo.arguments if step.undo else ()
        return (*step.use.arguments, *undo, *((step.on_change,) if step.on_change else ()))
    return (step,) if isinstance(step, n.EndingNode) else ()


def _endings(facts: Facts, step: n.Step) -> Iterator[n.EndingNode]:
    """The outcomes of the policy that a read or an effect follows."""
    if isinstance(step, n.ReadStep | n.EffectStep) and step.policy is not None:
        for arm in facts.arms(facts.policies[step.policy.text]):
            yield from (each for each in arm.steps if isinstance(each, n.EndingNode))
