"""The tree of a mapping file: frozen data, every node with the span it was written at.

Nodes are records of msgspec: defining ninety dataclasses takes longer than reading a mapping. None leads back to what
holds it, so the garbage collector need not look for circles of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TypeVar

from msgspec import Struct

from ..source import Source, Span

T = TypeVar("T")


class Name(Struct, frozen=True, gc=False):
    """A word as written, with its place."""

    text: str
    span: Span

    def __str__(self) -> str:
        return self.text


class Path(Struct, frozen=True, gc=False):
    """A dotted path: `return.id`."""

    names: tuple[Name, ...]
    span: Span

    def __str__(self) -> str:
        return ".".join([name.text for name in self.names])


# ---- expressions -----------------------------------------------------------------------------------------------


class NameRef(Struct, frozen=True, gc=False):
    """A bare name: a variable in scope, `now`, `true`, `false`, or a word of an enum where one is expected."""

    name: str
    span: Span


class TextLiteral(Struct, frozen=True, gc=False):
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


class NumberLiteral(Struct, frozen=True, gc=False):
    value: Decimal
    span: Span

    @property
    def whole(self) -> bool:
        return self.value == self.value.to_integral_value()


class Member(Struct, frozen=True, gc=False):
    """`of.name`"""

    of: Expression
    name: Name
    span: Span


class Lookup(Struct, frozen=True, gc=False):
    """`table[key, …]`"""

    of: Expression
    keys: tuple[Expression, ...]
    span: Span


class CallExpr(Struct, frozen=True, gc=False):
    """`callee(argument, …)`: a map, a template setting or a built-in function."""

    callee: Expression
    arguments: tuple[Expression, ...]
    span: Span


class Loop(Struct, frozen=True, gc=False):
    """`for each NAME in LIST where CONDITION`"""

    variable: Name
    source: Expression
    where: Expression | None
    span: Span


class Aggregate(Struct, frozen=True, gc=False):
    """`sum(VALUE for each …)`; likewise count, min, max, any, every, first."""

    function: Name
    value: Expression
    loop: Loop
    span: Span


class Assignment(Struct, frozen=True, gc=False):
    """`target = value`"""

    target: Name
    value: Alternative
    span: Span


class RecordLiteral(Struct, frozen=True, gc=False):
    """`{ target = value … }`"""

    assignments: tuple[Assignment, ...]
    span: Span


class ForEachRecord(Struct, frozen=True, gc=False):
    """`for each line in LIST where … repeated N times { … }`: a list of records."""

    loop: Loop
    times: Expression | None
    record: RecordLiteral
    span: Span


class Binary(Struct, frozen=True, gc=False):
    """`and or + - * / < <= > >= is "is not"`"""

    operator: str
    left: Expression
    right: Expression
    span: Span


class Unary(Struct, frozen=True, gc=False):
    """`not x`, `-x`"""

    operator: str
    operand: Expression
    span: Span


class Among(Struct, frozen=True, gc=False):
    """`x is one of (a, b)`"""

    left: Expression
    options: tuple[Expression, ...]
    span: Span


class Presence(Struct, frozen=True, gc=False):
    """`x exists` (`wanted` true), `x is missing` (false)"""

    operand: Expression
    wanted: bool
    span: Span


class Reached(Struct, frozen=True, gc=False):
    """`return reached approved`"""

    operand: Expression
    stage: Name
    span: Span


class Default(Struct, frozen=True, gc=False):
    """`x default y`: y when x is missing"""

    operand: Expression
    fallback: Alternative
    span: Span


class OnError(Struct, frozen=True, gc=False):
    """`x on error y`: y when a conversion in x failed"""

    operand: Expression
    fallback: Alternative
    span: Span


class Convert(Struct, frozen=True, gc=False):
    """`x as cents in CURRENCY rounded half_up`, `x as datetime "yyyy-MM-dd" in "Europe/Berlin"`"""

    operand: Expression
    to: Name
    pattern: str | None
    within: Expression | None
    rounded: Name | None
    span: Span


class Choose(Struct, frozen=True, gc=False):
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


class EndingNode(Struct, frozen=True, gc=False):
    """`hold "why" for TEAM`, `skip "why"`, `fail "why"`"""

    ending: str
    reason: TextLiteral
    team: Name | None
    span: Span


Alternative = Expression | EndingNode


# ---- mapping ---------------------------------------------------------------------------------------------------


class SystemNode(Struct, frozen=True, gc=False):
    name: Name
    schema: str
    span: Span


class TypeRef(Struct, frozen=True, gc=False):
    """`reveni.Return`, `text`, `list of scayle.OrderItem`"""

    text: str
    listed: bool
    span: Span


class Parameter(Struct, frozen=True, gc=False):
    name: Name
    type: TypeRef
    span: Span


class Literal(Struct, frozen=True, gc=False):
    """A constant in a test, a setting or a deployment: str, Decimal, tuple of Literal, or dict of Literal.

    `word` is true for a bare word (`engine`, `true`), which reads as text or as a truth value by its use.
    """

    value: str | Decimal | tuple[Literal, ...] | dict[str, Literal]
    span: Span
    word: bool = False


class SettingNode(Struct, frozen=True, gc=False):
    """`setting NAME : TYPE default LITERAL`; `kind` is choice, template, or the plain type's name."""

    name: Name
    kind: Name
    options: tuple[Name, ...]
    parameters: tuple[Parameter, ...]
    default: Literal | None
    span: Span


