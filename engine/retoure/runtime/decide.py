"""`decide`: the newest record and what is known of it in, everything the mapping wants out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from msgspec.structs import replace

from ..language import nodes as n
from ..types.exact import decimal_of
from ..types.kinds import Record
from ..types.lift import lift
from .convert import ConversionFailed
from .decision import Decision, Ending, Entry, NeededRead, Occurrence, Outcome, RuleNote, State, Stop
from .evaluate import Evaluator
from .later import Later
from .rules import Findings, Lifted, Rulebook, RuleRun
from .scope import Ended, Env
from .stages import Now, Stages, Triggers, active, wake_at
from .stops import told_once
from .values import RECORD, Refused, shown


class Scene(NamedTuple):
    """What the rules of one decision see. `started` names those of which an effect stands.

    `lifted` are answers read already, shared by all that follows the rules of this decision.
    """

    occurrence: Occurrence
    state: State
    now: Now
    env: Env
    started: frozenset[str]
    lifted: dict[str, Lifted]


class Followed(NamedTuple):
    """What the rules came to, the names of those that were followed to their end, and why the others did nothing."""

    found: Findings
    reviewed: Set[str]
    notes: Callable[[], Sequence[RuleNote]]


class Plan(Rulebook, Protocol):
    """A compiled mapping as `decide` sees it."""

    @property
    def identity(self) -> str: ...

    @property
    def track(self) -> n.TrackNode: ...

    @property
    def record(self) -> Record: ...

    @property
    def stages(self) -> Stages: ...

    @property
    def triggers(self) -> Triggers: ...

    @property
    def rules(self) -> Sequence[n.RuleNode]: ...

    def followed(self, scene: Scene) -> Followed:
        """What the rules come to: `follow_all`, or something quicker that comes to the same."""
        ...


def decide(plan: Plan, occurrence: Occurrence, state: State) -> Decision:
    """Everything the mapping says about this version of the record."""
    record, problems = lift(occurrence.record, plan.record, root=occurrence.record)
    if problems:
        return _unreadable(plan, occurrence, state, "; ".join(str(problem) for problem in problems[:3]))
    newest = _at(record, plan.track.newest)
    about = (shown(_at(record, plan.track.key)), version_text(newest), plan.identity)
    if state.version is not None and _older(newest, about[1], state.version):
        return Decision(*about, stage=state.stage, stale=True)
    return _staged(plan, occurrence, state, record, about)


def typed_record(plan: Plan, occurrence: Occurrence) -> dict[str, Any] | None:
    """The record as run-time values; None when it does not fit its schema."""
    record, problems = lift(occurrence.record, plan.record, root=occurrence.record)
    return None if problems else record


def subject_of(plan: Plan, record: Mapping[str, Any]) -> str:
    """The key of a record as text."""
    return shown(_at(record, plan.track.key))


def _unreadable(plan: Plan, occurrence: Occurrence, state: State, problems: str) -> Decision:
    subject = _at(occurrence.record, plan.track.key)
    subject = subject if isinstance(subject, str | int) else None
    text = f"{plan.track.type.text} does not fit its schema: {problems}"
    stop = Stop("", plan.place(plan.track.type.span), Outcome(Ending.HOLD, text, plan.care))
    return Decision(shown(subject), "", plan.identity, stage=state.stage, stops=(stop,))


def _staged(
    plan: Plan, occurrence: Occurrence, state: State, record: dict[str, Any], about: tuple[str, str, str]
) -> Decision:
    status = shown(_at(record, plan.track.stage_from))
    stage = plan.stages.of(status)
    reached, variables = state.reached, {plan.track.name.text: record}
    if stage is None:
        unknown = _unknown(plan, status, Env(variables, occurrence.now, reached))
        return Decision(*about, stage=state.stage, stops=(unknown,))
    try:
        entry = plan.stages.entry(state, stage, about[1], occurrence.now)
    except KeyError:
        return Decision(*about, stage=state.stage, stops=(_illegal(plan, state.stage or "", stage),))
    current = entry or state.entries[-1]
    seen = _seen(plan, record, state, about[1])
    now = Now(current, reached.union(current.path), occurrence.now, _changed(seen))
    started = frozenset([entry.rule for entry in state.ledger.values() if entry.body is not None])
    scene = Scene(occurrence, state, now, Env(variables, occurrence.now, now.reached), started, {})
    followed = plan.followed(scene)
    return _decided(about, entry, stage, seen, followed, wake_at(plan.triggers.waiting.get(current.stage, ()), now))


def _decided(
    about: tuple[str, str, str], entry: Entry | None, stage: str, seen: dict[str, Any], followed: Followed,
    wakes: datetime | None,
) -> Decision:  # fmt: skip
    out = followed.found
    stops, echoes = told_once(out.stops)
    return Decision(
        *about,
        entry=entry,
        stage=stage,
        wanted=tuple(out.wanted),
        stops=stops,
        notes=Later(lambda: (*followed.notes(), *echoes)),
        needs=_each_once(out.needs),
        reviewed=followed.reviewed,
        picks=out.picks,
        seen=seen,
        wake_at=wakes,
    )


def _each_once(needs: Sequence[NeededRead]) -> tuple[NeededRead, ...]:
    """What has to be read, as the first rule that needs it says so."""
    return tuple({need.read.key: need for need in reversed(needs)}.values())[::-1] if needs else ()


def follow_all(plan: Plan, scene: Scene, without: Set[str] = frozenset()) -> Followed:
    """Follows every rule but some, one after the other, and notes why it did nothing."""
    out = Findings(lifted=scene.lifted)
    for rule in plan.rules:
        if rule.name.text not in without:
            _rule(plan, rule, scene, out)
    return Followed(out, frozenset(out.reviewed), lambda: out.notes)


def _seen(plan: Plan, record: Mapping[str, Any], state: State, version: str) -> dict[str, Any]:
    """The values that `changes` compares, as text: of this version, and of the one before it.

    A version decided again (time has passed, an answer has come) is compared with the same one as the first time.
    """
    again = state.seen.get("version") == version
    before = state.seen.get("before" if again else "now", {})
    now = {str(path): shown(_at(record, path)) for path in plan.triggers.compared}
    return {"version": version, "now": now, "before": before}


def _changed(seen: Mapping[str, Any]) -> frozenset[str]:
    """The paths whose values are others than before."""
    before, now = seen["before"], seen["now"]
    return frozenset([path for path, value in before.items() if now.get(path) != value])


def _rule(plan: Plan, rule: n.RuleNode, scene: Scene, out: Findings) -> None:
    trigger, started = rule.trigger, rule.name.text in scene.started
    if trigger is None:
        return
    starts = active(trigger, scene.now)
    if not starts and not (started and goes_on(trigger)):
        out.notes.append(RuleNote(rule.name.text, plan.place(trigger.span), f"waits for {_awaited(trigger)}"))
        if not started and trigger.event != "changes":
            out.reviewed.add(rule.name.text)
        return
    RuleRun(plan, rule, scene.occurrence, scene.state, out, starts).follow(scene.env, scene.now.entry.at)


def goes_on(trigger: n.TriggerNode) -> bool:
    """Whether a rule that has started is followed for ever, to compare what it began with what it would want now."""
    return trigger.event in ("becomes", "reached")


def _awaited(trigger: n.TriggerNode) -> str:
    if trigger.event == "changes":
        return "a change of " + " or ".join(str(path) for path in trigger.paths)
    words = " or ".join(stage.text for stage in trigger.stages)
    return f"{words} for more than {_span(trigger.longer)}" if trigger.longer else words


def _span(time: timedelta) -> str:
    """A time span as it is written in a mapping: `48h`, `30m`."""
    seconds = int(time.total_seconds())
    return next(f"{seconds // size}{unit}" for size, unit in ((3600, "h"), (60, "m"), (1, "s")) if seconds % size == 0)


def _unknown(plan: Plan, status: str, env: Env) -> Stop:
    node = plan.track.unknown
    care = Outcome(Ending.HOLD, f"unknown status {status}", plan.care)
    if node is None:
        return Stop("", plan.place(plan.track.span), care)
    evaluator = Evaluator(plan)
    try:
        outcome = evaluator.outcome(node, env.having("status", status))
    except Ended as ended:
        outcome = ended.outcome
    except (ConversionFailed, Refused) as problem:
        outcome = replace(care, reason=f"{care.reason}; {problem}")
    return Stop("", plan.place(node.span), outcome, because=tuple(evaluator.notes.origins))


def _illegal(plan: Plan, origin: str, stage: str) -> Stop:
    name = plan.track.name
    text = f"{name} went from {origin} to {stage}, a move this mapping does not allow"
    at = next((move.span for move in plan.track.moves if move.origin.text == origin), name.span)
    return Stop("", plan.place(at), Outcome(Ending.HOLD, text, plan.care))


def version_text(value: Any) -> str:
    """A version so that texts of one kind compare as the values do: instants in UTC with microseconds."""
    return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else shown(value)


def _older(value: Any, version: str, known: str) -> bool:
    """Whether a version is older than the one known. Numbers compare as such, unless the known one is none."""
    if isinstance(value, int | Decimal):
        number = decimal_of(known)
        return number is not None and Decimal(value) < number
    return version < known


def _at(record: Mapping[str, Any], path: n.Path | None) -> Any:
    value: Any = record
    for name in path.names if path else ():
        value = value.get(name.text) if isinstance(value, RECORD) else None
    return value
