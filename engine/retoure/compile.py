"""From text to a program: read, check, and bind the settings of a deployment."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from .check import Facts, check, gather, in_order
from .check.settings_fit import literal_problem
from .check.table_rows import canonical_key
from .check.template_settings import template_problems
from .diagnostics import CompileFailed, Finding, Label, Severity
from .language import nodes as n
from .language import parse
from .language.parse import parse_template
from .runtime.decide import decide
from .runtime.decision import Decision, Occurrence, State
from .runtime.program import Alert, Queue, Threshold, Tracked
from .runtime.stages import Stages, stages_of
from .source import Place, Source, Span
from .types.kinds import Anything, Record, Type
from .types.load import load_system
from .types.manifest import Manifest, Operation
from .types.problem import SchemaInvalid

DEFAULT_KEEP = timedelta(days=90)


@dataclass(frozen=True)
class Checked:
    """A file with everything there is to say about it."""

    facts: Facts
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.ERROR)


class SettingsInvalid(Exception):
    """Settings of a deployment or a test that do not fit the mapping; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def check_source(source: Source, schemas: Path | None = None) -> Checked:
    """Reads and checks a file. Never raises for a mistake of the author; a damaged schema raises SchemaInvalid."""
    parsed = parse(source)
    manifests, findings = _manifests(parsed.module, schemas)
    facts = gather(parsed.module, manifests)
    return Checked(facts, in_order((*parsed.findings, *(findings or check(facts)))))


def compile_mapping(
    source: Source, settings: Mapping[str, object] | None = None, schemas: Path | None = None
) -> CompiledMapping:
    """A program. Raises CompileFailed with every finding, SettingsInvalid when the settings do not fit."""
    checked = check_source(source, schemas)
    if checked.errors:
        raise CompileFailed(source, checked.findings)
    return CompiledMapping(checked.facts, bind(checked.facts, settings or {}))


def _manifests(module: n.Module, schemas: Path | None) -> tuple[dict[str, Manifest], tuple[Finding, ...]]:
    found: dict[str, Manifest] = {}
    findings: list[Finding] = []
    for mapping in module.of(n.MappingNode)[:1]:
        for node in mapping.systems:
            try:
                manifest = load_system(node.schema, schemas)
            except SchemaInvalid as problem:
                findings.append(Finding("unknown-schema", str(problem), Label(node.span)))
                continue
            if manifest.system != node.name.text:
                message = f"`{node.schema}` describes `{manifest.system}`, not `{node.name}`"
                findings.append(Finding("unknown-schema", message, Label(node.span)))
            found[node.name.text] = manifest
    return found, tuple(findings)


def bind(facts: Facts, given: Mapping[str, object]) -> dict[str, Any]:
    """The value of every setting: given, or the default. Raises SettingsInvalid."""
    problems = [f"there is no setting `{name}` in the mapping" for name in given if name not in facts.settings]
    values: dict[str, Any] = {}
    for name, node in facts.settings.items():
        raw = given.get(name, node.default.value if node.default else None)
        if raw is None:
            problems.append(f"setting `{name}` has no value: give it in the deployment file or with --set {name}=…")
            continue
        problem = _setting_problem(facts, node, raw)
        if problem:
            problems.append(f"setting `{name}` {problem}")
        else:
            values[name] = _setting_value(node, raw)
    if problems:
        raise SettingsInvalid(problems)
    return values