class AssumeNode(Struct, frozen=True, gc=False):
    system: Name
    fact: Name
    value: Name
    span: Span


class OwnsNode(Struct, frozen=True, gc=False):
    system: Name
    data: tuple[Name, ...]
    span: Span


class MappingNode(Struct, frozen=True, gc=False):
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


class ImportNode(Struct, frozen=True, gc=False):
    """`import "shared.rmap"`: the path as written, relative to the importing file."""

    path: str
    span: Span


class TestsForNode(Struct, frozen=True, gc=False):
    """`tests for "../returns.rmap"`, the head of a file of tests: the mapping they test, relative to this file."""

    path: str
    span: Span


# ---- track -----------------------------------------------------------------------------------------------------


class StageNode(Struct, frozen=True, gc=False):
    name: Name
    statuses: tuple[Name, ...]
    span: Span


class MoveTarget(Struct, frozen=True, gc=False):
    stage: Name
    via: tuple[Name, ...]
    span: Span


class MoveNode(Struct, frozen=True, gc=False):
    origin: Name
    targets: tuple[MoveTarget, ...]
    span: Span


class TrackNode(Struct, frozen=True, gc=False):
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


class RowNode(Struct, frozen=True, gc=False):
    """One row: any of `keys` gives `value`; each key is a tuple with a word per key column. No keys: `otherwise`."""

    keys: tuple[tuple[Name, ...], ...]
    value: Alternative
    span: Span


class TableNode(Struct, frozen=True, gc=False):
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


class Like(Struct, frozen=True, gc=False):
    """`like BASE without a, b`: the fields of another map, except some."""

    base: Name
    without: tuple[Name, ...]
    span: Span


class MapNode(Struct, frozen=True, gc=False):
    """A map. `assignments` are its own; what it takes over by `like` is added when the module is gathered."""

    name: Name
    parameters: tuple[Parameter, ...]
    target: TypeRef
    assignments: tuple[Assignment, ...]
    span: Span
    like: Like | None = None


class TemplateNode(Struct, frozen=True, gc=False):
    """A Jinja2 template. `text_span` is its text without quotes; `file` the path of the file it stands in instead."""

    name: Name
    parameters: tuple[Parameter, ...]
    text_span: Span
    file: str
    span: Span


class RequireNode(Struct, frozen=True, gc=False):
    label: str
    condition: Expression
    span: Span


class GateNode(Struct, frozen=True, gc=False):
    name: Name
    parameters: tuple[Parameter, ...]
    requires: tuple[RequireNode, ...]
    otherwise: EndingNode | None
    span: Span


# ---- rules -----------------------------------------------------------------------------------------------------


class TriggerNode(Struct, frozen=True, gc=False):
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


class ReadStep(Struct, frozen=True, gc=False):
    name: Name
    operation: Path
    arguments: tuple[Expression, ...]
    policy: Name | None
    span: Span


class ForEachStep(Struct, frozen=True, gc=False):
    loop: Loop
    span: Span


class PickStep(Struct, frozen=True, gc=False):
    """`for each unit in pick N from LIST where CONDITION otherwise OUTCOME`"""

    variable: Name
    count: Expression
    source: Expression
    where: Expression | None
    otherwise: EndingNode | None
    span: Span


class IfStep(Struct, frozen=True, gc=False):
    condition: Expression
    span: Span


class GateStep(Struct, frozen=True, gc=False):
    gate: Name
    arguments: tuple[Expression, ...]
    span: Span


class Use(Struct, frozen=True, gc=False):
    """`returned_unit(return, unit)`: a map and its arguments."""

    map: Name
    arguments: tuple[Expression, ...]
    span: Span


class EffectStep(Struct, frozen=True, gc=False):
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


class RuleNode(Struct, frozen=True, gc=False):
    """A rule, or a watch: a rule about something that has not happened."""

    name: Name
    purpose: str
    trigger: TriggerNode | None
    steps: tuple[Step, ...]
    span: Span
    watch: bool = False


# ---- failures --------------------------------------------------------------------------------------------------


class RetryStep(Struct, frozen=True, gc=False):
    times: int
    least: timedelta
    most: timedelta
    span: Span


class CheckStep(Struct, frozen=True, gc=False):
    span: Span


class QueueStep(Struct, frozen=True, gc=False):
    queue: Name
    span: Span


class AlertStep(Struct, frozen=True, gc=False):
    alert: Name
    span: Span


