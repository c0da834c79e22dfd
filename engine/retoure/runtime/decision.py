"""What `decide` takes and gives: plain, frozen data that can be stored, compared and shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ..source import Place
from .differences import DifferenceClass
from .policy import Policy


class Ending(StrEnum):
    """How a rule ends when it sends nothing."""

    HOLD = "hold"
    SKIP = "skip"
    FAIL = "fail"


class Outcome(Struct, frozen=True):
    """`hold "why" for TEAM`, `skip "why"` or `fail "why"`, with its text filled in."""

    ending: Ending
    reason: str
    team: str = ""


class Entry(Struct, frozen=True):
    """One move of the followed thing: from a stage (None at first sight) along `path`, whose last stage it is in.

    `path` also names stages passed by (`via`). `version` is the version field's text that brought it here,
    `at` the moment of the decision that made the move.
    """

    origin: str | None
    path: tuple[str, ...]
    version: str
    at: datetime | None = None

    @property
    def stage(self) -> str:
        return self.path[-1]


class LedgerEntry(Struct, frozen=True):
    """What is remembered of an effect that was wanted before: enough to compare, undo and freeze its `now`.

    `body` is the command last wanted, None once it is no longer wanted. `answer` is what the platform answered when it
    was applied.
    """

    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    decided_at: datetime
    body: Mapping[str, Any] | None
    state: str = "applied"
    answer: Any = None


class State(Struct, frozen=True):
    """What is known of a return before this event. `seen` is what `decide` remembered for `changes`."""

    version: str | None = None
    entries: tuple[Entry, ...] = ()
    ledger: Mapping[str, LedgerEntry] = {}
    picks: Mapping[str, tuple[str, ...]] = {}
    seen: Mapping[str, Any] = {}

    @property
    def stage(self) -> str | None:
        return self.entries[-1].stage if self.entries else None

    @property
    def reached(self) -> frozenset[str]:
        return frozenset([stage for entry in self.entries for stage in entry.path])


class Read(Struct, frozen=True):
    """A question to a system: operation (`scayle.orders.get`), argument texts, and the policy for its failure."""

    operation: str
    arguments: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.operation}({', '.join(self.arguments)})"


class Answer(Struct, frozen=True):
    """The answer to a Read: the JSON value, or the error and outcome its policy came to.

    `claimed` holds the ids of physical units in the answer that other returns have picked.
    """

    value: Any = None
    error: str = ""
    outcome: Outcome | None = None
    queue: str = ""
    claimed: frozenset[str] = frozenset()


class Occurrence(Struct, frozen=True):
    """One event as `decide` sees it: the newest record as JSON, the frozen `now` and the answers so far."""

    record: Mapping[str, Any]
    now: datetime
    answers: Mapping[str, Answer] = {}


class Origin(Struct, frozen=True):
    """Where a value came from: a path of the input, a setting, a table row, a default, a constant."""

    kind: str
    what: str
    value: Any = None
    place: Place | None = None


class FieldTrace(Struct, frozen=True):
    """One target field: the line that set it and everything it was made of, in reading order."""

    field: str
    place: Place
    origins: tuple[Origin, ...]


class Wanted(Struct, frozen=True):
    """An effect the mapping wants for this version of the record.

    `key` is the idempotency key's parts, `body` the command as JSON. `starts` is false when the rule may only compare
    (its stage has passed): then a key not yet in the ledger is not begun. `awaited` is true when later steps use the
    platform's answer: once it is there, the subject is decided again. `policy` is the policy with its texts filled
    in, `undo` the body that takes it back where the operation cannot derive one.
    """

    verb: str
    operation: str
    key: tuple[str, ...]
    body: Mapping[str, Any]
    rule: str
    place: Place
    policy: Policy
    on_change: Outcome | None = None
    undo: Mapping[str, Any] | None = None
    starts: bool = True
    trace: Sequence[FieldTrace] = ()
    awaited: bool = False


class Stop(Struct, frozen=True):
    """A rule that ended in an outcome, and why: the values that decided it.

    `key` tells apart several stops of one rule (loop elements); empty for the rule as a whole.
    """

    rule: str
    place: Place
    outcome: Outcome
    key: tuple[str, ...] = ()
    because: tuple[Origin, ...] = ()


class NeededRead(Struct, frozen=True):
    """A read the decision cannot do without; `policy` says what to do when it fails."""

    read: Read
    rule: str
    place: Place
    policy: Policy


class RuleNote(Struct, frozen=True):
    """Why a rule did nothing, for explanations: not its stage, an `if` that was false, an empty list."""

    rule: str
    place: Place
    text: str


class Decision(Struct, frozen=True):
    """Everything the mapping says about one version of a record.

    While `needs` is not empty the decision is unfinished: answer the reads and decide again. `stale` is true when a
    newer version was decided before. `entry` is the move made (None when it stays where it was). `reviewed` names the
    rules that were followed to their end, so that effects of theirs which are no longer wanted can be told from
    effects of rules that were stopped. `notes` are made when they are first read, by following all rules once more.
    `wake_at` is when time alone makes the record worth deciding again (`stays`); `seen` what to remember for `changes`,
    as JSON.
    """

    subject: str
    version: str
    mapping: str
    entry: Entry | None = None
    stage: str | None = None
    stale: bool = False
    wanted: tuple[Wanted, ...] = ()
    stops: tuple[Stop, ...] = ()
    notes: Sequence[RuleNote] = ()
    needs: tuple[NeededRead, ...] = ()
    reviewed: Set[str] = frozenset()
    picks: Mapping[str, tuple[str, ...]] = {}
    seen: Mapping[str, Any] = {}
    wake_at: datetime | None = None

    def speaks_of(self, rule: str) -> bool:
        """Whether the decision says anything of a rule; the notes are looked at last, since they may be yet to make."""
        parts = (self.wanted, self.stops, self.notes)
        return rule in self.reviewed or any(item.rule == rule for part in parts for item in part)


class Difference(Struct, frozen=True):
    """Something two systems disagree on: what (`label`), both values as text, and what the audit does about it."""

    label: str
    left: str
    right: str
    place: Place
    outcome: Outcome
    kind: DifferenceClass = DifferenceClass.DIFFERENT_STATE


class Comparison(Struct, frozen=True):
    """One record held against the other system. While `needs` is not empty it is unfinished, as with Decision.

    `missing` is true when the other system does not know the record; `heal` when deciding again is said to mend that,
    or a difference of the class *missing there*.
    """

    audit: str
    subject: str
    differences: tuple[Difference, ...] = ()
    missing: bool = False
    heal: bool = False
    needs: tuple[NeededRead, ...] = ()


class Reply(Struct, frozen=True):
    """The answer to a question: a body as JSON, or the outcome that there is none."""

    question: str
    body: Mapping[str, Any] | None = None
    outcome: Outcome | None = None
    needs: tuple[NeededRead, ...] = ()
