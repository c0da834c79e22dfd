"""What of a mapping its tests exercise: stages, moves, rules, watches, table rows, requirements, arms of policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..compile import CompiledMapping
from ..connectors.port import Call
from ..language import nodes as n
from ..runtime.decision import Read
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
        yield _rule_kind(rule), rule.name.text, rule.name.span
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
    """Rules that wanted an effect, or without effects came to their outcome; requirements that failed."""
    rules = {rule.name.text: rule for rule in stage.program.rules}
    labels = {
        stage.program.place(require.span): f"{gate.name}: {require.label}"
        for gate in stage.program.facts.gates.values()
        for require in gate.requires
    }
    for decision in stage.watched.decisions:
        ended = {stop.rule for stop in decision.stops if stop.rule in rules}
        without_effects = {name for name in ended if not _has_effects(rules[name])}
        for name in {item.rule for item in decision.wanted} | without_effects:
            yield _rule_kind(rules[name]), name
        yield from (("requirement", labels[stop.place]) for stop in decision.stops if stop.place in labels)


def _has_effects(rule: n.RuleNode) -> bool:
    return any(isinstance(step, n.EffectStep) for step in rule.steps)


def _rule_kind(rule: n.RuleNode) -> str:
    return "watch" if rule.watch else "rule"


def _rows_read(stage: Stage) -> Iterator[tuple[str, str]]:
    rows: dict[Span, str] = {
        row.span: _row_name(table, row) for table in stage.program.facts.tables.values() for row in table.rows
    }
    yield from (("row", rows[span]) for span in stage.watched.rows)


def _arms_used(stage: Stage) -> Iterator[tuple[str, str]]:
    """The arm that each failed call led to."""
    for name, platform in stage.platforms.items():
        for call, error in platform.failed:
            for policy in _followed(stage, f"{name}.{call.operation}", call):
                yield from _arm(stage.program, policy, error)


def _followed(stage: Stage, operation: str, call: Call) -> set[str]:
    """The policies of what made a call: of a read, or of the effects that wanted it (a difference has another body)."""
    read = Read(operation, call.arguments)
    reads = {need.policy.name for need in stage.watched.needed if need.read == read}
    wanted = [item for decision in stage.watched.decisions for item in decision.wanted if item.operation == operation]
    exact = [item for item in wanted if item.body == call.body]
    return reads | {item.policy.name for item in exact or wanted}


def _arm(program: CompiledMapping, policy: str, error: str) -> Iterator[tuple[str, str]]:
    arm = next(arm for arm in program.arms(policy) if not arm.classes or error in {name.text for name in arm.classes})
    for owner in program.facts.policies.values():
        if arm in owner.arms:
            yield "arm", _arm_name(owner.name.text, arm)
