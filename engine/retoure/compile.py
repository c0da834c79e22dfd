"""From a checked file to a program, which has the settings of a deployment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any

from .check import Facts
from .check.table_rows import key_text
from .checked import Checked, check_source, identity_of
from .checked_before import Lately
from .compiled import Code, QuickEvaluator, listing, maker
from .diagnostics import CompileFailed, error
from .language import nodes as n
from .language.parse import parse_template
from .money_sums import money_sums
from .runtime.compare import compare
from .runtime.decide import Followed, Scene, decide, follow_all
from .runtime.decision import Comparison, Decision, Occurrence, Reply, State
from .runtime.evaluate import Evaluator
from .runtime.policies import prepared
from .runtime.policy import Arm
from .runtime.program import Alert, Audit, Queue, Threshold, Tracked
from .runtime.reply import reply
from .runtime.stages import Stages, Triggers, stages_of, triggers_of
from .settings import Misfit, setting_value
from .source import Place, Source, Span
from .types.kinds import Anything, Record, Type
from .types.manifest import Manifest, Operation

DEFAULT_KEEP = timedelta(days=90)


class SettingsInvalid(Exception):
    """Settings of a deployment or a test that do not fit the mapping; `problems` has a line for each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


def compile_mapping(
    source: Source,
    settings: Mapping[str, object] | None = None,
    schemas: Path | None = None,
    tests: Sequence[Source] = (),
    *,
    partly: bool = False,
) -> CompiledMapping:
    """A program. Raises CompileFailed with every finding, SettingsInvalid when the settings do not fit.

    `tests` are its files of tests, which only playing them needs: each may give settings that are left open `partly`.
    Programs of the same texts and settings are shared.
    """
    checked = check_source(source, schemas, tests=tests)
    must_run(checked)
    facts, given = checked.facts, settings or {}
    asked = (id(facts), repr(sorted(given.items())), partly)  # an answer that is kept keeps its facts
    return _BOUND.get(asked, lambda: CompiledMapping(facts, bind(facts, given, partly=partly)))


def must_run(checked: Checked) -> None:
    """Raises CompileFailed for errors, and for a library, which is right and follows nothing."""
    findings, head = checked.findings, checked.facts.mapping
    if head is not None and head.library:
        message = f"`{head.name}` is a library, and follows nothing"
        found = error("no-track", message, head.name.span, help="name a mapping that imports it")
        raise CompileFailed(checked.source, (*findings, found))
    if checked.errors:
        raise CompileFailed(checked.source, findings)


def bind(facts: Facts, given: Mapping[str, object], *, partly: bool = False) -> dict[str, Any]:
    """The value of every setting: given, or the default; `partly`, of those that have one. Raises SettingsInvalid."""
    problems = [f"there is no setting `{name}` in the mapping" for name in given if name not in facts.settings]
    values: dict[str, Any] = {}
    for name, node in facts.settings.items():
        raw = given.get(name, node.default.value if node.default else None)
        if raw is None:
            if not partly:
                problems.append(f"setting `{name}` has no value: give it in the deployment file or with --set {name}=…")
            continue
        try:
            values[name] = setting_value(facts, node, raw)
        except Misfit as problem:
            problems.append(f"setting `{name}` {problem}")
    if problems:
        raise SettingsInvalid(problems)
    return values


@dataclass(frozen=True)
class Expressions:
    """What the expressions of a checked file refer to by name, with its settings: `runtime.evaluate.Definitions`."""

    facts: Facts
    settings: Mapping[str, Any]
    texts: Mapping[str, tuple[tuple[str, ...], str, Span]] = field(init=False)
    money_sums: frozenset[n.Aggregate] = field(init=False)
    code: Code = field(init=False)
    _places: dict[Span, Place] = field(init=False)
    _rows: Mapping[str, Mapping[tuple[str, ...], n.RowNode]] = field(init=False)
    _templates: Mapping[str, tuple[tuple[str, ...], n.TextLiteral]] = field(init=False)

    def __post_init__(self) -> None:
        """Looks up once what every evaluation needs."""
        templates = dict(self._parsed_templates())
        texts = ((self.facts.settings[name], text) for name, (_, text) in templates.items())
        self._set(
            texts={name: _text(node, self.source) for name, node in self.facts.templates.items()},
            money_sums=money_sums(self.facts, texts),
            _rows={name: _indexed(self.facts, table) for name, table in self.facts.tables.items()},
            _places={},
            _templates=templates,
        )
        self._set(code=Code(self))

    def _set(self, **found: object) -> None:
        for name, value in found.items():
            object.__setattr__(self, name, value)

    def _parsed_templates(self) -> Iterator[tuple[str, tuple[tuple[str, ...], n.TextLiteral]]]:
        for name, node in self.facts.settings.items():
            if node.kind.text == "template" and name in self.settings:
                text = n.TextLiteral(parse_template(Source(f"setting {name}", str(self.settings[name]))), node.span)
                yield name, (tuple(parameter.name.text for parameter in node.parameters), text)

    @property
    def source(self) -> Source:
        return self.facts.module.source

    @property
    def maps(self) -> Mapping[str, n.MapNode]:
        return self.facts.maps

    def row(self, table: str, keys: Sequence[Any]) -> n.RowNode:
        """The row of the keys, else `otherwise`. Raises KeyError when there is neither, which the checks rule out."""
        node = self.facts.tables[table]
        words = tuple(key_text(kind, key) for kind, key in zip(_kinds(self.facts, node), keys, strict=True))
        row = self._rows[table].get(words) or node.otherwise
        if row is None:
            raise KeyError(f"table {table} has no row for {' and '.join(words)}")
        return row

    def template(self, setting: str) -> tuple[tuple[str, ...], n.TextLiteral]:
        return self._templates[setting]

    def place(self, span: Span) -> Place:
        found = self._places.get(span)
        if found is None:
            found = self._places[span] = self.source.place(span)
        return found

    def keyed_rows(self, table: str) -> Mapping[tuple[str, ...], n.RowNode]:
        """The rows of a table by their keys, without `otherwise`."""
        return self._rows[table]

    def generated(self) -> str:
        """The Python functions that run the mapping, as text for people."""
        return listing(self.code, self.place)

    def evaluator(self) -> Evaluator:
        return QuickEvaluator(self, self.code)

    def maker(self, name: str) -> Callable[..., dict[str, Any]]:
        """`make(now, …)`: the record the map of this name makes of lifted arguments. Raises KeyError for no such map.

        `make` raises Ended, ConversionFailed, Refused.
        """
        return maker(self, self.code, self.maps[name])


