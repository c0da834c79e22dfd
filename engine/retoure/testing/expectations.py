"""What a test expects, held against what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..connectors.port import Call
from ..language import nodes as n
from ..runtime.decision import Decision, Ending, Stop
from ..types import json_text
from .results import Failure
from .stage import Stage

Missed = tuple[str, tuple[str, ...]] | None
"""What was expected and what was found, None when it is as expected."""


def missed(step: n.TestStep, stage: Stage) -> Failure | None:
    """The failure of an expectation; None when it is met or when the step expects nothing."""
    judge = JUDGES.get(type(step))
    found = judge(step, stage) if judge else None
    return Failure(stage.program.place(step.span), *found) if found else None


def plain(literal: n.Literal) -> Any:
    """A literal as JSON: words `true` and `false` are truth values, other words text."""
    value = literal.value
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    return {"true": True, "false": False}.get(value, value) if literal.word else value


def holds_within(wanted: Any, found: Any) -> bool:
    """Whether everything in `wanted` is in `found`: named fields of objects, lists element by element."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(holds_within(item, found.get(name)) for name, item in wanted.items())
    if isinstance(wanted, list):
        same = isinstance(found, Sequence) and not isinstance(found, str) and len(wanted) == len(found)
        return same and all(holds_within(item, other) for item, other in zip(wanted, found, strict=True))
    return bool(wanted == found) and isinstance(wanted, bool) == isinstance(found, bool)


def _effect(step: n.ExpectEffect, stage: Stage) -> Missed:
    sent = _sent(stage, str(step.operation), step.verb)
    wanted = plain(step.body) if step.body is not None else None
    fitting = [call for call in sent if wanted is None or holds_within(wanted, call.body)]
    met = bool(fitting) if step.times is None else len(fitting) == step.times
    if met:
        return None
    times = "" if step.times is None else f" {_times(step.times)}"
    within = f" with {json_text.dump(wanted)}" if wanted is not None else ""
    return f"{step.verb} {step.operation}{times}{within}", _told(stage, str(step.operation), sent, len(fitting))


def _none(step: n.ExpectNone, stage: Stage) -> Missed:
    sent = [*_sent(stage, str(step.operation), "do"), *_sent(stage, str(step.operation), "keep")]
    return (f"no {step.operation}", _told(stage, str(step.operation), sent, len(sent))) if sent else None


def _sent(stage: Stage, operation: str, verb: str) -> list[Call]:
    """The calls of an operation that effects with this verb made."""
    system, _, name = operation.partition(".")
    verbs = {
        row["verb"]
        for subject in stage.subjects
        for row in stage.story(subject).effects
        if row["operation"] == operation
    }
    calls = [call for call in stage.platforms[system].calls if call.operation == name]
    return calls if verb in verbs else []


def _told(stage: Stage, operation: str, sent: Sequence[Call], fitting: int) -> tuple[str, ...]:
    if sent:
        alike = "" if fitting == len(sent) else f", {fitting} of them as expected"
        return (f"sent {_times(len(sent))}{alike}", *(f"  {json_text.dump(call.body)}" for call in sent))
    last = stage.watched.decisions[-1:]
    notes = [f"  rule {note.rule} ({note.place}): {note.text}" for decision in last for note in decision.notes]
    skips = [f"  rule {stop.rule} ({stop.place}): skips, {stop.outcome.reason}" for stop in _skips(last)]
    return ("never sent", *notes, *skips, *_held(stage))


def _skips(decisions: Sequence[Decision]) -> list[Stop]:
    return [stop for decision in decisions for stop in decision.stops if stop.outcome.ending is Ending.SKIP]


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _held(stage: Stage) -> tuple[str, ...]:
    return tuple(f"  held for {hold.team}: {hold.reason}" for hold in stage.holds())


def _hold(step: n.ExpectHold, stage: Stage) -> Missed:
    team = str(stage.program.settings.get(step.team.text, step.team.text)) if step.team else None
    found = [hold for hold in stage.holds() if team is None or hold.team == team]
    if any(step.about is None or step.about in hold.reason for hold in found):
        return None
    words = f"hold{f' for {team}' if team else ''}" + (f' about "{step.about}"' if step.about else "")
    return words, _held(stage) or ("nothing is held",)


def _no_hold(step: n.ExpectNoHold, stage: Stage) -> Missed:
    return ("no hold", _held(stage)) if stage.holds() else None


def _queue(step: n.ExpectQueue, stage: Stage) -> Missed:
    letters = [letter for letter in stage.letters() if letter.queue == step.queue.text]
    if len(letters) == step.count:
        return None
    lines = tuple(f"  {letter.what}: {letter.error}" for letter in letters)
    return f"queue {step.queue} has {step.count}", (f"it has {len(letters)}", *lines)


def _stage(step: n.ExpectStage, stage: Stage) -> Missed:
    last = stage.story(stage.subjects[-1]).state.stage if stage.subjects else None
    return None if last == step.stage.text else (f"stage {step.stage}", (f"it is in {last or 'no stage'}",))


def _answer(step: n.ExpectAnswer, stage: Stage) -> Missed:
    reply = stage.reply
    told = (f"no answer: {reply.outcome.reason}",) if reply and reply.outcome else ("no question was asked",)
    body = reply.body if reply else None
    if not step.wanted:
        return None if reply and body is None else ("no answer", (json_text.dump(body),) if body is not None else told)
    wanted = plain(step.body) if step.body is not None else {}
    if body is not None and holds_within(wanted, body):
        return None
    return f"answer {json_text.dump(wanted)}", told if body is None else (json_text.dump(body),)


JUDGES: Mapping[type, Callable[[Any, Stage], Missed]] = {
    n.ExpectEffect: _effect,
    n.ExpectNone: _none,
    n.ExpectHold: _hold,
    n.ExpectNoHold: _no_hold,
    n.ExpectQueue: _queue,
    n.ExpectStage: _stage,
    n.ExpectAnswer: _answer,
}
