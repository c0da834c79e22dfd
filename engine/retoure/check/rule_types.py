"""Are the names, types and conditions in a rule's steps right?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.kinds import Integer, Text
from ..types.manifest import Kind
from .facts import Facts
from .rule_scopes import Inside, steps, track_scope, units_read
from .typing import Scope, Typer
from .typing.suggest import did_you_mean


def rule_types(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        found: list[Finding] = []
        typer = Typer(facts, found.append)
        _trigger(facts, typer, rule, found)
        for inside in steps(facts, typer, rule):
            _step(facts, typer, inside, found)
        yield from found


def _trigger(facts: Facts, typer: Typer, rule: n.RuleNode, found: list[Finding]) -> None:
    trigger = rule.trigger
    if trigger is None:
        help = "add `when TRACK becomes STAGE`"
        found.append(Finding("no-trigger", f"rule `{rule.name}` does not say when", Label(rule.name.span), help=help))
        return
    if facts.track is not None and trigger.track.text != facts.track.name.text:
        help = did_you_mean(trigger.track.text, [facts.track.name.text])
        found.append(
            Finding(
                "unknown-track", f"nothing called `{trigger.track}` is followed", Label(trigger.track.span), help=help
            )
        )
    for stage in (*trigger.stages, *trigger.origins):
        if stage.text not in facts.stages:
            help = did_you_mean(stage.text, facts.stages)
            found.append(Finding("unknown-stage", f"there is no stage `{stage}`", Label(stage.span), help=help))
    if trigger.condition is not None:
        typer.condition(trigger.condition, track_scope(facts), "`when`")


def _step(facts: Facts, typer: Typer, inside: Inside, found: list[Finding]) -> None:
    step, scope = inside.step, inside.scope
    if isinstance(step, n.ReadStep):
        _read(facts, typer, step, scope, found)
    elif isinstance(step, n.PickStep):
        _pick(facts, typer, step, scope, found)
    elif isinstance(step, n.IfStep):
        typer.condition(step.condition, scope, "`if`")
    elif isinstance(step, n.GateStep):
        _gate(facts, typer, step, scope, found)
    elif isinstance(step, n.EffectStep):
        _effect(facts, typer, step, scope, found)
    elif isinstance(step, n.EndingNode):
        typer.infer(step, scope)


def _read(facts: Facts, typer: Typer, step: n.ReadStep, scope: Scope, found: list[Finding]) -> None:
    operation = facts.operation(step.operation)
    if operation is None:
        found.append(unknown_operation(facts, step.operation))
        return
    if operation.kind is not Kind.READ:
        found.append(
            Finding(
                "not-a-read", f"`{step.operation}` changes something, and `read` only reads", Label(step.operation.span)
            )
        )
    if len(step.arguments) != len(operation.parameters):
        shown = ", ".join(parameter.name for parameter in operation.parameters) or "none"
        found.append(
            Finding(
                "wrong-count",
                f"`{step.operation}` takes {len(operation.parameters)} values ({shown})",
                Label(step.span),
            )
        )
    for argument, parameter in zip(step.arguments, operation.parameters, strict=False):
        typer.require(
            argument, scope, Text() if isinstance(argument, n.TextLiteral) else parameter.type, f"`{parameter.name}`"
        )


def unknown_operation(facts: Facts, path: n.Path) -> Finding:
    """The finding for an operation no manifest has."""
    help = did_you_mean(str(path), facts.operation_names())
    return Finding("unknown-operation", f"there is no operation `{path}`", Label(path.span), help=help)


def _pick(facts: Facts, typer: Typer, step: n.PickStep, scope: Scope, found: list[Finding]) -> None:
    typer.require(step.count, scope, Integer(), "`pick`")
    silent = Typer(facts, lambda finding: None)
    inner = scope.having(step.variable.text, silent.element(step.source, scope))
    if step.where is not None:
        typer.condition(step.where, inner, "`where`")
    if step.otherwise is not None:
        typer.infer(step.otherwise, scope)
    else:
        help = 'add `otherwise hold "…" for TEAM`'
        found.append(
            Finding(
                "pick-open", "nothing says what happens when there are too few to pick", Label(step.span), help=help
            )
        )
    if scope.reads and units_read(facts, step, scope) is None:
        note = "only a list that a manifest declares as units can be shared between returns without being given twice"
        found.append(
            Finding(
                "pick-source", "`pick` takes units from the answer of a `read`", Label(step.source.span), notes=(note,)
            )
        )


def _gate(facts: Facts, typer: Typer, step: n.GateStep, scope: Scope, found: list[Finding]) -> None:
    gate = facts.gates.get(step.gate.text)
    if gate is None:
        help = did_you_mean(step.gate.text, facts.gates)
        found.append(Finding("unknown-gate", f"there is no gate `{step.gate}`", Label(step.gate.span), help=help))
        return
    typer.arguments(gate.parameters, step.arguments, step.span, scope, f"gate `{gate.name}`")


def _effect(facts: Facts, typer: Typer, step: n.EffectStep, scope: Scope, found: list[Finding]) -> None:
    operation = facts.operation(step.operation)
    if operation is None:
        found.append(unknown_operation(facts, step.operation))
    elif operation.kind is Kind.READ:
        help = "use `read NAME from …`"
        found.append(Finding("not-an-effect", f"`{step.operation}` only reads", Label(step.operation.span), help=help))
    for use in (step.use, step.undo):
        if use is not None:
            _use(facts, typer, use, step, scope, found)
    if step.on_change is not None:
        typer.infer(step.on_change, scope)


def _use(facts: Facts, typer: Typer, use: n.Use, step: n.EffectStep, scope: Scope, found: list[Finding]) -> None:
    node = facts.maps.get(use.map.text)
    if node is None:
        help = did_you_mean(use.map.text, facts.maps)
        found.append(Finding("unknown-map", f"there is no map `{use.map}`", Label(use.map.span), help=help))
        return
    result = typer.use(node, use.arguments, use.span, scope)
    operation = facts.operation(step.operation)
    if operation is not None and operation.input is not None:
        typer.check_fit(result, operation.input, use.span, f"`{step.operation}`")
