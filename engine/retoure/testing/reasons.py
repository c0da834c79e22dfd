"""Why a mapping did what it did, as lines below a failed expectation: notes, holds, and the values behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..compile import CompiledMapping
from ..delivery.store.port import Hold
from ..language import nodes as n
from ..language.wording import wording
from ..runtime.decision import Ending, FieldTrace
from ..source import Span
from ..types.kinds import Money
from .stage import Stage
from .values import shortened, told, told_value

INDENT = "    "


def inaction(stage: Stage, operation: str = "") -> Iterator[str]:
    """Why rules did nothing in the last decision: those that send an operation, if any does, and those that skip."""
    sending = {
        rule.name.text
        for rule in stage.program.rules
        if any(isinstance(step, n.EffectStep) and str(step.operation) == operation for step in rule.steps)
    }
    for decision in stage.watched.decisions[-1:]:
        for note in decision.notes:
            if not sending or note.rule in sending:
                yield f"  rule {note.rule} ({note.place}): {note.text}"
                yield from _values_at(stage, str(note.place))
        for stop in decision.stops:
            if stop.outcome.ending is Ending.SKIP:
                yield f"  rule {stop.rule} ({stop.place}): skips, {stop.outcome.reason}"
                yield from _values_at(stage, str(stop.place))


def holds(stage: Stage) -> Iterator[str]:
    """What is held, and the values that led there."""
    for hold in stage.holds():
        yield f"  held for {hold.team}: {hold.reason}"
        yield from list(_values_at(stage, hold.place)) or _looked_at(hold)


def _looked_at(hold: Hold) -> Iterator[str]:
    """The values that a hold itself remembers."""
    for origin in hold.because if isinstance(hold.because, Sequence) else ():
        if isinstance(origin, Mapping) and origin.get("kind") in ("input", "setting"):
            yield f"{INDENT}{origin['what']} = {told_value(_kept(origin.get('value')))}"


def _kept(value: Any) -> Any:
    """A value that a hold remembers, which keeps an amount of money as a record."""
    is_money = isinstance(value, Mapping) and value.keys() == {"amount", "currency"}
    return Money(value["amount"], value["currency"]) if is_money else value


def moves(stage: Stage) -> Iterator[str]:
    """How the record came to its stage."""
    entries = stage.story(stage.subjects[-1]).state.entries if stage.subjects else ()
    for entry in entries:
        *passed, _ = entry.path
        via = f" via {', '.join(passed)}" if passed else ""
        came = f"from {entry.origin} to {entry.stage}{via}" if entry.origin else f"first seen in {entry.stage}"
        yield f"  {came}, with version {entry.version}"


def origin_of_field(stage: Stage, operation: str, body: Any, path: str) -> Iterator[str]:
    """The line that set a field of a body, and the value of each part of it."""
    field = path.partition("[")[0]
    for trace in _traces(stage, operation, body):
        if trace.field in (path, field):
            found = [item for values in stage.watched.computed for item in values.fields if item[0] is trace]
            for _, expression, seen in found:
                source = stage.program.source
                yield f"  {trace.field} = {shortened(wording(source, expression))}   ({trace.place})"
                yield from (INDENT + line for line in told(expression, seen, source))
            return


def _traces(stage: Stage, operation: str, body: Any) -> Sequence[FieldTrace]:
    for decision in reversed(stage.watched.decisions):
        for wanted in decision.wanted:
            if wanted.operation == operation and wanted.body == body:
                return wanted.trace
    return ()


def _values_at(stage: Stage, place: str) -> Iterator[str]:
    """The value of each part of the condition at a place (`returns.rmap:12`), when the last decision came by it."""
    condition = _conditions(stage).get(place)
    if condition is not None and stage.watched.computed:
        lines = told(condition, stage.watched.computed[-1].seen, stage.program.source)
        yield from (INDENT + line for line in lines)


def _conditions(stage: Stage) -> Mapping[str, n.Expression]:
    """What rules and gates ask, by the place that notes and holds name."""
    return {str(stage.program.place(span)): condition for span, condition in _asked(stage.program) if condition}


def _asked(program: CompiledMapping) -> Iterator[tuple[Span, n.Expression | None]]:
    for gate in program.facts.gates.values():
        yield from ((require.span, require.condition) for require in gate.requires)
    for rule in program.rules:
        if rule.trigger and rule.trigger.condition:
            yield rule.trigger.condition.span, rule.trigger.condition
        for step in rule.steps:
            if isinstance(step, n.IfStep):
                yield step.span, step.condition
            elif isinstance(step, n.ForEachStep):
                yield step.span, step.loop.where
