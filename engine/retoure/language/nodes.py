"""The tree of a mapping file: frozen data, every node with the span it was written at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from ..source import Source, Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Name:
    """A word as written, with its place."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Path:
    """A dotted path: `return.id`."""

    names: tuple[Name, ...]
    span: Span

    def __str__(self) -> str:
        return ".".join(name.text for name in self.names)


# ---- expressions -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class NameRef:
    """A bare name: a variable in scope, `now`, `true`, `false`, or a word of an enum where one is expected."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class TextLiteral:
    """`"text {path}"`: constant pieces and expressions in turn."""

    parts: tuple[str | Expression, ...]
    span: Span

    @property
    def constant(self) -> str | None:
        """The text when it has no placeholder."""
        if not self.parts:
            return ""
        first = self.parts[0]
        return first if len(self.parts) == 1 and isinstance(first, str) else None


@dataclass(frozen=True, slots=True)
class NumberLiteral:
    value: Decimal
    span: Span

    @property
    def whole(self) -> bool:
        return self.value == self.value.to_integral_value()


@dataclass(frozen=True, slots=True)
class Member:
    """`of.name`"""

    of: Expression
    name: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Lookup:
    """`table[key, …]`"""

    of: Expression
    keys: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CallExpr:
    """`callee(argument, …)`: a map, a template setting or a built-in function."""

    callee: Expression
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`for each NAME in LIST where CONDITION`"""

    variable: Name
    source: Expression
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """`sum(VALUE for each …)`; likewise count, min, max, any, every, first."""

    function: Name
    value: Expression
    loop: Loop
    span: Span


@dataclass(frozen=True, slots=True)
class Assignment:
    """`target = value`"""

    target: Name
    value: Alternative
    span: Span