class InsteadStep(Struct, frozen=True, gc=False):
    """`instead do OPERATION with MAP(…) once per KEY`"""

    operation: Path
    use: Use
    key: tuple[Path, ...]
    span: Span


PolicyStep = RetryStep | CheckStep | QueueStep | AlertStep | InsteadStep | EndingNode


class ArmNode(Struct, frozen=True, gc=False):
    """`on A, B steps`; no classes: `otherwise`."""

    classes: tuple[Name, ...]
    steps: tuple[PolicyStep, ...]
    span: Span


class PolicyNode(Struct, frozen=True, gc=False):
    name: Name
    extends: Name | None
    arms: tuple[ArmNode, ...]
    span: Span


class QueueNode(Struct, frozen=True, gc=False):
    name: Name
    keep: timedelta | None
    by_hand: bool
    order: Path | None
    span: Span


class ThresholdNode(Struct, frozen=True, gc=False):
    count: int
    kind: Name
    within: timedelta | None
    span: Span


class AlertNode(Struct, frozen=True, gc=False):
    name: Name
    thresholds: tuple[ThresholdNode, ...]
    quiet: timedelta | None
    span: Span


# ---- audits and answers ----------------------------------------------------------------------------------------


class AgreeNode(Struct, frozen=True, gc=False):
    """`agree LEFT with RIGHT within TOLERANCE`"""

    label: str
    left: Expression
    right: Expression
    within: Decimal | None
    span: Span


class StalledNode(Struct, frozen=True, gc=False):
    after: timedelta
    alert: Name
    span: Span


class AuditNode(Struct, frozen=True, gc=False):
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


class AnswerNode(Struct, frozen=True, gc=False):
    """A question answered at once: parameters, the steps before, and the map that makes the answer."""

    name: Name
    parameters: tuple[Parameter, ...]
    result: TypeRef
    steps: tuple[Step, ...]
    give: Use | None
    span: Span


# ---- tests -----------------------------------------------------------------------------------------------------


class GivenEvent(Struct, frozen=True, gc=False):
    operation: Path
    file: str | None
    changes: Literal | None
    span: Span


class GivenAgain(Struct, frozen=True, gc=False):
    span: Span


class GivenSetting(Struct, frozen=True, gc=False):
    name: Name
    value: Literal
    span: Span


class GivenNow(Struct, frozen=True, gc=False):
    text: str
    span: Span


class GivenAfter(Struct, frozen=True, gc=False):
    """`given after 49h`: time passes."""

    time: timedelta
    span: Span


class GivenAudit(Struct, frozen=True, gc=False):
    audit: Name
    span: Span


class GivenQuestion(Struct, frozen=True, gc=False):
    answer: Name
    values: Literal
    span: Span


class ExpectAnswer(Struct, frozen=True, gc=False):
    """`expect answer { … }`; `wanted` false: `expect no answer`."""

    body: Literal | None
    wanted: bool
    span: Span


class AnswersFrom(Struct, frozen=True, gc=False):
    folder: str
    span: Span


class AnswerFrom(Struct, frozen=True, gc=False):
    operation: Path
    file: str
    span: Span


class AnswerError(Struct, frozen=True, gc=False):
    """`answer OP always RATE_LIMITED`; `how_often` is always or once."""

    operation: Path
    how_often: Name
    error: Name
    span: Span


class ExpectNoHold(Struct, frozen=True, gc=False):
    span: Span


class ExpectNone(Struct, frozen=True, gc=False):
    operation: Path
    span: Span


class ExpectHold(Struct, frozen=True, gc=False):
    team: Name | None
    about: str | None
    span: Span


class ExpectQueue(Struct, frozen=True, gc=False):
    queue: Name
    count: int
    span: Span


class ExpectStage(Struct, frozen=True, gc=False):
    stage: Name
    span: Span


class ExpectEffect(Struct, frozen=True, gc=False):
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


class Case(Struct, frozen=True, gc=False):
    """One row of `cases`: a cell for each column."""

    cells: tuple[Literal, ...]
    span: Span


class Cases(Struct, frozen=True, gc=False):
    """`cases COLUMN, COLUMN { cell, cell … }`: the test is played once for each row."""

    columns: tuple[Name, ...]
    rows: tuple[Case, ...]
    span: Span


class TestNode(Struct, frozen=True, gc=False):
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
        return tuple([block for block in self.blocks if isinstance(block, kind)])

    def own(self, span: Span) -> bool:
        """Whether a place is in the file itself, not in one it imports."""
        return not self.source.parts or span.start < self.source.parts[0].start

    def in_tests(self, span: Span) -> bool:
        """Whether a place is in a file of tests."""
        return bool(self.tests) and span.start >= self.tests[0].start

    def without_tests(self) -> str:
        """The text of the file and of all it needs, without the files of its tests: these come last."""
        return self.source.text[: self.tests[0].start - 1] if self.tests else self.source.text
