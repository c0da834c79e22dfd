"""What of a mapping its tests exercise: stages, moves, rules, watches, table rows, requirements, arms of policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ..compile import CompiledMapping
from ..language import nodes as n
from ..source import Place, Span
from .results import TestResult
from .stage import Stage


@dataclass(frozen=True)
class Declared:
    """Something a mapping declares: its kind (`move`), its name (`open -> approved`), and where it stands."""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True)
class Coverage:
    """What is declared, and what of it no test exercised."""

    declared: tuple[Declared, ...]
    missing: tuple[Declared, ...]

    @property
    def percent(self) -> int:
        """The share that is exercised, rounded down; 100 when nothing is declared."""
        total = len(self.declared)
        return 100 * (total - len(self.missing)) // total if total else 100


def coverage(program: CompiledMapping, results: Sequence[TestResult]) -> Coverage:
    """What the tests of `results` exercised together."""
    seen = {mark for result in results for mark in result.exercised}
    everything = tuple(_declared(program))
    return Coverage(everything, tuple(item for item in everything if (item.kind, item.name) not in seen))


def exercised(stage: Stage) -> frozenset[tuple[str, str]]:
    """Kind and name of everything that was exercised on a stage."""
    return frozenset((*_moved(stage), *_acted(stage), *_rows_read(stage), *_arms_used(stage)))


def _declared(program: CompiledMapping) -> Iterator[Declared]:
    for kind, name, span in (*_of_track(program.track), *_of_rules(program), *_of_tables(program)):
        yield Declared(kind, name, program.place(span))


def _of_track(track: n.TrackNode) -> Iterator[tuple[str, str, Span]]:
    yield from (("stage", node.name.text, node.span) for node in track.stages)
    for move in track.moves:
        yield from (("move", f"{move.origin} -> {target.stage}", target.span) for target in move.targets)


def _of_rules(program: CompiledMapping) -> Iterator[tuple[str, str, Span]]:
    for rule in program.rules:
        yield "watch" if rule.watch else "rule", rule.name.text, rule.name.span
    for gate in program.facts.gates.values():
        yield from (("requirement", f"{gate.name}: {require.label}", require.span) for require in gate.requires)
    for policy in program.facts.policies.values():
        yield from (("arm", _arm_name(policy.name.text, arm), arm.span) for arm in policy.arms)


def _of_tables(program: CompiledMapping) -> Iterator[tuple[str, str, Span]]:
    for table in program.facts.tables.values():
        yield from (("row", _row_name(table, row), row.span) for row in table.rows)


def _row_name(table: n.TableNode, row: n.RowNode) -> str:
    keys = ", ".join(" and ".join(word.text for word in key) for key in row.keys)
    return f"{table.name}[{keys or 'otherwise'}]"


def _arm_name(policy: str, arm: n.ArmNode) -> str:
    return f"{policy}: {', '.join(name.text for name in arm.classes) or 'otherwise'}"


def _moved(stage: Stage) -> Iterator[tuple[str, str]]:
    for entry in (decision.entry for decision in stage.watched.decisions if decision.entry):
        yield from (("stage", name) for name in entry.path)
        if entry.origin is not None:
            yield "move", f"{entry.origin} -> {entry.stage}"


def _acted(stage: Stage) -> Iterator[tuple[str, str]]:
    """Rules that wanted or ended in something; requirements that failed."""
    watches = {rule.name.text for rule in stage.program.rules if rule.watch}
    labels = {
        stage.program.place(require.span): f"{gate.name}: {require.label}"
        for gate in stage.program.facts.gates.values()
        for require in gate.requires
    }
    for decision in stage.watched.decisions:
        for rule in (*(item.rule for item in decision.wanted), *(stop.rule for stop in decision.stops)):
            yield ("watch" if rule in watches else "rule"), rule
        yield from (("requirement", labels[stop.place]) for stop in decision.stops if stop.place in labels)


def _rows_read(stage: Stage) -> Iterator[tuple[str, str]]:
    rows: dict[Span, str] = {
        row.span: _row_name(table, row) for table in stage.program.facts.tables.values() for row in table.rows
    }
    yield from (("row", rows[span]) for span in stage.watched.rows)


def _arms_used(stage: Stage) -> Iterator[tuple[str, str]]:
    """The arm that each failed call led to."""
    facts = stage.program.facts
    steps = [step for rule in stage.program.rules for step in rule.steps]
    followed = [step for step in steps if isinstance(step, n.EffectStep | n.ReadStep) and step.policy]
    failed = {
        (f"{name}.{call}", error) for name, platform in stage.platforms.items() for call, error in platform.failed
    }
    for step in followed:
        policy = facts.policies[step.policy.text] if step.policy else None
        for operation, error in failed:
            if policy is not None and operation == str(step.operation):
                yield from _arm(facts.arms(policy), facts.policies.values(), error)


def _arm(arms: Sequence[n.ArmNode], policies: Iterable[n.PolicyNode], error: str) -> Iterator[tuple[str, str]]:
    arm = next(arm for arm in arms if not arm.classes or error in {name.text for name in arm.classes})
    for policy in policies:
        if arm in policy.arms:
            yield "arm", _arm_name(policy.name.text, arm)
