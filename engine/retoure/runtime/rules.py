"""Follows one rule through its steps: what it wants, where it stops, what it must read first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

from ..language import nodes as n
from ..language.walk import walk
from ..source import Place, Span
from ..types.kinds import Type
from ..types.lift import lift
from ..types.lower import lower
from ..types.manifest import Operation
from ..types.problem import Problem
from .ages import in_words
from .convert import ConversionFailed
from .decision import (
    Ending,
    FieldTrace,
    LedgerEntry,
    NeededRead,
    Occurrence,
    Origin,
    Outcome,
    Read,
    RuleNote,
    State,
    Stop,
    Wanted,
)
from .evaluate import Definitions, Evaluator, identity
from .policies import Replacement, resolve
from .policy import Arm, Instead, Policy
from .scope import Ended, Env
from .values import RECORD, Refused, shown

Made = tuple[dict[str, Any], Sequence[FieldTrace]]
"""A command as JSON, and where each of its fields comes from."""
Lifted = tuple[Any, tuple[Problem, ...]]
"""An answer as a run-time value, and what is wrong with it."""


class Rulebook(Definitions, Protocol):
    """What rules need beyond expressions."""

    @property
    def gates(self) -> Mapping[str, n.GateNode]: ...

    @property
    def care(self) -> str:
        """The team that looks after what the mapping did not foresee."""
        ...

    def policy_arms(self, name: str) -> Sequence[n.ArmNode | Arm]:
        """The arms of a policy; filled in are those that are the same for every effect."""
        ...

    def operation(self, path: str) -> Operation: ...

    def evaluator(self) -> Evaluator:
        """What the steps of rules are evaluated with."""
        ...


@dataclass
class Findings:
    """What following the rules has brought up so far; `picks` is shared by all rules of one decision.

    `lifted` holds the answers that were read already as run-time values, with what is wrong with them.
    """

    wanted: list[Wanted] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    notes: list[RuleNote] = field(default_factory=list)
    needs: list[NeededRead] = field(default_factory=list)
    picks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    reviewed: set[str] = field(default_factory=set)
    lifted: dict[str, Lifted] = field(default_factory=dict)


class RuleRun:
    """One rule on one record. `starts` is false when it may only compare what it started before."""

    def __init__(
        self, book: Rulebook, rule: n.RuleNode, occurrence: Occurrence, state: State, out: Findings, starts: bool
    ) -> None:
        self._book = book
        self._rule = rule
        self._occurrence = occurrence
        self._state = state
        self._out = out
        self._starts = starts
        self._whole = True
        self._since: datetime | None = None

    @cached_property
    def _ledger(self) -> Mapping[tuple[str, tuple[str, ...]], LedgerEntry]:
        return {(entry.operation, entry.key): entry for entry in self._state.ledger.values()}

    def follow(self, env: Env, since: datetime | None = None) -> None:
        """Runs the rule to its end; afterwards the findings say so when nothing stopped it.

        `since` is when the record came into its stage.
        """
        trigger = self._rule.trigger
        condition = trigger.condition if trigger else None
        if condition is None or self._holds(condition, env):
            self.go_on(0, env, since)
        elif self._whole:
            self._out.reviewed.add(self._rule.name.text)

    def go_on(self, number: int, env: Env, since: datetime | None = None) -> None:
        """Runs the rule from one of its steps to its end; those before it have been done."""
        self._since = since
        self._step(number, env)
        if self._whole:
            self._out.reviewed.add(self._rule.name.text)

    # ---- bookkeeping

    def _place(self, span: Span) -> Place:
        return self._book.place(span)

    def _note(self, span: Span, text: str) -> None:
        self._out.notes.append(RuleNote(self._rule.name.text, self._place(span), text))

    def _stop(self, outcome: Outcome, at: Place, env: Env, because: Sequence[Origin] = ()) -> None:
        if outcome.ending is not Ending.SKIP:
            self._whole = False
        key = tuple(name for _, name in env.loops)
        self._out.stops.append(Stop(self._rule.name.text, at, outcome, key, tuple(because)))

    def _evaluator(self) -> Evaluator:
        return self._book.evaluator()

    def _holds(self, condition: n.Expression, env: Env) -> bool:
        evaluator = self._evaluator()
        try:
            held = self._asked(condition, env, evaluator)
            if not held:
                self._note(condition.span, "its condition does not hold" + because(evaluator.notes.origins, env))
            return held
        except (Ended, ConversionFailed, Refused) as problem:
            self._trouble(problem, condition.span, env, evaluator.notes.origins)
            return False

    def _asked(self, condition: n.Expression, env: Env, evaluator: Evaluator) -> bool:
        """Whether a condition holds; where it does not, the evaluator's notes say what it looked at."""
        return evaluator.holds(condition, env)

    def _trouble(self, problem: Exception, span: Span, env: Env, because: Sequence[Origin]) -> None:
        if isinstance(problem, Ended):
            self._stop(problem.outcome, self._place(Span(problem.at, problem.at)), env, because)
            return
        self._stop(Outcome(Ending.HOLD, str(problem), self._book.care), self._place(span), env, because)

    def _finished(self, env: Env) -> None:
        """Called at the end of the steps, once for each way through the loops."""

    # ---- steps

    def _step(self, number: int, env: Env) -> None:
        if number == len(self._rule.steps):
            self._finished(env)
            return
        step = self._rule.steps[number]
        evaluator = self._evaluator()
        try:
            getattr(self, "_" + type(step).__name__)(step, number, env, evaluator)
        except (Ended, ConversionFailed, Refused) as problem:
            self._trouble(problem, step.span, env, evaluator.notes.origins)

    def _ReadStep(self, step: n.ReadStep, number: int, env: Env, evaluator: Evaluator) -> None:
        read = Read(str(step.operation), tuple(shown(evaluator.value(item, env)) for item in step.arguments))
        answer = self._occurrence.answers.get(read.key)
        if answer is None:
            self._whole = False
            policy = self._policy(step.policy, evaluator, env)
            self._out.needs.append(NeededRead(read, self._rule.name.text, self._place(step.span), policy))
        elif answer.error:
            self._read_failed(step, read, env)
        else:
            self._have_read(step, number, env, read)

    def _read_failed(self, step: n.ReadStep, read: Read, env: Env) -> None:
        answer = self._occurrence.answers[read.key]
        text = f"{read.key} could not be read: {answer.error}"
        self._stop(answer.outcome or Outcome(Ending.HOLD, text, self._book.care), self._place(step.span), env)

    def _have_read(self, step: n.ReadStep, number: int, env: Env, read: Read) -> None:
        operation = self._book.operation(read.operation)
        answer = self._occurrence.answers[read.key]
        if read.key not in self._out.lifted:
            lifted = lift(answer.value, operation.output, root=answer.value) if operation.output else (None, ())
            self._out.lifted[read.key] = lifted
        value, problems = self._out.lifted[read.key]
        if problems:
            text = f"the answer of {read.key} does not fit its schema: {problems[0]}"
            self._stop(Outcome(Ending.HOLD, text, self._book.care), self._place(step.span), env)
            return
        self._step(number + 1, env.reading(step.name.text, value, read.operation, answer))

    def _ForEachStep(self, step: n.ForEachStep, number: int, env: Env, evaluator: Evaluator) -> None:
        listed = list(evaluator.each(step.loop, env))
        refused: list[tuple[Env, Sequence[Origin]]] = []
        passed = [self._passes(step.loop, each, refused) for each in listed]
        if not listed:
            self._note(step.span, f"there is no {step.loop.variable}")
        elif len(refused) == len(listed):
            looked_at = [origin for _, origins in refused for origin in origins]
            self._note(step.span, f"no {step.loop.variable} passes its `where`" + because(looked_at, env))
        else:
            self._left_out(step, refused)
        for each, fits in zip(listed, passed, strict=True):
            if fits:
                self._step(number + 1, each)

    def _left_out(self, step: n.ForEachStep, refused: Sequence[tuple[Env, Sequence[Origin]]]) -> None:
        """Elements that do not pass `where` while others do; those with the same values are told together."""
        told: dict[str, list[str]] = {}
        for each, origins in refused:
            told.setdefault(because(origins, each), []).append(each.loops[-1][1])
        for why, names in told.items():
            self._note(step.loop.span, f"leaves out {step.loop.variable} {', '.join(names)}{why}")

    def _passes(self, loop: n.Loop, env: Env, refused: list[tuple[Env, Sequence[Origin]]]) -> bool | None:
        """Whether an element passes `where`; None when that cannot be said, which stops this element and no other.

        One that does not is added to `refused`, with the values that were looked at.
        """
        if loop.where is None:
            return True
        evaluator = self._evaluator()
        try:
            passes = self._asked(loop.where, env, evaluator)
            if not passes:
                refused.append((env, evaluator.notes.origins))
            return passes
        except (Ended, ConversionFailed, Refused) as problem:
            self._trouble(problem, loop.where.span, env, evaluator.notes.origins)
            return None

    def _PickStep(self, step: n.PickStep, number: int, env: Env, evaluator: Evaluator) -> None:
        wanted: int = evaluator.value(step.count, env)
        if wanted < 0:
            raise Refused(f"{wanted} units cannot be picked")
        chosen = self._chosen(step, env, evaluator, wanted)
        if len(chosen) < wanted:
            outcome = evaluator.outcome(step.otherwise, env) if step.otherwise else None
            care = Outcome(Ending.HOLD, "too few to pick", self._book.care)
            self._stop(outcome or care, self._place(step.span), env, evaluator.notes.origins)
            return
        for unit in chosen:
            self._step(number + 1, env.within(step.variable.text, unit, identity(unit, 0)))

    def _chosen(self, step: n.PickStep, env: Env, evaluator: Evaluator, wanted: int) -> list[Any]:
        """Units picked before come first; new ones pass `where` and belong to nobody."""
        units = {identity(unit, place): unit for place, unit in enumerate(evaluator.value(step.source, env) or ())}
        place = pick_key(env)
        before = self._out.picks.get(place) or self._state.picks.get(place, ())
        kept = [unit for unit in before if unit in units][:wanted]
        taken = self._taken(step, env, place) if len(kept) < wanted else set[str]()
        for unit in (unit for unit in units if unit not in kept and unit not in taken):
            if len(kept) >= wanted:
                break
            if step.where is None or self._fits(step.where, env.having(step.variable.text, units[unit]), evaluator):
                kept.append(unit)
        if len(kept) == wanted:
            self._out.picks[place] = tuple(dict.fromkeys((*kept, *before)))
        return [units[unit] for unit in kept]

    def _fits(self, where: n.Expression, env: Env, evaluator: Evaluator) -> bool:
        """Whether a unit may be picked; the evaluator's notes say what was looked at."""
        return evaluator.truth(where, env)

    def _taken(self, step: n.PickStep, env: Env, place: str) -> set[str]:
        base = (
            step.source.of.name if isinstance(step.source, n.Member) and isinstance(step.source.of, n.NameRef) else ""
        )
        claimed = env.lists[base][1].claimed if base in env.lists else frozenset()
        others = {**self._state.picks, **self._out.picks}
        return {*claimed, *(unit for key, units in others.items() if key != place for unit in units)}

    def _IfStep(self, step: n.IfStep, number: int, env: Env, evaluator: Evaluator) -> None:
        if self._asked(step.condition, env, evaluator):
            self._step(number + 1, env)
        else:
            self._note(step.span, "its `if` does not hold" + because(evaluator.notes.origins, env))

    def _GateStep(self, step: n.GateStep, number: int, env: Env, evaluator: Evaluator) -> None:
        gate = self._book.gates[step.gate.text]
        names = [parameter.name.text for parameter in gate.parameters]
        values = [evaluator.value(argument, env) for argument in step.arguments]
        inner = Env(dict(zip(names, values, strict=True)), env.now, env.reached)
        evaluator.notes.origins.clear()
        failed = [require for require in gate.requires if not _met(require, inner, evaluator)]
        if not failed:
            self._step(number + 1, env)
            return
        why = tuple(evaluator.notes.origins)
        told = inner.having("failed", "; ".join(require.label for require in failed))
        outcome = evaluator.outcome(gate.otherwise, told) if gate.otherwise else None
        care = Outcome(Ending.HOLD, f"gate {gate.name} is closed", self._book.care)
        self._stop(outcome or care, self._place(failed[0].span), env, why)

    def _EndingNode(self, step: n.EndingNode, number: int, env: Env, evaluator: Evaluator) -> None:
        waited = self._rule.trigger is not None and self._rule.trigger.longer is not None
        age = in_words(env.now - self._since) if self._since is not None else ""
        known = env.having("age", age) if waited else env
        raise Ended(evaluator.outcome(step, known), step.span.start)

    def _EffectStep(self, step: n.EffectStep, number: int, env: Env, evaluator: Evaluator) -> None:
        key = tuple(shown(_walk(path, env)) for path in step.key)
        known = self._ledger.get((str(step.operation), key))
        frozen = env.at(known.decided_at) if known else env
        awaited = self._awaited(step, number)
        made = self._body(step.use, str(step.operation), step.span, frozen, evaluator)
        if made is not None:
            self._want(step, key, made, frozen, evaluator, known, awaited=awaited)
        if not awaited:
            self._step(number + 1, env)
        elif known is not None and known.answer is not None:
            self._step(number + 1, self._having_answer(step, known.answer, env))
        else:
            self._note(step.span, f"what follows waits for the answer of {step.operation}")

    def _awaited(self, step: n.EffectStep, number: int) -> bool:
        """Whether a later step uses the platform's answer."""
        later = walk(self._rule.steps[number + 1 :])
        name = step.named.text if step.named else ""
        return bool(name) and any(isinstance(item, n.NameRef) and item.name == name for item in later)

    def _having_answer(self, step: n.EffectStep, answer: Any, env: Env) -> Env:
        output = self._book.operation(str(step.operation)).output
        value, _ = lift(answer, output, root=answer) if output is not None else (answer, ())
        return env.having(step.named.text if step.named else "", value)

    def _want(
        self, step: n.EffectStep, key: tuple[str, ...], made: Made, env: Env, evaluator: Evaluator,
        known: LedgerEntry | None, *, awaited: bool,
    ) -> None:  # fmt: skip
        if known is None and not self._starts:
            return
        body, trace = made
        self._out.wanted.append(
            Wanted(
                verb=step.verb,
                operation=str(step.operation),
                key=key,
                body=body,
                rule=self._rule.name.text,
                place=self._place(step.span),
                policy=self._policy(step.policy, evaluator, env),
                on_change=evaluator.outcome(step.on_change, env) if step.on_change else None,
                undo=self._undo(step, env),
                starts=self._starts,
                trace=trace,
                awaited=awaited,
            )
        )

    def _policy(self, named: n.Name | None, evaluator: Evaluator, env: Env) -> Policy:
        name = named.text if named else ""
        return resolve(name, self._book.policy_arms(name), evaluator, env, self._replacing(env))

    def _undo(self, step: n.EffectStep, env: Env) -> dict[str, Any] | None:
        if step.undo is None:
            return None
        made = self._body(step.undo, str(step.operation), step.span, env, self._evaluator())
        return made[0] if made is not None else None

    def _replacing(self, env: Env) -> Replacement:
        """Makes what is sent instead of an effect that failed."""

        def replacement(step: n.InsteadStep) -> Instead | None:
            made = self._body(step.use, str(step.operation), step.span, env, self._evaluator())
            key = tuple(shown(_walk(path, env)) for path in step.key)
            return Instead(str(step.operation), key, made[0]) if made is not None else None

        return replacement

    def _body(self, use: n.Use, name: str, span: Span, env: Env, evaluator: Evaluator) -> Made | None:
        """The command a map makes, with its trace; None when it does not fit the operation (then the rule stops)."""
        arguments = [evaluator.value(argument, env) for argument in use.arguments]
        made, trace = evaluator.made(self._book.maps[use.map.text], arguments, env)
        target: Type | None = self._book.operation(name).input
        body, problems = lower(made, target) if target is not None else (made, ())
        if problems:
            text = f"{name} cannot be sent: " + "; ".join(str(problem) for problem in problems[:3])
            self._stop(Outcome(Ending.HOLD, text, self._book.care), self._place(span), env)
            return None
        return body, trace