@dataclass(frozen=True)
class CompiledMapping(Expressions):
    """A checked mapping with its settings: implements `runtime.program.Program`."""

    track: n.TrackNode = field(init=False)
    record: Record = field(init=False)
    identity: str = field(init=False)
    tracked: Tracked = field(init=False)
    stages: Stages = field(init=False)
    triggers: Triggers = field(init=False)
    audits: Mapping[str, Audit] = field(init=False)
    _arms: Mapping[str, tuple[n.ArmNode | Arm, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Looks up once what every decision needs. Raises ValueError for facts that have not passed the checks."""
        head, track = self.facts.mapping, self.facts.track
        record = self.facts.record_of(track.type) if track else None
        if head is None or track is None or record is None:
            raise ValueError("a mapping with errors cannot be run: `compile_mapping` says what is wrong with it")
        super().__post_init__()
        self._set(
            track=track,
            record=record,
            identity=identity_of(head, self.facts.module),
            tracked=_tracked(track),
            stages=stages_of(track),
            triggers=triggers_of(self.facts.rules.values()),
            _arms={name: prepared(self.arms(name), Evaluator(self)) for name in self.facts.policies},
            audits={name: _audit(node) for name, node in self.facts.audits.items()},
        )

    # ---- what the mapping is

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
    def gates(self) -> Mapping[str, n.GateNode]:
        return self.facts.gates

    def arms(self, policy: str) -> Sequence[n.ArmNode]:
        return self.facts.arms(self.facts.policies[policy])

    def policy_arms(self, name: str) -> Sequence[n.ArmNode | Arm]:
        return self._arms[name]

    def operation(self, path: str) -> Operation:
        system, _, name = path.partition(".")
        return self.manifests[system].operations[name]

    @property
    def questions(self) -> tuple[str, ...]:
        return tuple(self.facts.answers)

    def audit(self, name: str) -> n.AuditNode:
        return self.facts.audits[name]

    def answer(self, name: str) -> n.AnswerNode:
        return self.facts.answers[name]

    def type_of(self, reference: n.TypeRef) -> Type:
        return self.facts.type_of(reference) or Anything()

    def compare(self, audit: str, occurrence: Occurrence, state: State) -> Comparison:
        """The differences an audit finds for one record. Pure."""
        return compare(self, audit, occurrence, state)

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        """The answer to a question. Pure. Raises ValuesInvalid."""
        return reply(self, question, values, occurrence)

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        """Everything the mapping says about this version of the record. Pure."""
        return decide(self, occurrence, state)

    def followed(self, scene: Scene) -> Followed:
        """What the rules come to, by generated functions where there are any."""
        return self.code.rules.followed(self, scene)


class Interpreted(CompiledMapping):
    """A mapping without generated functions: what they are held against."""

    def evaluator(self) -> Evaluator:
        return Evaluator(self)

    def followed(self, scene: Scene) -> Followed:
        return follow_all(self, scene)


def _indexed(facts: Facts, table: n.TableNode) -> dict[tuple[str, ...], n.RowNode]:
    kinds = _kinds(facts, table)
    index: dict[tuple[str, ...], n.RowNode] = {}
    for row in table.rows:
        for key in row.keys:
            index.setdefault(tuple(key_text(k, word.text) for k, word in zip(kinds, key, strict=True)), row)
    return index


def _kinds(facts: Facts, table: n.TableNode) -> list[Type]:
    return [facts.type_of(reference) or Anything() for reference in table.keys]


def _alert(node: n.AlertNode) -> Alert:
    thresholds = tuple(Threshold(item.count, item.kind.text, item.within) for item in node.thresholds)
    return Alert(node.name.text, thresholds, node.quiet or timedelta(0))


def _tracked(track: n.TrackNode) -> Tracked:
    system, _, record = track.type.text.partition(".")
    return Tracked(track.name.text, system, record, str(track.key), str(track.newest))


def _text(node: n.TemplateNode, source: Source) -> tuple[tuple[str, ...], str, Span]:
    text = source.text[node.text_span.start : node.text_span.end]
    return tuple(parameter.name.text for parameter in node.parameters), dedent(text).strip("\n"), node.span


def _audit(node: n.AuditNode) -> Audit:
    stalled = node.stalled
    after, alert = (stalled.after, stalled.alert.text) if stalled else (None, "")
    pairs = str(node.other.operation) if node.other is not None else ""
    return Audit(node.name.text, node.every, node.over, after, alert, pairs, _team(node.different))


def _team(node: n.EndingNode | None) -> str:
    return node.team.text if node is not None and node.team is not None else ""


_BOUND: Lately[CompiledMapping] = Lately()
