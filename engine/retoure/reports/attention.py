"""What people said of exceptions: comments, who looks after one, until when it may rest. Pure.

All of it is in the audit trail, so that it needs no place of its own, and nobody can change it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ..delivery.trail import Act, TrailEntry
from .exceptions import Case


@dataclass(frozen=True, slots=True)
class Attention:
    """What was said of one exception, oldest first; `owner` is who was named last, `rests_until` till when it rests."""

    said: tuple[TrailEntry, ...] = ()
    owner: str = ""
    rests_until: datetime | None = None

    def after(self, entry: TrailEntry) -> Attention:
        """With one more entry."""
        more = replace(self, said=(*self.said, entry))
        detail = entry.deed.detail
        if entry.deed.act is Act.ASSIGNED:
            return replace(more, owner=str(detail.get("team", "")))
        if entry.deed.act is Act.SNOOZED:
            return replace(more, rests_until=datetime.fromisoformat(str(detail["until"])))
        return more

    def rests(self, now: datetime) -> bool:
        """Whether nobody needs to look at it yet."""
        return self.rests_until is not None and now < self.rests_until


def attention(trail: Iterable[TrailEntry]) -> Mapping[str, Attention]:
    """What was said of each exception, by its name: hold-1, effect-7."""
    found: dict[str, Attention] = {}
    for entry in trail:
        found[entry.deed.about] = found.get(entry.deed.about, Attention()).after(entry)
    return found


def attended(
    cases: Iterable[Case], said: Mapping[str, Attention], now: datetime, *, resting: bool = False
) -> tuple[Case, ...]:
    """The cases with the owners people named, without those that rest unless they are wanted."""
    nothing = Attention()
    pairs = ((case, said.get(case.id, nothing)) for case in cases)
    return tuple(
        replace(case, owner=found.owner or case.owner) for case, found in pairs if resting or not found.rests(now)
    )
