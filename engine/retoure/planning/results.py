"""What a plan comes to: plain, frozen data for texts and programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .cells import Cell


class Doing(StrEnum):
    """What would happen to one effect."""

    NEW = "new"
    CHANGED = "changed"
    TAKEN_BACK = "taken back"
    WITHDRAWN = "withdrawn"  # it still waits, and would not be sent
    CORRECTION = "correction"  # it was sent, cannot be taken back, and something else is wanted


@dataclass(frozen=True, slots=True)
class EffectChange:
    """One effect that would change. `cells` are its fields before and after.

    `calls` are the commands that would be sent, where they are not simply the fields after. `outcome` says what follows
    a correction.
    """

    doing: Doing
    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: str
    cells: tuple[Cell, ...]
    calls: tuple[Mapping[str, Any], ...] = ()
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class HoldShown:
    """A hold that would open or close."""

    team: str
    reason: str
    rule: str
    place: str


@dataclass(frozen=True, slots=True)
class Step:
    """What one event would do: the move, the effects, the holds.

    `reads` says where answers came from that were not recorded with the event, `unanswered` which reads nothing could
    answer, so that the rules behind them cannot be judged.
    """

    name: str
    move: str
    version: str
    effects: tuple[EffectChange, ...] = ()
    opened: tuple[HoldShown, ...] = ()
    closed: tuple[HoldShown, ...] = ()
    reads: Mapping[str, str] = field(default_factory=dict)
    unanswered: tuple[str, ...] = ()

    @property
    def does_something(self) -> bool:
        """Whether anything would be sent, held or settled, or cannot be judged."""
        return bool(self.effects or self.opened or self.closed or self.unanswered)


@dataclass(frozen=True, slots=True)
class ReturnPlan:
    """What the events of one return would do, in order."""

    subject: str
    steps: tuple[Step, ...]

    @property
    def does_something(self) -> bool:
        """Whether any of the events would."""
        return any(step.does_something for step in self.steps)


class Side(StrEnum):
    """Where something is found when two mappings are compared."""

    BEFORE = "before"  # only with the other mapping
    AFTER = "after"  # only with this mapping
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class EffectDifference:
    """One call that only one mapping would make, or both with different fields."""

    side: Side
    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class WordsDifference:
    """Something said by one mapping only, or differently by both: a stage, a hold, a skip, a read without an answer."""

    what: str
    before: str
    after: str

    @property
    def side(self) -> Side:
        """Who says it."""
        return Side.BOTH if self.before and self.after else Side.BEFORE if self.before else Side.AFTER


@dataclass(frozen=True, slots=True)
class StepDifference:
    """One event that two mappings treat differently."""

    name: str
    version: str
    effects: tuple[EffectDifference, ...]
    words: tuple[WordsDifference, ...]


@dataclass(frozen=True, slots=True)
class ReturnDifference:
    """A return that two mappings treat differently, event by event."""

    subject: str
    steps: tuple[StepDifference, ...]
