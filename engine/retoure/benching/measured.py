"""Times decisions, their parts, maps and rules in turns, each beside the same yardstick."""

from __future__ import annotations

import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..compile import CompiledMapping
from ..language import nodes as n
from ..runtime.convert import ConversionFailed
from ..runtime.decide import Scene, follow_all, typed_record
from ..runtime.scope import Ended
from ..runtime.values import Refused
from ..types.lift import lift
from .cases import Case, Heard, MapCall, OneRule, cases, heard

ROUNDS: Final = 9
TURN: Final = 0.005
"""Seconds that a turn takes at least."""

Run = Callable[[], object]
Progress = Callable[[int, int], None]
"""Is told how many rounds are done, and how many there are."""


class NothingToMeasure(Exception):
    """The tests of a mapping make no decision."""


@dataclass(frozen=True, slots=True)
class Timed:
    """Something that was timed: `kind` is decision, part, map or rule.

    `micros` is the median in microseconds: of one decision, of that part of one, of one call of a map, or of following
    one rule by itself. `yards` is the same in yardsticks, the median over rounds; `spread` the share of it by which the
    middle half of the rounds differs. `times` is how often the tests make it happen.
    """

    kind: str
    name: str
    times: int
    micros: float
    yards: float
    spread: float


@dataclass(frozen=True, slots=True)
class Measured:
    """What a mapping costs: the decision first, then its parts, maps and rules, each the slowest first."""

    mapping: str
    decisions: int
    rounds: int
    rows: tuple[Timed, ...]

    def of(self, kind: str) -> tuple[Timed, ...]:
        return tuple(row for row in self.rows if row.kind == kind)


@dataclass(frozen=True)
class _Job:
    """Something to time: `runs`, all of them a turn, whose time is shared among `per`."""

    kind: str
    name: str
    runs: Sequence[Run]
    per: int


def measured(
    program: CompiledMapping, folder: Path, rounds: int = ROUNDS, told: Progress = lambda done, total: None
) -> Measured:
    """Times what the mapping's tests make it decide. Processor time of this thread, without collection of garbage.

    Raises NothingToMeasure; TestUnplayable for a test that cannot be played.
    """
    found = tuple(cases(program, folder))
    if not found:
        raise NothingToMeasure("no test of the mapping makes a decision: there is nothing to measure")
    jobs = tuple(job for job in _jobs(found, tuple(map(heard, found))) if job.runs)
    times: Mapping[str, list[tuple[float, float]]] = {f"{job.kind} {job.name}": [] for job in jobs}
    for number in range(rounds):
        gc.collect()
        for job in jobs:
            times[f"{job.kind} {job.name}"].append((_turn(job), _turn(_YARDSTICK)))
        told(number + 1, rounds)
    rows = [_timed(job, times[f"{job.kind} {job.name}"]) for job in jobs]
    order = ("decision", "part", "map", "rule")
    rows.sort(key=lambda row: (order.index(row.kind), -row.micros))
    return Measured(program.identity, len(found), rounds, tuple(rows))


# ---- what there is to time


def _jobs(found: Sequence[Case], listened: Sequence[Heard]) -> Iterator[_Job]:
    many = len(found)
    yield _Job("decision", "one decision", [_deciding(case) for case in found], many)
    yield _Job("part", "reading records as their schema says", [_record(case) for case in found], many)
    yield _Job("part", "reading answers as their schema says", list(_answers(found)), many)
    calls = [_calling(case, call) for case, each in zip(found, listened, strict=True) for call in each.calls]
    yield _Job("part", "making records (maps)", calls, many)
    yield from _maps(found, listened)
    yield from _rules(found, listened)


def _deciding(case: Case) -> Run:
    return lambda: case.program.decide(case.occurrence, case.state)


def _record(case: Case) -> Run:
    return lambda: typed_record(case.program, case.occurrence)


def _answers(found: Iterable[Case]) -> Iterator[Run]:
    for case in found:
        for key, answer in case.occurrence.answers.items():
            output = case.program.operation(key.partition("(")[0]).output
            if output is not None and answer.value is not None:
                yield lambda value=answer.value, kind=output: lift(value, kind, root=value)  # type: ignore[misc]


def _calling(case: Case, call: MapCall) -> Run:
    def run() -> None:
        with suppress(Ended, ConversionFailed, Refused):  # a map may end the rule that asks it
            case.program.evaluator().made(call.node, call.arguments, call.env)

    return run


def _maps(found: Sequence[Case], listened: Sequence[Heard]) -> Iterator[_Job]:
    by_name: dict[str, list[Run]] = defaultdict(list)
    for case, each in zip(found, listened, strict=True):
        for call in each.calls:
            by_name[call.node.name.text].append(_calling(case, call))
    for name, runs in by_name.items():
        yield _Job("map", name, runs, len(runs))


def _rules(found: Sequence[Case], listened: Sequence[Heard]) -> Iterator[_Job]:
    """Each rule where it acts: where it stops, wants something, or needs a read."""
    by_name: dict[str, list[Run]] = defaultdict(list)
    for case, each in zip(found, listened, strict=True):
        acts = {item.rule for part in (each.decision.wanted, each.decision.stops) for item in part}
        for rule in case.program.rules:
            if rule.name.text in acts and each.scene is not None:
                by_name[rule.name.text].append(_following(case, rule, each.scene))
    for name, runs in by_name.items():
        yield _Job("rule", name, runs, len(runs))


def _following(case: Case, rule: n.RuleNode, scene: Scene) -> Run:
    """With the answers read already: reading them is a part of its own."""
    plan = OneRule(case.program, rule)
    return lambda: follow_all(plan, scene)


# ---- timing

_YARDSTICK = _Job("yardstick", "", (lambda: sum(len(str(number)) for number in range(500)),), 1)
"""The same work on every machine and in every release."""


def _turn(job: _Job) -> float:
    """Microseconds for each of what a job is shared among; passes are made until the turn is long enough."""
    passes = 0
    gc.disable()
    try:
        began = time.thread_time()
        while passes == 0 or time.thread_time() - began < TURN:
            for run in job.runs:
                run()
            passes += 1
        return (time.thread_time() - began) / passes / job.per * 1e6
    finally:
        gc.enable()


def _timed(job: _Job, times: Sequence[tuple[float, float]]) -> Timed:
    yards = [micros / yard for micros, yard in times]
    middle = statistics.median(yards)
    low, _, high = statistics.quantiles(yards, n=4) if len(yards) > 1 else (middle, middle, middle)
    spread = (high - low) / middle if middle else 0.0
    micros = statistics.median(micros for micros, _ in times)
    return Timed(job.kind, job.name, len(job.runs), round(micros, 2), round(middle, 4), round(spread, 4))
