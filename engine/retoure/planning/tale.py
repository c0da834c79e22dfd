"""The story of one return as plain, frozen data: what happened to it, oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..delivery.store.port import Hold
from ..runtime.decision import FieldTrace, Origin
from ..source import Place
from .cells import Cell

Ids = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """Something that happened. `ids` name what it was about: `event-3`, `effect-7`, `hold-2`."""

    at: datetime
    ids: Ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Happening):
    """A message was stored. `repeats` counts how often it came again, `conflicts` those of its id that said otherwise.

    `happened` is when the platform says it happened, `event` the platform's id.
    """

    system: str
    kind: str
    event: str
    happened: datetime | None
    repeats: int
    repeated: datetime | None
    conflicts: int
    what: str = field(default="arrived", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed(Happening):
    """An event ended without a decision of its own."""

    state: str
    reason: str
    queue: str
    what: str = field(default="passed", init=False)


@dataclass(frozen=True, slots=True)
class ReadTold:
    """A read the decision saw, and why it failed where it did."""

    key: str
    error: str


@dataclass(frozen=True, slots=True)
class EffectTold:
    """An effect that a decision wanted. `id` is the call that came of it, empty when nothing was to be sent: `why`.

    `values` are the fields by their paths, `trace` where each came from. `body` is what was to be sent
    then: of a stock that is added to, the difference alone. `wanted` is false for a call that takes back what was
    wanted before.
    """

    id: str
    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: Place
    wanted: bool
    why: str
    values: Mapping[str, Any]
    trace: tuple[FieldTrace, ...]
    body: Any


@dataclass(frozen=True, slots=True)
class StopTold:
    """A rule that ended in a hold, a skip or a failure, and the values that decided it."""

    rule: str
    place: Place
    ending: str
    reason: str
    team: str
    because: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class NoteTold:
    """A rule that did nothing, and why."""

    rule: str
    place: Place
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Happening):
    """A decision. `cause` is what set it off; `path` are the stages it moved through, none where it stayed.

    `removed` is true where what it saw and said was removed after the retention: then only its version and stage are
    known.
    """

    cause: str
    mapping: str
    version: str
    stale: bool
    origin: str | None
    path: tuple[str, ...]
    stage: str | None
    reads: tuple[ReadTold, ...]
    effects: tuple[EffectTold, ...]
    stops: tuple[StopTold, ...]
    notes: tuple[NoteTold, ...]
    removed: bool = False
    what: str = field(default="decided", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried(Happening):
    """One try of a call, a look whether it took effect (`settle`), or a person's word on it (`person`).

    `then` says what follows, with the moment `until` where it waits for one.
    """

    operation: str
    step: str
    outcome: str
    error: str
    message: str
    answer: Any
    ended: datetime | None
    then: str
    until: datetime | None
    what: str = field(default="tried", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Happening):
    """A person changed what a call sends: `who` did, `why`, and in which fields."""

    operation: str
    who: str
    why: str
    fields: tuple[Cell, ...]
    what: str = field(default="changed", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn(Happening):
    """A call that was not made after all, since a newer version wants something else."""

    operation: str
    what: str = field(default="withdrawn", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Happening):
    """A hold was opened."""

    hold: Hold
    what: str = field(default="held", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Happening):
    """A hold was closed: by a person (`hold.by_hand`) or since its reason was gone."""

    hold: Hold
    what: str = field(default="released", init=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """Something unfinished: an event or a call that waits, lies in a queue or is held."""

    id: str
    name: str
    state: str
    due: datetime | None
    queue: str
    why: str


@dataclass(frozen=True)
class Tale:
    """All that happened to one return, and where it stands now. `only` is the id the tale is confined to, if any."""

    subject: str
    stage: str | None
    version: str | None
    pending: tuple[Pending, ...]
    held: tuple[Hold, ...]
    happenings: tuple[Happening, ...]
    only: str = ""

    def about(self, id: str) -> Tale:
        """The part about an event, a call or a hold."""
        found = (_confined(each, id) for each in self.happenings if id in each.ids)
        return replace(self, happenings=tuple(found), only=id)


def _confined(happening: Happening, id: str) -> Happening:
    """A decision with this call alone, when it is a call that is asked for."""
    if not isinstance(happening, Judged) or not id.startswith("effect-"):
        return happening
    return replace(happening, effects=tuple(each for each in happening.effects if each.id == id), stops=(), notes=())
