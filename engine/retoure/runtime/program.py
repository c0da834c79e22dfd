"""What delivery, tests and tools see of a compiled mapping."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Protocol

from msgspec import Struct

from ..types.manifest import Manifest, Operation
from .decision import Comparison, Decision, Occurrence, Reply, State


class Queue(Struct, frozen=True):
    """A dead-letter queue: how long a letter is kept, and whether replay goes by itself in order or by hand only."""

    name: str
    keep: timedelta
    by_hand: bool = False


class Threshold(Struct, frozen=True):
    """`count` things of a kind (`queued`, `held`) within a span; `within` is None for the first one ever waiting."""

    count: int
    kind: str
    within: timedelta | None = None


class Alert(Struct, frozen=True):
    """Fires when any threshold is met; then stays silent for `quiet`."""

    name: str
    thresholds: tuple[Threshold, ...]
    quiet: timedelta = timedelta(0)


class Tracked(Struct, frozen=True):
    """What a mapping follows: system and record (`reveni.Return`), dotted paths of key and version field."""

    name: str
    system: str
    record: str
    key: str
    version: str


class Audit(Struct, frozen=True):
    """How often records are compared, how far back, and after what time a stalled one alerts whom.

    `pairs` is the operation that reads the other record, `team` who is told of differences; empty where not stated.
    """

    name: str
    every: timedelta
    over: timedelta
    stalled_after: timedelta | None = None
    stalled_alert: str = ""
    pairs: str = ""
    team: str = ""


class Program(Protocol):
    """A checked mapping, ready to decide."""

    @property
    def identity(self) -> str:
        """`name version hash`, for example `reveni_to_scayle 1.0.0 3f9a2c1b`."""
        ...

    @property
    def tracked(self) -> Tracked: ...

    @property
    def queues(self) -> Mapping[str, Queue]: ...

    @property
    def alerts(self) -> Mapping[str, Alert]: ...

    @property
    def manifests(self) -> Mapping[str, Manifest]: ...

    @property
    def audits(self) -> Mapping[str, Audit]: ...

    @property
    def questions(self) -> tuple[str, ...]:
        """The names of the `answer` blocks."""
        ...

    def compare(self, audit: str, occurrence: Occurrence, state: State) -> Comparison:
        """Holds the record against the other system, as an audit says. Pure, like `decide`."""
        ...

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        """Answers a question; `values` are its parameters as JSON, the occurrence has no record. Pure."""
        ...

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        """Everything the mapping says about this version. Pure: same input, same decision."""
        ...


def operation_of(manifests: Mapping[str, Manifest], name: str) -> Operation:
    """The operation `scayle.orders.get` of the manifests. Raises KeyError when there is none."""
    system, _, operation = name.partition(".")
    return manifests[system].operations[operation]
