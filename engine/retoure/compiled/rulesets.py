"""One function for all rules with the same trigger: which of them act on a record.

Rules that ask for the same fields stand in one dictionary by the values they ask for, so that most are never looked
at. What else their first conditions ask is tested for those that are found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from itertools import product
from math import prod
from typing import Any, NamedTuple

from ..check.decided import together
from ..check.rule_scopes import track_scope
from ..language import nodes as n
from ..language.walk import walk
from ..language.wording import duration
from ..runtime.decision import Stop
from ..source import Span
from .base import Types, Unsupported
from .functions import NAME, Generated
from .loops import Loops, root
from .paths import path
from .questions import Asks, Questions, Value, first_conditions
from .writer import Writer

MOST_FIELDS = 4
"""So many fields rules of one trigger are looked up by, those that most of them ask for."""
MOST_KEYS = 64
"""Under so many keys a rule may stand in a dictionary."""
START = -1
"""Where a rule begins that has to ask its own trigger."""
RECORD = "a1"
HEAD = f"def {NAME}(now, reached, {RECORD}):"


class Acting(NamedTuple):
    """A rule, by its place in the mapping, that goes on at step `at`; or all it comes to, where that is known."""

    number: int
    rule: n.RuleNode
    at: int
    stop: Stop | None = None

    def __repr__(self) -> str:
        return self.rule.name.text


Test = Callable[..., bool]
Entry = tuple[Test, Acting, Acting]
"""What is left to ask of a rule; the rule if it holds; and if nobody knows."""


def tested(entries: Iterable[Entry], now: datetime, reached: frozenset[str], record: Any) -> Iterator[Acting]:
    """The rules whose test holds, and those whose test gives up: the interpreter asks these from the start."""
    for test, acting, unknown in entries:
        try:
            held = test(now, reached, record)
        except Exception:
            yield unknown
        else:
            if held:
                yield acting


@dataclass(frozen=True)
class RuleSet:
    """Rules with the same trigger, each with its place in the mapping."""

    trigger: n.TriggerNode
    rules: tuple[tuple[int, n.RuleNode], ...]

    @property
    def what(self) -> str:
        trigger = self.trigger
        origins = f" from {', '.join(map(str, trigger.origins))}" if trigger.origins else ""
        longer = f" for more than {duration(trigger.longer)}" if trigger.longer else ""
        words = ", ".join(map(str, (*trigger.paths, *trigger.stages)))
        return f"rules when {trigger.track} {trigger.event.replace('_', ' ')}{origins} {words}{longer}"


@dataclass(frozen=True)
class Candidate:
    """A rule with all that is asked before it acts, and what of that can be looked up, by paths."""

    acting: Acting
    asked: tuple[n.Expression, ...]
    asks: Mapping[str, Asks]

    @property
    def unknown(self) -> Acting:
        return self.acting._replace(at=START, stop=None)

    @property
    def span(self) -> Span:
        return self.asked[0].span if self.asked else self.acting.rule.name.span

    def fields(self, offered: Sequence[str]) -> tuple[str, ...]:
        """The fields it is looked up by, of those that are offered."""
        own = tuple(field for field in offered if field in self.asks)
        while prod(len(self.asks[field].values) for field in own) > MOST_KEYS:
            own = own[:-1]
        return own

    def keys(self, fields: Sequence[str]) -> Iterator[tuple[Value, ...]]:
        """What it is found under in a dictionary by these fields."""
        return product(*(dict.fromkeys(self.asks[field].values) for field in fields))

    def left(self, fields: Sequence[str]) -> tuple[n.Expression, ...]:
        """What is still to ask where the values of these fields are right."""
        known = {self.asks[field].place for field in fields}
        return tuple(part for place, part in enumerate(self.asked) if place not in known)


def of_rules(code: Any, rules: RuleSet) -> tuple[Generated, ...]:
    """`function(now, reached, record)`, which gives the rules that act, in no order; then the tests it asks."""
    reading = _Reading(code)
    candidates = [reading.candidate(number, rule) for number, rule in rules.rules]
    writing = _Writing(code, reading, rules.trigger.span)
    writing.write(candidates)
    return (Generated(rules.what, tuple(writing.out.lines), writing.out.bound), *writing.tests)


class _Reading:
    """Finds out what rules ask. `types` are those of all their conditions."""

    def __init__(self, code: Any) -> None:
        self._code = code
        self.types = Types(code.facts)
        self._scratch = self.begun()
        self._questions = Questions(self._scratch)

    def begun(self, asked: object = ()) -> Loops:
        """What writes code for conditions."""
        writer = Loops(self._code.facts, self._code, self.types, Writer())
        writer.variables = {self._code.facts.track.name.text: RECORD}
        writer.uses = Counter(path(part) for part in walk(asked) if isinstance(part, n.Member))
        return writer

    def candidate(self, number: int, rule: n.RuleNode) -> Candidate:
        at = START if rule.trigger is not None and rule.trigger.condition is not None else 0
        asked: list[n.Expression] = []
        for first in first_conditions(self._code.facts, self.types, rule):
            if not self._can_be_written(first.node):
                break
            at = first.then
            asked += together(first.node)
        acting = Acting(number, rule, at, self._stop(rule, at))
        return Candidate(acting, tuple(asked), self._questions.looked_up(asked))

    def _can_be_written(self, node: n.Expression) -> bool:
        try:
            with self._scratch.branch():
                self._scratch.truth(node)
        except Unsupported:
            return False
        return True

    def _stop(self, rule: n.RuleNode, at: int) -> Stop | None:
        """What a rule comes to whose next step is an outcome in constant words."""
        step = rule.steps[at] if 0 <= at < len(rule.steps) else None
        if not isinstance(step, n.EndingNode) or step.reason.constant is None:
            return None
        stop: Stop = self._code.stop(rule, step)
        return stop

    def anywhere(self, node: n.Expression) -> n.Expression:
        """A path as it is typed where nothing has been asked yet."""
        if not isinstance(node, n.Member):
            return node
        copy = n.Member(self.anywhere(node.of), node.name, node.span)
        self.types.infer(copy, track_scope(self._code.facts))
        return copy


class _Writing:
    """Writes the function of one set of rules. Lines that stand for all of them have the place `span`."""

    def __init__(self, code: Any, reading: _Reading, span: Span) -> None:
        self._reading = reading
        self._writer = reading.begun()
        self._span = span
        self.out = self._writer.out
        self.tests: list[Generated] = []

    def write(self, candidates: Sequence[Candidate]) -> None:
        fields, groups = most_asked(candidates), dict[tuple[str, ...], list[Candidate]]()
        for each in candidates:
            groups.setdefault(each.fields(fields), []).append(each)
        inline = groups.pop((), [])
        with self.out.at(self._span):
            self.out.line(HEAD)
            with self.out.indented():
                self._read_once(tuple(part for each in inline for part in each.asked))
                found = [part for by, group in groups.items() for part in self._looked_up(by, group)]
                self._return(found, inline)

    def _read_once(self, inline: tuple[n.Expression, ...]) -> None:
        """Reads what several tests name before all of them."""
        named = [part for part in walk(inline) if isinstance(part, n.Member) and root(part) in self._writer.variables]
        self._writer.uses = Counter(map(path, named))
        for part in named:
            if self._writer.uses[path(part)] > 1:
                self._read(part)

    def _read(self, node: n.Expression) -> str:
        self._writer.uses[path(node)] += 2
        return self._writer.name(self._reading.anywhere(node))

    def _looked_up(self, fields: Sequence[str], group: Sequence[Candidate]) -> Iterator[str]:
        """Names that hold the rules found by some fields, and those of them whose other conditions hold."""
        with self.out.at(group[0].span):
            names = [self._read(group[0].asks[field].node) for field in fields]
            key = names[0] if len(names) == 1 else f"({', '.join(names)})"
            known, asked = (
                [each for each in group if not each.left(fields)],
                [each for each in group if each.left(fields)],
            )
            if known:
                rules = _by_key(fields, known, lambda each: each.acting)
                yield self.out.keep(f"{self.out.bind(rules)}.get({key}, ())")
            if asked:
                entries = _by_key(fields, asked, lambda each: (self._test(each, fields), each.acting, each.unknown))
                found = f"{self.out.bind(entries)}.get({key}, ())"
                yield self.out.keep(f"{self.out.bind(tested)}({found}, now, reached, {RECORD})")

    def _test(self, candidate: Candidate, fields: Sequence[str]) -> Test:
        """A function of its own for what is left to ask of a rule that was looked up."""
        condition = joined(candidate.left(fields))
        writer = self._reading.begun(condition)
        with writer.out.at(condition.span):
            writer.out.line(HEAD)
            with writer.out.indented():
                writer.out.line(f"return {writer.truth(condition)}")
        test = Generated(f"rule {candidate.acting.rule.name}", tuple(writer.out.lines), writer.out.bound)
        self.tests.append(test)
        return test.made()

    def _return(self, found: Sequence[str], inline: Sequence[Candidate]) -> None:
        if len(found) == 1 and not inline:
            self.out.line(f"return {found[0]}")
            return
        always = [self.out.bind(each.acting) for each in inline if not each.asked]
        acting = self.out.keep(f"[{', '.join([*always, *(f'*{name}' for name in found)])}]")
        for each in inline:
            if each.asked:
                self._inline(each, acting)
        self.out.line(f"return {acting}")

    def _inline(self, candidate: Candidate, acting: str) -> None:
        """Tests a rule that is not looked up."""
        condition = joined(candidate.asked)
        with self.out.at(condition.span):
            with self._writer.branch() as lines:
                self.out.line(f"if {self._writer.truth(condition)}:")
                with self.out.indented():
                    self.out.line(f"{acting}.append({self.out.bind(candidate.acting)})")
            self.out.line("try:")
            self.out.place(lines)
            self.out.line(f"except {self.out.bind(Exception)}:")
            with self.out.indented():
                self.out.line(f"{acting}.append({self.out.bind(candidate.unknown)})")


def most_asked(candidates: Iterable[Candidate]) -> tuple[str, ...]:
    """The fields that most rules ask for, those of several rules only."""
    counted = Counter(field for each in candidates for field in each.asks)
    ordered = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(field for field, count in ordered[:MOST_FIELDS] if count > 1)


def joined(conditions: Sequence[n.Expression]) -> n.Expression:
    """All of several conditions as one."""
    return reduce(lambda left, right: n.Binary("and", left, right, left.span), conditions)


def _by_key(
    fields: Sequence[str], group: Iterable[Candidate], of: Callable[[Candidate], Any]
) -> Mapping[Any, tuple[Any, ...]]:
    found: dict[Any, list[Any]] = {}
    for each in group:
        entry = of(each)
        for key in each.keys(fields):
            found.setdefault(key[0] if len(key) == 1 else key, []).append(entry)
    return {key: tuple(entries) for key, entries in found.items()}
