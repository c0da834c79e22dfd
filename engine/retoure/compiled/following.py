"""Follows the rules of one decision: those that can act are looked up, the others cost nothing.

`runtime.decide.follow_all` says what has to come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..language import nodes as n
from ..runtime.convert import ConversionFailed
from ..runtime.decide import Followed, Plan, Scene, follow_all, goes_on
from ..runtime.decision import Ending, Occurrence, State
from ..runtime.evaluate import Evaluator
from ..runtime.rules import Findings, Rulebook, RuleRun
from ..runtime.scope import Ended, Env
from ..runtime.stages import Now, active
from ..runtime.values import Refused
from ..source import Span
from .functions import Generated
from .quick import QuickEvaluator
from .reviewed import Reviewed
from .rulesets import START, Acting, RuleSet, of_rules

if TYPE_CHECKING:
    from .code import Code

MOST_MOVES = 4096
"""Of so many moves it is remembered which rules wait for them."""


class Group:
    """Rules with the same trigger, and their function, generated when it is first needed."""

    def __init__(self, code: Code, rules: RuleSet) -> None:
        self._code = code
        self._rules = rules
        self.trigger = rules.trigger
        self.names = frozenset(rule.name.text for _, rule in rules.rules)

    def generated(self) -> tuple[Generated, ...]:
        return of_rules(self._code, self._rules)

    @cached_property
    def function(self) -> Callable[..., Sequence[Acting]]:
        """`function(now, reached, record)`: the rules that act, in no order."""
        return self.generated()[0].made()

    def acting(self, now: Now, record: Any) -> Sequence[Acting]:
        """The rules that act; all of them where the function gives up."""
        try:
            return self.function(now.at, now.reached, record)
        except Exception:
            return [Acting(number, rule, START) for number, rule in self._rules.rules]


class Rules:
    """The rules of a mapping, by what they wait for."""

    def __init__(self, code: Code) -> None:
        self._track = code.facts.track.name.text if code.facts.track is not None else ""
        self._rules = {name: (number, rule) for number, (name, rule) in enumerate(code.facts.rules.items())}
        self.groups = tuple(Group(code, rules) for rules in _alike(self._rules.values()))
        self._changes = [group for group in self.groups if group.trigger.event == "changes"]
        usual = (group.names for group in self.groups if group.trigger.event != "changes")
        self._usual = frozenset[str]().union(*usual)
        self._moves: dict[Any, tuple[Group, ...]] = {}

    def followed(self, plan: Plan, scene: Scene) -> Followed:
        """What the rules come to. Notes are made when somebody reads them, by following the rules that have some."""
        groups = self._active(scene.now)
        acting = self._acting(groups, scene)
        behind = dict(self._behind(scene)) if scene.started else {}
        acting += [Acting(*self._rules[name], START) for name, compares in behind.items() if compares]
        out, told = Findings(lifted=scene.lifted), Told()
        for each in sorted(acting) if len(acting) > 1 else acting:
            _follow(plan, each, scene, out, told, starts=each.rule.name.text not in behind)
        stopped = {each.rule.name.text for each in acting}.union(behind) - out.reviewed
        changed = [group.names for group in groups if group.trigger.event == "changes"]
        reviewed = Reviewed((self._usual, *changed), stopped)
        return Followed(out, reviewed, lambda: follow_all(plan, scene, told.without_notes()).found.notes)

    def _acting(self, groups: Iterable[Group], scene: Scene) -> list[Acting]:
        record = scene.env.variables[self._track]
        return [acting for group in groups for acting in group.acting(scene.now, record)]

    def _active(self, now: Now) -> tuple[Group, ...]:
        """The groups whose trigger holds: those of a move are remembered, time and changes are asked each time."""
        moved = (now.entry.origin, now.entry.path, now.reached)
        groups = self._moves.get(moved)
        if groups is None:
            if len(self._moves) >= MOST_MOVES:
                self._moves.clear()
            groups = self._moves[moved] = tuple(group for group in self.groups if _may_be_active(group.trigger, now))
        waiting = [group for group in groups if group.trigger.event == "stays" and not active(group.trigger, now)]
        changed = [group for group in self._changes if active(group.trigger, now)] if now.changed else []
        if not waiting and not changed:
            return groups
        return (*(group for group in groups if group not in waiting), *changed)

    def _behind(self, scene: Scene) -> Iterator[tuple[str, bool]]:
        """Rules that have started and whose stage has passed, and whether they still compare what they wanted."""
        for name in scene.started:
            _, rule = self._rules.get(name, (0, None))
            if rule is not None and rule.trigger is not None and not active(rule.trigger, scene.now):
                yield name, goes_on(rule.trigger)


def _may_be_active(trigger: n.TriggerNode, now: Now) -> bool:
    """Whether a trigger holds after a move: at once, or when it has stayed there for long enough."""
    if trigger.event == "stays":
        return now.entry.stage in {stage.text for stage in trigger.stages}
    return trigger.event != "changes" and active(trigger, now)


@dataclass
class Told:
    """The rules that were followed, those of them there is something to note of, and those that picked units."""

    followed: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    picked: set[str] = field(default_factory=set)

    def without_notes(self) -> set[str]:
        """Rules that need not be followed to make the notes. What one rule picks depends on what others have picked."""
        silent = self.followed - self.noted
        return silent - self.picked if self.noted & self.picked else silent


def _follow(plan: Plan, acting: Acting, scene: Scene, out: Findings, told: Told, *, starts: bool) -> None:
    name = acting.rule.name.text
    told.followed.add(name)
    if acting.stop is not None:
        out.stops.append(acting.stop)
        if acting.stop.outcome.ending is Ending.SKIP:
            out.reviewed.add(name)
        return
    run = _Quietly(plan, acting.rule, scene.occurrence, scene.state, out, starts, told)
    if acting.at == START:
        run.follow(scene.env, scene.now.entry.at)
    else:
        run.go_on(acting.at, scene.env, scene.now.entry.at)


class _Quietly(RuleRun):
    """Follows a rule without a word of why it does nothing; `told` hears that there would have been one."""

    def __init__(
        self, book: Rulebook, rule: n.RuleNode, occurrence: Occurrence, state: State, out: Findings, starts: bool,
        told: Told,
    ) -> None:  # fmt: skip
        super().__init__(book, rule, occurrence, state, out, starts)
        self._name = rule.name.text
        self._told = told
        self._thorough = False

    def _asked(self, condition: n.Expression, env: Env, evaluator: Evaluator) -> bool:
        if isinstance(evaluator, QuickEvaluator):
            return evaluator.quickly(condition, env)
        return super()._asked(condition, env, evaluator)

    def _fits(self, where: n.Expression, env: Env, evaluator: Evaluator) -> bool:
        if self._thorough or not isinstance(evaluator, QuickEvaluator):
            return super()._fits(where, env, evaluator)
        return evaluator.quickly(where, env)

    def _chosen(self, step: n.PickStep, env: Env, evaluator: Evaluator, wanted: int) -> list[Any]:
        """Where not enough units fit, they are gone through again, so that the notes say what was looked at."""
        self._told.picked.add(self._name)
        kept = len(evaluator.notes.origins)
        try:
            chosen = super()._chosen(step, env, evaluator, wanted)
            if len(chosen) == wanted:
                return chosen
        except (Ended, ConversionFailed, Refused):
            pass
        del evaluator.notes.origins[kept:]
        self._thorough = True
        try:
            return super()._chosen(step, env, evaluator, wanted)
        finally:
            self._thorough = False

    def _note(self, span: Span, text: str) -> None:
        self._told.noted.add(self._name)

    def _left_out(self, step: n.ForEachStep, refused: Sequence[Any]) -> None:
        if refused:
            self._told.noted.add(self._name)


def _alike(rules: Iterable[tuple[int, n.RuleNode]]) -> Iterator[RuleSet]:
    """Rules with the same trigger together. One without a trigger never acts."""
    found: dict[Any, list[tuple[int, n.RuleNode]]] = {}
    for number, rule in rules:
        if rule.trigger is not None:
            found.setdefault(_waits_for(rule.trigger), []).append((number, rule))
    for alike in found.values():
        trigger = alike[0][1].trigger
        assert trigger is not None
        yield RuleSet(trigger, tuple(alike))


def _waits_for(trigger: n.TriggerNode) -> Any:
    """What a trigger waits for, the same for two that always hold together."""
    stages, origins = (frozenset(name.text for name in names) for names in (trigger.stages, trigger.origins))
    return trigger.event, stages, origins, trigger.longer, frozenset(map(str, trigger.paths))