@dataclass(frozen=True, slots=True)
class RecordLiteral:
    """`{ target = value … }`"""

    assignments: tuple[Assignment, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ForEachRecord:
    """`for each line in LIST where … repeated N times { … }`: a list of records."""

    loop: Loop
    times: Expression | None
    record: RecordLiteral
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """`and or + - * / < <= > >= is "is not"`"""

    operator: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """`not x`, `-x`"""

    operator: str
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Among:
    """`x is one of (a, b)`"""

    left: Expression
    options: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Presence:
    """`x exists` (`wanted` true), `x is missing` (false)"""

    operand: Expression
    wanted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Reached:
    """`return reached approved`"""

    operand: Expression
    stage: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Default:
    """`x default y`: y when x is missing"""

    operand: Expression
    fallback: Alternative
    span: Span


@dataclass(frozen=True, slots=True)
class OnError:
    """`x on error y`: y when a conversion in x failed"""

    operand: Expression
    fallback: Alternative
    span: Span


@dataclass(frozen=True, slots=True)
class Convert:
    """`x as cents in CURRENCY rounded half_up`, `x as datetime "yyyy-MM-dd" in "Europe/Berlin"`"""

    operand: Expression
    to: Name
    pattern: str | None
    within: Expression | None
    rounded: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class Choose:
    """`if c then a else b`"""

    condition: Expression
    then: Alternative
    otherwise: Alternative
    span: Span


Expression = (
    NameRef
    | TextLiteral
    | NumberLiteral
    | Member
    | Lookup
    | CallExpr
    | Aggregate
    | RecordLiteral
    | ForEachRecord
    | Binary
    | Unary
    | Among
    | Presence
    | Reached
    | Default
    | OnError
    | Convert
    | Choose
)


@dataclass(frozen=True, slots=True)
class EndingNode:
    """`hold "why" for TEAM`, `skip "why"`, `fail "why"`"""

    ending: str
    reason: TextLiteral
    team: Name | None
    span: Span


Alternative = Expression | EndingNode


# ---- mapping ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SystemNode:
    name: Name
    schema: str
    span: Span


@dataclass(frozen=True, slots=True)
class TypeRef:
    """`reveni.Return`, `text`, `list of scayle.OrderItem`"""

    text: str
    listed: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    name: Name
    type: TypeRef
    span: Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant in a test, a setting or a deployment: str, Decimal, tuple of Literal, or dict of Literal.

    `word` is true for a bare word (`engine`, `true`), which reads as text or as a truth value by its use.
    """

    value: str | Decimal | tuple[Literal, ...] | dict[str, Literal]
    span: Span
    word: bool = False


@dataclass(frozen=True, slots=True)
class SettingNode:
    """`setting NAME : TYPE default LITERAL`; `kind` is choice, template, or the plain type's name."""

    name: Name
    kind: Name
    options: tuple[Name, ...]
    parameters: tuple[Parameter, ...]
    default: Literal | None
    span: Span


@dataclass(frozen=True, slots=True)
class AssumeNode:
    system: Name
    fact: Name
    value: Name
    span: Span


@dataclass(frozen=True, slots=True)
class OwnsNode:
    system: Name
    data: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MappingNode:
    """The head of a file. `library` is true for a file of shared tables, maps and policies."""

    name: Name
    language: Decimal | None
    version: str
    owner: str
    systems: tuple[SystemNode, ...]
    owns: tuple[OwnsNode, ...]
    teams: tuple[Name, ...]
    settings: tuple[SettingNode, ...]
    assumes: tuple[AssumeNode, ...]
    span: Span
    library: bool = False


@dataclass(frozen=True, slots=True)
class ImportNode:
    """`import "shared.rmap"`: the path as written, relative to the importing file."""

    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class TestsForNode:
    """`tests for "../returns.rmap"`, the head of a file of tests: the mapping they test, relative to this file."""

    path: str
    span: Span


# ---- track -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StageNode:
    name: Name
    statuses: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MoveTarget:
    stage: Name
    via: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MoveNode:
    origin: Name
    targets: tuple[MoveTarget, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TrackNode:
    name: Name
    type: TypeRef
    key: Path | None
    newest: Path | None
    stage_from: Path | None
    stages: tuple[StageNode, ...]
    unknown: EndingNode | None
    moves: tuple[MoveNode, ...]
    span: Span


# ---- tables, maps, gates ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RowNode:
    """One row: any of `keys` gives `value`; each key is a tuple with a word per key column. No keys: `otherwise`."""

    keys: tuple[tuple[Name, ...], ...]
    value: Alternative
    span: Span


@dataclass(frozen=True, slots=True)
class TableNode:
    """A table. `file` is the path of the CSV file its rows come from, empty when they stand in the mapping.

    `titles` is the first line of that file.
    """

    name: Name
    keys: tuple[TypeRef, ...]
    result: TypeRef
    rows: tuple[RowNode, ...]
    span: Span
    file: str = ""
    file_span: Span | None = None
    titles: tuple[Name, ...] = ()

    @property
    def otherwise(self) -> RowNode | None:
        return next((row for row in self.rows if not row.keys), None)


@dataclass(frozen=True, slots=True)
class Like:
    """`like BASE without a, b`: the fields of another map, except some."""

    base: Name
    without: tuple[Name, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class MapNode:
    """A map. `assignments` are its own; what it takes over by `like` is added when the module is gathered."""

    name: Name
    parameters: tuple[Parameter, ...]
    target: TypeRef
    assignments: tuple[Assignment, ...]
    span: Span
    like: Like | None = None


@dataclass(frozen=True, slots=True)
class TemplateNode:
    """A Jinja2 template. `text_span` is its text without quotes; `file` the path of the file it stands in instead."""

    name: Name
    parameters: tuple[Parameter, ...]
    text_span: Span
    file: str
    span: Span


@dataclass(frozen=True, slots=True)
class RequireNode:
    label: str
    condition: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class GateNode:
    name: Name
    parameters: tuple[Parameter, ...]
    requires: tuple[RequireNode, ...]
    otherwise: EndingNode | None
    span: Span


# ---- rules -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TriggerNode:
    """`return becomes approved and CONDITION`.

    `event` is becomes, reached, goes_back (then `origins` is filled), stays (then `longer` is) or changes (`paths`).
    """

    track: Name
    event: str
    stages: tuple[Name, ...]
    origins: tuple[Name, ...]
    condition: Expression | None
    span: Span
    longer: timedelta | None = None
    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadStep:
    name: Name
    operation: Path
    arguments: tuple[Expression, ...]
    policy: Name | None
    span: Span


@dataclass(frozen=True, slots=True)
class ForEachStep:
    loop: Loop
    span: Span


@dataclass(frozen=True, slots=True)
class PickStep:
    """`for each unit in pick N from LIST where CONDITION otherwise OUTCOME`"""

    variable: Name
    count: Expression
    source: Expression
    where: Expression | None
    otherwise: EndingNode | None
    span: Span


@dataclass(frozen=True, slots=True)
class IfStep:
    condition: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class GateStep:
    gate: Name
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Use:
    """`returned_unit(return, unit)`: a map and its arguments."""

    map: Name
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class EffectStep:
    """A `do` or `keep`."""

    verb: str
    operation: Path
    use: Use
    key: tuple[Path, ...]
    on_change: EndingNode | None
    undo: Use | None
    policy: Name | None
    span: Span
    named: Name | None = None


Step = ReadStep | ForEachStep | PickStep | IfStep | GateStep | EffectStep | EndingNode


@dataclass(frozen=True, slots=True)
class RuleNode:
    """A rule, or a watch: a rule about something that has not happened."""

    name: Name
    purpose: str
    trigger: TriggerNode | None
    steps: tuple[Step, ...]
    span: Span
    watch: bool = False


# ---- failures --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RetryStep:
    times: int
    least: timedelta
    most: timedelta
    span: Span


@dataclass(frozen=True, slots=True)
class CheckStep:
    span: Span


@dataclass(frozen=True, slots=True)
class QueueStep:
    queue: Name
    span: Span


@dataclass(frozen=True, slots=True)
class AlertStep:
    alert: Name
    span: Span


@dataclass(frozen=True, slots=True)
class InsteadStep:
    """`instead do OPERATION with MAP(…) once per KEY`"""

    operation: Path
    use: Use
    key: tuple[Path, ...]
    span: Span


PolicyStep = RetryStep | CheckStep | QueueStep | AlertStep | InsteadStep | EndingNode


@dataclass(frozen=True, slots=True)
class ArmNode:
    """`on A, B steps`; no classes: `otherwise`."""

    classes: tuple[Name, ...]
    steps: tuple[PolicyStep, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PolicyNode:
    name: Name
    extends: Name | None
    arms: tuple[ArmNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class QueueNode:
    name: Name
    keep: timedelta | None
    by_hand: bool
    order: Path | None
    span: Span


@dataclass(frozen=True, slots=True)
class ThresholdNode:
    count: int
    kind: Name
    within: timedelta | None
    span: Span


@dataclass(frozen=True, slots=True)
class AlertNode:
    name: Name
    thresholds: tuple[ThresholdNode, ...]
    quiet: timedelta | None
    span: Span


# ---- audits and answers ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AgreeNode:
    """`agree LEFT with RIGHT within TOLERANCE`"""

    label: str
    left: Expression
    right: Expression
    within: Decimal | None
    span: Span


@dataclass(frozen=True, slots=True)
class StalledNode:
    after: timedelta
    alert: Name
    span: Span


@dataclass(frozen=True, slots=True)
class AuditNode:
    """Compares the followed record with what the other platform says. `missing_runs`: heal by deciding again."""

    name: Name
    every: timedelta
    over: timedelta
    subject: Name | None
    other: ReadStep | None
    agrees: tuple[AgreeNode, ...]
    missing_runs: bool
    missing: EndingNode | None
    different: EndingNode | None
    stalled: StalledNode | None
    span: Span


@dataclass(frozen=True, slots=True)
class AnswerNode:
    """A question answered at once: parameters, the steps before, and the map that makes the answer."""

    name: Name
    parameters: tuple[Parameter, ...]
    result: TypeRef
    steps: tuple[Step, ...]
    give: Use | None
    span: Span


# ---- tests -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GivenEvent:
    operation: Path
    file: str | None
    changes: Literal | None
    span: Span


@dataclass(frozen=True, slots=True)
class GivenAgain:
    span: Span


@dataclass(frozen=True, slots=True)
class GivenSetting:
    name: Name
    value: Literal
    span: Span


@dataclass(frozen=True, slots=True)
class GivenNow:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class GivenAfter:
    """`given after 49h`: time passes."""

    time: timedelta
    span: Span


@dataclass(frozen=True, slots=True)
class GivenAudit:
    audit: Name
    span: Span


@dataclass(frozen=True, slots=True)
class GivenQuestion:
    answer: Name
    values: Literal
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectAnswer:
    """`expect answer { … }`; `wanted` false: `expect no answer`."""

    body: Literal | None
    wanted: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AnswersFrom:
    folder: str
    span: Span


@dataclass(frozen=True, slots=True)
class AnswerFrom:
    operation: Path
    file: str
    span: Span


@dataclass(frozen=True, slots=True)
class AnswerError:
    """`answer OP always RATE_LIMITED`; `how_often` is always or once."""

    operation: Path
    how_often: Name
    error: Name
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectNoHold:
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectNone:
    operation: Path
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectHold:
    team: Name | None
    about: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectQueue:
    queue: Name
    count: int
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectStage:
    stage: Name
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectEffect:
    verb: str
    operation: Path
    times: int | None
    body: Literal | None
    span: Span


TestStep = (
    GivenEvent
    | GivenAgain
    | GivenSetting
    | GivenNow
    | GivenAfter
    | GivenAudit
    | GivenQuestion
    | ExpectAnswer
    | AnswersFrom
    | AnswerFrom
    | AnswerError
    | ExpectNoHold
    | ExpectNone
    | ExpectHold
    | ExpectQueue
    | ExpectStage
    | ExpectEffect
)


@dataclass(frozen=True, slots=True)
class Case:
    """One row of `cases`: a cell for each column."""

    cells: tuple[Literal, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Cases:
    """`cases COLUMN, COLUMN { cell, cell … }`: the test is played once for each row."""

    columns: tuple[Name, ...]
    rows: tuple[Case, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TestNode:
    name: str
    cases: Cases | None
    steps: tuple[TestStep, ...]
    span: Span


Block = (
    MappingNode
    | ImportNode
    | TestsForNode
    | TrackNode
    | TableNode
    | MapNode
    | TemplateNode
    | GateNode
    | RuleNode
    | PolicyNode
    | QueueNode
    | AlertNode
    | AuditNode
    | AnswerNode
    | TestNode
)


@dataclass(frozen=True)
class Module:
    """One parsed file; `damaged` has the keyword of every block that could not be read, empty where that is unknown.

    `tests` are the parts of the source that are files of tests.
    """

    source: Source
    blocks: tuple[Block, ...]
    damaged: tuple[str, ...] = ()
    tests: tuple[Span, ...] = ()

    def of(self, kind: type[T]) -> tuple[T, ...]:
        """The blocks of one kind, in the order of the file."""
        return tuple(block for block in self.blocks if isinstance(block, kind))

    def own(self, span: Span) -> bool:
        """Whether a place is in the file itself, not in one it imports."""
        return not self.source.parts or span.start < self.source.parts[0].start

    def in_tests(self, span: Span) -> bool:
        """Whether a place is in a file of tests."""
        return bool(self.tests) and span.start >= self.tests[0].start

    def without_tests(self) -> str:
        """The text of the file and of all it needs, without the files of its tests: these come last."""
        return self.source.text[: self.tests[0].start - 1] if self.tests else self.source.text
