"""What each step of a rule may name: the followed thing, what was read, the elements of the loops around it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ..language import nodes as n
from ..types.kinds import ANYTHING, TEXT, Type
from .facts import Facts, remembered
from .typing import Scope, Typer


@dataclass(frozen=True)
class Inside:
    """A step with the scope before it and the loop variables around it."""

    step: n.Step
    scope: Scope
    loops: tuple[str, ...]


def track_scope(facts: Facts) -> Scope:
    """The scope with only the followed thing."""
    return _followed(facts, facts.track) if facts.track is not None else Scope()


@remembered
def _followed(facts: Facts, track: n.TrackNode) -> Scope:
    return Scope().having(track.name.text, facts.record_of(track.type) or ANYTHING)


@remembered
def steps(facts: Facts, rule: n.RuleNode) -> tuple[Inside, ...]:
    """The steps of a rule in order."""
    return tuple(typed_steps(facts, Typer(facts), rule))


def typed_steps(facts: Facts, typer: Typer, rule: n.RuleNode) -> Iterator[Inside]:
    """The steps of a rule in order. Loops are typed by `typer`, for those who want to know what is in them.

    The outcome of a rule that waits may say for how long: `{age}`.
    """
    scope = track_scope(facts)
    if rule.trigger is not None and rule.trigger.condition is not None:
        scope = typer.where(rule.trigger.condition, scope)
    waits = rule.trigger is not None and rule.trigger.longer is not None
    for inside in steps_from(facts, typer, rule.steps, scope):
        aged = waits and isinstance(inside.step, n.EndingNode)
        yield replace(inside, scope=inside.scope.having("age", TEXT)) if aged else inside


def steps_from(facts: Facts, typer: Typer, steps: Sequence[n.Step], scope: Scope) -> Iterator[Inside]:
    """Steps in order, beginning in a scope."""
    loops: tuple[str, ...] = ()
    for step in steps:
        yield Inside(step, scope, loops)
        scope = _after(facts, typer, step, scope)
        loops = (*loops, *_variable(step))


def scope_after(facts: Facts, steps: Sequence[n.Step], scope: Scope) -> Scope:
    """What may be named after the last of the steps."""
    typer = Typer(facts)
    for step in steps:
        scope = _after(facts, typer, step, scope)
    return scope


def _variable(step: n.Step) -> tuple[str, ...]:
    if isinstance(step, n.ForEachStep):
        return (step.loop.variable.text,)
    return (step.variable.text,) if isinstance(step, n.PickStep) else ()


def _after(facts: Facts, typer: Typer, step: n.Step, scope: Scope) -> Scope:
    if isinstance(step, n.ReadStep):
        operation = facts.operation(step.operation)
        kind: Type = (operation.output if operation else None) or ANYTHING
        return scope.reading(step.name.text, kind, str(step.operation))
    if isinstance(step, n.ForEachStep):
        return typer.loop(step.loop, scope)
    if isinstance(step, n.EffectStep) and step.named is not None:
        operation = facts.operation(step.operation)
        return scope.having(step.named.text, (operation.output if operation else None) or ANYTHING)
    if isinstance(step, n.PickStep):
        inner = scope.having(step.variable.text, picked(facts, typer, step, scope))
        return inner if step.where is None else typer.where(step.where, inner)
    return typer.where(step.condition, scope) if isinstance(step, n.IfStep) else scope


def picked(facts: Facts, typer: Typer, step: n.PickStep, scope: Scope) -> Type:
    """The type of a picked unit. Nothing is known of one from a list that has no units."""
    no_units = scope.reads and units_read(facts, step, scope) is None
    return ANYTHING if no_units else typer.element(step.source, scope)


def units_read(facts: Facts, step: n.PickStep, scope: Scope) -> str | None:
    """The operation whose answer lists the units a pick takes from; None when the list is not one of units."""
    source = step.source
    if not (isinstance(source, n.Member) and isinstance(source.of, n.NameRef)):
        return None
    operation = scope.reads.get(source.of.name, "")
    system, _, name = operation.partition(".")
    found = facts.manifests[system].operations.get(name) if system in facts.manifests else None
    return operation if found and found.units and found.units.list == source.name.text else None