def pick_key(env: Env) -> str:
    """The name under which the units picked for an element are remembered: the elements of the loops around it."""
    return "/".join(f"{variable}={value}" for variable, value in env.loops) or "all"


def _walk(path: n.Path, env: Env) -> Any:
    value = env.variables.get(path.names[0].text)
    for name in path.names[1:]:
        value = value.get(name.text) if isinstance(value, RECORD) else None
    return value


def _met(require: n.RequireNode, env: Env, evaluator: Evaluator) -> bool:
    """Whether a requirement holds; only the values for which it does not stay in the notes."""
    kept = len(evaluator.notes.origins)
    met = evaluator.holds(require.condition, env)
    if met:
        del evaluator.notes.origins[kept:]
    return met


def because(origins: Sequence[Origin], env: Env) -> str:
    """The values a condition looked at, in brackets; those of elements it went through are told together."""
    seen: dict[str, list[str]] = {}
    for origin in origins:
        if origin.kind in ("input", "setting"):
            seen.setdefault(origin.what, []).append(shown(origin.value) or "missing")
    told = [_told(what, values, env) for what, values in seen.items()]
    return f" ({', '.join(told)})" if told else ""


def _told(what: str, values: Sequence[str], env: Env) -> str:
    variable = what.partition(".")[0]
    distinct = tuple(dict.fromkeys(values))
    every = len(values) > 1 and len(distinct) == 1 and variable not in (*env.variables, "setting")
    return f"{what} is {' and '.join(distinct)}" + (" each time" if every else "")
