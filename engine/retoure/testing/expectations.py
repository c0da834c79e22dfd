"""What a test expects, held against what happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ..connectors.port import Call
from ..delivery.ledger import effect_id
from ..language import nodes as n
from ..types import json_text
from . import reasons
from .differences import closest, differing, holds_within, table
from .results import Failure
from .stage import Stage

LONGEST = 200
"""Of a body that was sent, so many characters are shown."""

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


def _effect(step: n.ExpectEffect, stage: Stage) -> Missed:
    sent = _sent(stage, str(step.operation), step.verb)
    wanted = plain(step.body) if step.body is not None else None
    fitting = [call for call in sent if wanted is None or holds_within(wanted, call.body)]
    met = bool(fitting) if step.times is None else len(fitting) == step.times
    if met:
        return None
    times = "" if step.times is None else f" {_times(step.times)}"
    within = f" with {json_text.dump(wanted)}" if wanted is not None else ""
    told = _by_other_verb(step, stage) if not sent else ()
    found = told or _told(stage, str(step.operation), sent, len(fitting), wanted)
    return f"{step.verb} {step.operation}{times}{within}", found


def _by_other_verb(step: n.ExpectEffect, stage: Stage) -> tuple[str, ...]:
    """What was sent by `keep` where `do` is expected, or by `do` where `keep` is; nothing where nothing was."""
    other = "keep" if step.verb == "do" else "do"
    sent = _sent(stage, str(step.operation), other)
    return (f"sent {_times(len(sent))} by `{other}`: expect {other} {step.operation}", *_all_sent(sent)) if sent else ()


def _none(step: n.ExpectNone, stage: Stage) -> Missed:
    sent = [*_sent(stage, str(step.operation), "do"), *_sent(stage, str(step.operation), "keep")]
    return (f"no {step.operation}", _told(stage, str(step.operation), sent, len(sent))) if sent else None


def _sent(stage: Stage, operation: str, verb: str) -> list[Call]:
    """The calls of an operation that effects with this verb made. Their key is the effect, and a number after `#`."""
    system, _, name = operation.partition(".")
    effects = {
        f"{subject}/{effect_id(operation, tuple(row['key']))}"
        for subject in stage.subjects
        for row in stage.story(subject).effects
        if (row["operation"], row["verb"]) == (operation, verb)
    }
    calls = [call for call in stage.platforms[system].calls if call.operation == name]
    return [call for call in calls if call.key.rpartition("#")[0] in effects]


def _told(stage: Stage, operation: str, sent: Sequence[Call], fitting: int, wanted: Any = None) -> tuple[str, ...]:
    if not sent:
        return ("never sent", *reasons.inaction(stage, operation), *reasons.holds(stage))
    alike = "" if fitting == len(sent) else f", {fitting} of them as expected"
    near = _nearest(stage, operation, sent, wanted) if wanted is not None and not fitting else ()
    return (f"sent {_times(len(sent))}{alike}", *near, *_all_sent(sent))


def _nearest(stage: Stage, operation: str, sent: Sequence[Call], wanted: Any) -> Iterator[str]:
    """Where the call that comes nearest differs, and what the fields that differ are made of."""
    body = closest(wanted, [call.body for call in sent])
    differences = differing(wanted, body)
    yield "it differs here:" if len(sent) == 1 else "the one that comes nearest differs here:"
    yield from (f"  {line}" for line in table(differences, "sent"))
    for cell in differences:
        yield from reasons.origin_of_field(stage, operation, body, cell.path)


def _all_sent(sent: Sequence[Call]) -> Iterator[str]:
    yield "all that was sent:"
    for call in sent:
        body = json_text.dump(call.body)
        yield f"  {body[:LONGEST]}…" if len(body) > LONGEST else f"  {body}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _hold(step: n.ExpectHold, stage: Stage) -> Missed:
    team = str(stage.program.settings.get(step.team.text, step.team.text)) if step.team else None
    found = [hold for hold in stage.holds() if team is None or hold.team == team]
    if any(step.about is None or step.about in hold.reason for hold in found):
        return None
    words = f"hold{f' for {team}' if team else ''}" + (f' about "{step.about}"' if step.about else "")
    return words, tuple(reasons.holds(stage)) or ("nothing is held", *reasons.inaction(stage))


def _no_hold(step: n.ExpectNoHold, stage: Stage) -> Missed:
    return ("no hold", tuple(reasons.holds(stage))) if stage.holds() else None


def _queue(step: n.ExpectQueue, stage: Stage) -> Missed:
    letters = [letter for letter in stage.letters() if letter.queue == step.queue.text]
    if len(letters) == step.count:
        return None
    lines = tuple(f"  {letter.what}: {letter.error}" for letter in letters)
    return f"queue {step.queue} has {step.count}", (f"it has {len(letters)}", *lines, *_failed_calls(stage))


def _failed_calls(stage: Stage) -> Iterator[str]:
    counted = Counter(
        (f"{system}.{call.operation}", error)
        for system, platform in stage.platforms.items()
        for call, error in platform.failed
    )
    for (operation, error), count in counted.items():
        yield f"  {operation} failed {_times(count)}: {error}"


def _stage(step: n.ExpectStage, stage: Stage) -> Missed:
    last = stage.story(stage.subjects[-1]).state.stage if stage.subjects else None
    return (
        None
        if last == step.stage.text
        else (f"stage {step.stage}", (f"it is in {last or 'no stage'}", *reasons.moves(stage), *reasons.holds(stage)))
    )


def _answer(step: n.ExpectAnswer, stage: Stage) -> Missed:
    reply = stage.reply
    told = (f"no answer: {reply.outcome.reason}",) if reply and reply.outcome else ("no question was asked",)
    body = reply.body if reply else None
    if not step.wanted:
        return None if reply and body is None else ("no answer", (json_text.dump(body),) if body is not None else told)
    wanted = plain(step.body) if step.body is not None else {}
    if body is not None and holds_within(wanted, body):
        return None
    if body is None:
        return f"answer {json_text.dump(wanted)}", told
    lines = (f"  {line}" for line in table(differing(wanted, body), "answered"))
    return f"answer {json_text.dump(wanted)}", ("it differs here:", *lines, f"answered: {json_text.dump(body)}")


JUDGES: Mapping[type, Callable[[Any, Stage], Missed]] = {
    n.ExpectEffect: _effect,
    n.ExpectNone: _none,
    n.ExpectHold: _hold,
    n.ExpectNoHold: _no_hold,
    n.ExpectQueue: _queue,
    n.ExpectStage: _stage,
    n.ExpectAnswer: _answer,
}
