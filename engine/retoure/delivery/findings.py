"""What an audit makes of the differences of one subject: what is held, what is mended, what waits already. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from ..runtime.decision import Comparison, Difference, Ending, Origin
from ..runtime.differences import CLASS, DifferenceClass
from ..source import Place
from .store.port import NewHold

HEALING: Final = "audit"  # why a subject is decided again that an audit found something missing of
UNASKED: Final = frozenset({DifferenceClass.ORPHAN, DifferenceClass.DUPLICATE})
"""What nobody here asked for, or asked for once only: then nothing more is paid until a person has looked."""
MISSING: Final = "missing"
UNKNOWN: Final = "the other system does not know this record"
NO_CURE: Final = "the other system does not know this record, and deciding it again did not mend that"


class Fate(StrEnum):
    """What became of a difference."""

    HELD = "held"
    HEALED = "healed"  # by the normal path: it is decided again, or the news that were missed are taken in
    WAITS = "waits"  # what stands in a queue, or is held already, stands for it


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference between the systems; its label is `missing` for a record that one of them does not know."""

    subject: str
    label: str
    kind: DifferenceClass
    fate: Fate
    left: str = ""
    right: str = ""
    reason: str = ""
    team: str = ""
    place: Place | None = None

    @property
    def origins(self) -> tuple[Origin, ...]:
        """The class and both values, as a hold keeps them."""
        values = (Origin("audit", "left", self.left), Origin("audit", "right", self.right))
        return (Origin(CLASS, "difference", self.kind.value), *(values if self.left or self.right else ()))


def findings(
    comparison: Comparison, owner: str, *, heal: bool, explained: Collection[DifferenceClass] = ()
) -> Iterator[Finding]:
    """All differences of a comparison that the mapping does not skip, each with its class and what becomes of it."""
    for each in comparison.differences:
        if each.outcome.ending is not Ending.SKIP:
            yield _fated(_of(comparison.subject, each, owner), heal=heal, explained=explained)
    if comparison.missing and not comparison.differences:
        reason = NO_CURE if comparison.heal else UNKNOWN
        missing = Finding(comparison.subject, MISSING, DifferenceClass.MISSING_THERE, Fate.HELD, "", "", reason, owner)
        yield _fated(missing, heal=heal, explained=explained)


def hold_of(audit: str, finding: Finding) -> NewHold:
    """The hold that stands for a finding."""
    said = (finding.reason, finding.team, finding.place, finding.origins)
    return NewHold("audit", audit, (finding.label,), *said)


def _of(subject: str, each: Difference, owner: str) -> Finding:
    said = (each.left, each.right, each.outcome.reason, each.outcome.team or owner, each.place)
    return Finding(subject, each.label, each.kind, Fate.HELD, *said)


def _fated(finding: Finding, *, heal: bool, explained: Collection[DifferenceClass]) -> Finding:
    if finding.kind in explained:
        return replace(finding, kind=DifferenceClass.STALLED, fate=Fate.WAITS)
    mended = heal and finding.kind is DifferenceClass.MISSING_THERE
    return replace(finding, fate=Fate.HEALED) if mended else finding
