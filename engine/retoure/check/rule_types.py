"""Are the names, types and conditions in a rule's steps right?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..types.kinds import ANYTHING, INTEGER, TEXT, Anything
from ..types.manifest import Kind, Operation
from .facts import Facts
from .rule_scopes import Inside, picked, steps, track_scope, units_read
from .track_paths import path_type
from .typing import Scope, Typer
from .typing.fit import bare
from .unknown import unknown


@dataclass(frozen=True)
class Desk:
    """What every question about a rule needs: the facts, a typer, and where findings go."""

    facts: Facts
    typer: Typer
    say: Callable[[Finding], None]


def rule_types(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        found: list[Finding] = []
        desk = Desk(facts, Typer(facts, found.append), found.append)
        _trigger(desk, rule)
        for inside in steps(facts, rule):
            step_types(desk, inside)
        yield from found


def unknown_operation(facts: Facts, path: n.Path) -> Finding:
    """The finding for an operation no manifest has."""
    if path.names[0].text not in facts.manifests:
        return unknown("unknown-system", "system", path.names[0], facts.manifests)
    help = did_you_mean(str(path), facts.operation_names()) or _operations(facts, path.names[0].text)
    return error("unknown-operation", f"there is no operation `{path}`", path.span, help=help)


def _operations(facts: Facts, system: str) -> str:
    return "there is " + ", ".join(f"`{system}.{name}`" for name in facts.manifests[system].operations)


def _trigger(desk: Desk, rule: n.RuleNode) -> None:
    trigger, track = rule.trigger, desk.facts.track
    if trigger is None:
        help = f"add `when {track.name if track else 'TRACK'} becomes STAGE`"
        desk.say(error("no-trigger", f"rule `{rule.name}` does not say when", rule.name.span, help=help))
        return
    if rule.watch and trigger.longer is None:
        help = f"write `when {trigger.track} stays STAGE for more than 48h`, or make it a `rule`"
        desk.say(error("no-trigger", f"watch `{rule.name}` does not say how long it waits", trigger.span, help=help))
    if track is not None and trigger.track.text != track.name.text:
        message = f"nothing called `{trigger.track}` is followed"
        desk.say(error("unknown-track", message, trigger.track.span, help=f"this file follows `{track.name}`"))
    for stage in (*trigger.origins, *trigger.stages):
        if track is not None and stage.text not in desk.facts.stages:
            desk.say(unknown("unknown-stage", "stage", stage, desk.facts.stages))
    for path in trigger.paths:
        _changing(desk, path)
    if trigger.condition is not None:
        desk.typer.condition(trigger.condition, track_scope(desk.facts), "`when`")


def _changing(desk: Desk, path: n.Path) -> None:
    track = desk.facts.track
    record = desk.facts.record_of(track.type) if track else None
    if record is not None and path_type(record, path) is None:
        help = did_you_mean(str(path), record.fields)
        desk.say(error("unknown-field", f"{record} has no field `{path}`", path.span, help=help))


def step_types(desk: Desk, inside: Inside) -> None:
    """Reports what is wrong in one step."""
    step, scope = inside.step, inside.scope
    if isinstance(step, n.ReadStep):
        called(desk, step.operation, step.arguments, scope)
    elif isinstance(step, n.ForEachStep):
        desk.typer.loop(step.loop, scope)
    elif isinstance(step, n.PickStep):
        _pick(desk, step, scope)
    elif isinstance(step, n.IfStep):
        desk.typer.condition(step.condition, scope, "`if`")
    elif isinstance(step, n.GateStep):
        _gate(desk, step, scope)
    elif isinstance(step, n.EffectStep):
        _effect(desk, step, scope)
    elif isinstance(step, n.EndingNode):
        desk.typer.infer(step, scope)


def called(desk: Desk, path: n.Path, arguments: Sequence[n.Expression], scope: Scope) -> None:
    """Reports what is wrong in a call that reads."""
    operation = desk.facts.operation(path)
    if operation is None:
        desk.say(unknown_operation(desk.facts, path))
        return
    if operation.kind is not Kind.READ:
        message, help = (
            f"`{path}` changes something, and here is only read",
            "to change something, write `do` or `keep`",
        )
        desk.say(error("not-a-read", message, path.span, "changes something", help=help))
        return
    if len(arguments) != len(operation.parameters):
        desk.say(error("wrong-count", _wanted(path, operation), path.span, f"given {len(arguments)}"))
    for argument, parameter in zip(arguments, operation.parameters, strict=False):
        wanted = TEXT if isinstance(argument, n.TextLiteral) else parameter.type
        desk.typer.require(argument, scope, wanted, f"`{parameter.name}` of `{path}`")


def _wanted(path: n.Path, operation: Operation) -> str:
    names = ", ".join(parameter.name for parameter in operation.parameters) or "none"
    count = len(operation.parameters)
    return f"`{path}` takes {count} value{'s' if count != 1 else ''} ({names})"


def _pick(desk: Desk, step: n.PickStep, scope: Scope) -> None:
    desk.typer.require(step.count, scope, INTEGER, "`pick`")
    inner = scope.having(step.variable.text, picked(desk.facts, desk.typer, step, scope))
    if step.where is not None:
        desk.typer.condition(step.where, inner, "`where`")
    if step.otherwise is not None:
        desk.typer.infer(step.otherwise, scope)
    else:
        message, help = "`pick` does not say what happens when there are too few", 'add `otherwise hold "…" for TEAM`'
        desk.say(error("pick-open", message, step.variable.span.to(step.source.span), help=help))
    of_nothing = isinstance(bare(desk.typer.silently(step.source, scope)), Anything)
    if scope.reads and not of_nothing and units_read(desk.facts, step, scope) is None:
        note = "only a list that a manifest declares as units can be shared between returns without being given twice"
        desk.say(error("pick-source", "`pick` takes units from the answer of a `read`", step.source.span, notes=[note]))


def _gate(desk: Desk, step: n.GateStep, scope: Scope) -> None:
    gate = desk.facts.gates.get(step.gate.text)
    if gate is None:
        desk.say(unknown("unknown-gate", "gate", step.gate, desk.facts.gates))
    else:
        desk.typer.arguments(gate.parameters, step.arguments, step.gate.span, scope, f"gate `{gate.name}`")


def _effect(desk: Desk, step: n.EffectStep, scope: Scope) -> None:
    operation = desk.facts.operation(step.operation)
    if operation is None:
        desk.say(unknown_operation(desk.facts, step.operation))
    elif operation.kind is Kind.READ:
        message, help = f"`{step.operation}` only reads", f"use `read NAME from {step.operation}(…)`"
        desk.say(error("not-an-effect", message, step.operation.span, help=help))
    for use in (step.use, step.undo):
        if use is not None:
            _use(desk, use, operation, step, scope)
    if step.on_change is not None:
        desk.typer.infer(step.on_change, scope)


def _use(desk: Desk, use: n.Use, operation: Operation | None, step: n.EffectStep, scope: Scope) -> None:
    node = desk.facts.maps.get(use.map.text)
    if node is None:
        desk.say(unknown("unknown-map", "map", use.map, desk.facts.maps))
        return
    wanted = (operation.input if operation else None) or ANYTHING
    desk.typer.made(node, use, use.map.span, scope, wanted, f"`{step.operation}`")
