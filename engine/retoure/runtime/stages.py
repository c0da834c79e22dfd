"""Which stage a record is in and how it came there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from msgspec import Struct

from ..language import nodes as n
from .decision import Entry, State


class Stages(Struct, frozen=True):
    """The stages of a track: raw status (lower case) to stage, and the legal moves with the stages passed by."""

    by_status: Mapping[str, str]
    moves: Mapping[tuple[str, str], tuple[str, ...]]

    def of(self, status: str) -> str | None:
        """The stage of a raw status; None when no stage holds it."""
        return self.by_status.get(status.lower())

    def entry(self, state: State, stage: str, version: str, at: datetime) -> Entry | None:
        """The move to `stage`; None when it is there already. Raises KeyError for a move that is not allowed."""
        if state.stage == stage:
            return None
        if state.stage is None:
            return Entry(None, (stage,), version, at)
        return Entry(state.stage, (*self.moves[state.stage, stage], stage), version, at)


def stages_of(track: n.TrackNode) -> Stages:
    """The stages a track declares."""
    by_status = {word.text.lower(): stage.name.text for stage in track.stages for word in stage.statuses}
    moves = {
        (move.origin.text, target.stage.text): tuple(name.text for name in target.via)
        for move in track.moves
        for target in move.targets
    }
    return Stages(by_status, moves)


class Now(NamedTuple):
    """Where a record stands as a rule sees it: last move, all stages reached, the moment, the fields that changed."""

    entry: Entry
    reached: frozenset[str]
    at: datetime
    changed: frozenset[str] = frozenset()


class Triggers(Struct, frozen=True):
    """What the triggers of a mapping look at: the paths `changes` compares, and `stays` by the stage it waits in."""

    compared: tuple[n.Path, ...]
    waiting: Mapping[str, tuple[n.TriggerNode, ...]]


def triggers_of(rules: Iterable[n.RuleNode]) -> Triggers:
    """What the triggers of rules look at; of several that wait alike, one is enough."""
    compared: dict[str, n.Path] = {}
    waiting: dict[str, dict[timedelta, n.TriggerNode]] = {}
    for trigger in (rule.trigger for rule in rules if rule.trigger is not None):
        compared.update((str(path), path) for path in trigger.paths)
        if trigger.longer is not None:
            for stage in trigger.stages:
                waiting.setdefault(stage.text, {}).setdefault(trigger.longer, trigger)
    return Triggers(tuple(compared.values()), {stage: tuple(found.values()) for stage, found in waiting.items()})


def active(trigger: n.TriggerNode, now: Now) -> bool:
    """Whether a rule's stage condition holds.

    `becomes` holds while the record is where its last move brought it, the stages passed by included; `reached` from
    then on for ever; `goes back` while it is where that move brought it; `stays` once it has been there long enough;
    `changes` for the version that brought another value.
    """
    entry, reached = now.entry, now.reached
    stages = {stage.text for stage in trigger.stages}
    if trigger.event == "changes":
        return any(str(path) in now.changed for path in trigger.paths)
    if trigger.event == "stays":
        due = due_at(trigger, entry)
        return due is not None and due <= now.at
    if trigger.event == "reached":
        return bool(stages & reached)
    arrived = bool(stages & set(entry.path))
    if trigger.event == "goes_back":
        return arrived and entry.origin in {stage.text for stage in trigger.origins}
    return arrived


def due_at(trigger: n.TriggerNode, entry: Entry) -> datetime | None:
    """When `stays … for more than` begins to hold; None while the record is in another stage."""
    if trigger.longer is None or entry.at is None or entry.stage not in {stage.text for stage in trigger.stages}:
        return None
    return entry.at + trigger.longer


def wake_at(triggers: Sequence[n.TriggerNode], now: Now) -> datetime | None:
    """The next moment at which time alone makes a rule act."""
    if not triggers:
        return None
    due = [due_at(trigger, now.entry) for trigger in triggers]
    return min([moment for moment in due if moment is not None and moment > now.at], default=None)