def _setting_problem(facts: Facts, node: n.SettingNode, raw: object) -> str | None:
    value: Any = Decimal(str(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else raw
    value = {True: "true", False: "false"}[raw] if isinstance(raw, bool) else value
    if node.kind.text in ("integer", "decimal") and isinstance(raw, str):
        value = Decimal(raw) if raw.replace(".", "", 1).lstrip("-").isdigit() else raw
    problem = literal_problem(node, n.Literal(value, node.span))
    if problem is None and node.kind.text == "template":
        found = template_problems(facts, node, str(raw))
        problem = found[0].message if found else None
    return problem


def _setting_value(node: n.SettingNode, raw: object) -> Any:
    kind = node.kind.text
    if kind == "integer":
        return int(Decimal(str(raw)))
    if kind == "decimal":
        return Decimal(str(raw))
    return str(raw).lower() == "true" if kind == "boolean" else str(raw)


@dataclass(frozen=True)
class CompiledMapping:
    """A checked mapping with its settings: implements `runtime.program.Program`."""

    facts: Facts
    settings: Mapping[str, Any]
    _rows: Mapping[str, Mapping[tuple[str, ...], n.RowNode]] = field(init=False)

    def __post_init__(self) -> None:
        rows = {name: _indexed(self.facts, table) for name, table in self.facts.tables.items()}
        object.__setattr__(self, "_rows", rows)

    # ---- what the mapping is

    @property
    def source(self) -> Source:
        return self.facts.module.source

    @cached_property
    def identity(self) -> str:
        mapping = self.facts.mapping
        assert mapping is not None, "a checked mapping has its head"
        digest = hashlib.sha256(self.source.text.encode()).hexdigest()[:8]
        return f"{mapping.name} {mapping.version} {digest}"

    @property
    def track(self) -> n.TrackNode:
        assert self.facts.track is not None, "a checked mapping follows something"
        return self.facts.track

    @cached_property
    def tracked(self) -> Tracked:
        system, _, record = self.track.type.text.partition(".")
        return Tracked(self.track.name.text, system, record, str(self.track.key), str(self.track.newest))

    @cached_property
    def record(self) -> Record:
        record = self.facts.record_of(self.track.type)
        assert record is not None, "a checked track has a record"
        return record

    @cached_property
    def stages(self) -> Stages:
        return stages_of(self.track)

    @property
    def manifests(self) -> Mapping[str, Manifest]:
        return self.facts.manifests

    @property
    def queues(self) -> Mapping[str, Queue]:
        return {name: Queue(name, node.keep or DEFAULT_KEEP, node.by_hand) for name, node in self.facts.queues.items()}

    @property
    def alerts(self) -> Mapping[str, Alert]:
        return {name: _alert(node) for name, node in self.facts.alerts.items()}

    @property
    def care(self) -> str:
        """The team that looks after what the mapping did not foresee: the one unknown statuses go to."""
        node = self.track.unknown
        team = node.team.text if node and node.team else (self.facts.teams or ("operations",))[0]
        return str(self.settings.get(team, team))

    # ---- what rules and expressions refer to

    @property
    def rules(self) -> Sequence[n.RuleNode]:
        return tuple(self.facts.rules.values())

    @property
    def maps(self) -> Mapping[str, n.MapNode]:
        return self.facts.maps

    @property
    def gates(self) -> Mapping[str, n.GateNode]:
        return self.facts.gates

    def row(self, table: str, keys: Sequence[str]) -> n.RowNode:
        node = self.facts.tables[table]
        kinds: list[Type] = [self.facts.type_of(reference) or Anything() for reference in node.keys]
        canonical = tuple(canonical_key(kind, key) for kind, key in zip(kinds, keys, strict=True))
        row = self._rows[table].get(canonical) or node.otherwise
        assert row is not None, "a checked table has an answer for every key"
        return row

    def template(self, setting: str) -> tuple[tuple[str, ...], n.TextLiteral]:
        node = self.facts.settings[setting]
        text = str(self.settings[setting])
        parts = parse_template(Source(f"setting {setting}", text))
        return tuple(parameter.name.text for parameter in node.parameters), n.TextLiteral(parts, node.span)

    def place(self, span: Span) -> Place:
        return self.source.place(span)

    def arms(self, policy: str) -> Sequence[n.ArmNode]:
        return self.facts.arms(self.facts.policies[policy])

    def operation(self, path: str) -> Operation:
        system, _, name = path.partition(".")
        return self.manifests[system].operations[name]

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        """Everything the mapping says about this version of the record. Pure."""
        return decide(self, occurrence, state)


def _indexed(facts: Facts, table: n.TableNode) -> dict[tuple[str, ...], n.RowNode]:
    kinds = [facts.type_of(reference) or Anything() for reference in table.keys]
    index: dict[tuple[str, ...], n.RowNode] = {}
    for row in table.rows:
        for key in row.keys:
            index.setdefault(tuple(canonical_key(k, word.text) for k, word in zip(kinds, key, strict=True)), row)
    return index


def _alert(node: n.AlertNode) -> Alert:
    thresholds = tuple(Threshold(item.count, item.kind.text, item.within) for item in node.thresholds)
    return Alert(node.name.text, thresholds, node.quiet or timedelta(0))
