"""Which record of a platform can a mapping follow, and by which of its fields?"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..types.kinds import Enum, Field, Instant, Integer, Record, Text, Type
from ..types.manifest import EventKind, Manifest
from .names import snake, stage_name


class CannotScaffold(Exception):
    """Nothing can be made of what was asked for; the message says why, and what to do."""


@dataclass(frozen=True)
class Subject:
    """The record that is followed, the event that tells of it, and the fields the track needs.

    `stages` holds the statuses of each stage: those that approve a refund share one, every other has its own.
    """

    manifest: Manifest
    event: EventKind
    record: Record
    name: str
    key: str
    newest: str
    status: str
    stages: dict[str, tuple[str, ...]]
    approved: str

    @property
    def main(self) -> tuple[str, ...]:
        """The stages in which something is done: the approved one, or all where there is none."""
        return (self.approved,) if self.approved else tuple(self.stages)


def subject_of(manifest: Manifest, event: str = "") -> Subject:
    """What there is to follow: the record of `event`, or of the last event whose record can be. It may be named as in a
    mapping, with its system.

    Raises CannotScaffold.
    """
    event = event.removeprefix(f"{manifest.system}.")
    if event and event not in manifest.events:
        known = ", ".join(manifest.events) or "none"
        raise CannotScaffold(f"{manifest.system} sends no event `{event}`: known are {known}")
    events = [manifest.events[event]] if event else [*manifest.events.values()][::-1]
    found = [one for one in events if not lacking(manifest.types[one.record])]
    if not found:
        raise CannotScaffold(_why_not(manifest, events))
    return _subject(manifest, found[0])


def lacking(record: Record) -> list[str]:
    """What keeps a record from being followed."""
    needs = {
        "an id": (Text, Integer),
        "a moment that tells two versions apart": (Instant,),
        "a status from a set of words": (Enum,),
    }
    return [what for what, kinds in needs.items() if not _sure(record, kinds)]


def _why_not(manifest: Manifest, events: list[EventKind]) -> str:
    if not events:
        return f"{manifest.system} sends no events, so there is nothing to follow: name another platform with --from"
    record = events[0].record
    needs = " and ".join(lacking(manifest.types[record]))
    return f"{manifest.system}.{record} cannot be followed: its schema does not promise {needs} in every record"


def _subject(manifest: Manifest, event: EventKind) -> Subject:
    record = manifest.types[event.record]
    status = _best(_sure(record, (Enum,)), ("status", "state"))
    kind = record.fields[status].type
    words = kind.values if isinstance(kind, Enum) else ()
    approving = manifest.approving.get(event.record, ())
    stages = _stages(words, approving)
    return Subject(
        manifest,
        event,
        record,
        name=snake(event.record),
        key=_best(_sure(record, (Text, Integer)), ("id", "key", "number")),
        newest=_best(_sure(record, (Instant,)), ("updated", "changed", "modified")),
        status=status,
        stages=stages,
        approved="approved" if approving else "",
    )


def _stages(words: Collection[str], approving: Collection[str]) -> dict[str, tuple[str, ...]]:
    stages: dict[str, tuple[str, ...]] = {}
    for word in words:
        stage = "approved" if word in approving else stage_name(word)
        stages[stage] = (*stages.get(stage, ()), word)
    return stages


def _sure(record: Record, kinds: tuple[type[Type], ...]) -> list[str]:
    """The fields of these types that are always there."""
    return [name for name, field in _required(record) if isinstance(field.type, kinds)]


def _required(record: Record) -> Iterator[tuple[str, Field]]:
    return ((name, field) for name, field in record.fields.items() if field.required and not field.personal)


def _best(names: list[str], wanted: tuple[str, ...]) -> str:
    """The name that is one of the wanted ones, else one that holds one of them, else the first."""
    exact = [name for word in wanted for name in names if name.lower() == word]
    close = [name for word in wanted for name in names if word in name.lower()]
    return (*exact, *close, *names)[0]
