"""Is there a gate, an `if` or a `where` that always passes, or never?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, warning
from ..language import nodes as n
from ..language.index import Index
from ..source import Span
from .decided import Decider
from .facts import Facts
from .map_targets import parameter_scope
from .rule_scopes import scope_after, steps, track_scope
from .typing import Scope, Typer


def decided_conditions(facts: Facts) -> Iterator[Finding]:
    for gate in facts.gates.values():
        yield from _gate(facts, gate)
    for rule in facts.rules.values():
        yield from _rule(facts, rule)
    for node in facts.module.of(n.MapNode):
        scope = parameter_scope(facts, node.parameters)
        for each in Index(node.assignments).of(n.ForEachRecord):
            yield from _where(facts, each.loop, scope)


def _gate(facts: Facts, gate: n.GateNode) -> Iterator[Finding]:
    decider = Decider(facts, parameter_scope(facts, gate.parameters))
    single = [(require, decider.truth(require.condition)) for require in gate.requires]
    for require, answer in single:
        if answer is not None:
            yield _said(require.condition.span, answer, f"gate `{gate.name}`")
    if all(answer is None for _, answer in single):
        together = decider.all(require.condition for require in gate.requires)
        if together is False:
            yield _said(gate.name.span, False, f"gate `{gate.name}`")


def _rule(facts: Facts, rule: n.RuleNode) -> Iterator[Finding]:
    condition = rule.trigger.condition if rule.trigger else None
    if condition is not None:
        yield from _condition(Decider(facts, track_scope(facts)), condition, "`when`")
    for inside in steps(facts, rule):
        if isinstance(inside.step, n.IfStep):
            yield from _condition(Decider(facts, inside.scope), inside.step.condition, "`if`")
        elif isinstance(inside.step, n.ForEachStep):
            yield from _where(facts, inside.step.loop, inside.scope)
        elif isinstance(inside.step, n.PickStep) and inside.step.where is not None:
            scope = scope_after(facts, [inside.step], inside.scope)
            yield from _condition(Decider(facts, scope), inside.step.where, "`where`")


def _where(facts: Facts, loop: n.Loop, scope: Scope) -> Iterator[Finding]:
    if loop.where is not None:
        inner = Typer(facts).loop(loop, scope)
        yield from _condition(Decider(facts, inner), loop.where, "`where`")


def _condition(decider: Decider, condition: n.Expression, where: str) -> Iterator[Finding]:
    answer = decider.truth(condition)
    if answer is not None:
        yield _said(condition.span, answer, where)


def _said(span: Span, answer: bool, where: str) -> Finding:
    message = f"{where} always passes here" if answer else f"{where} can never pass"
    label = "always holds" if answer else "never holds"
    help = "leave it out, or compare what was meant" if answer else "nothing behind it ever happens: correct it"
    return warning("condition-decided", message, span, label, help=help)
