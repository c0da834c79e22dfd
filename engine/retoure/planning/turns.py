"""Which of two things of one moment came first: the place of each among the decisions, in the order of the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..delivery.store.port import Hold

Row = Mapping[str, Any]


class Turns:
    """Numbers the decisions of a story; what came of one has its number, what came before the first has 0."""

    def __init__(self, decisions: Sequence[Row]) -> None:
        self._decisions = decisions
        self._numbers = {row["id"]: number for number, row in enumerate(decisions)}

    def decision(self, id: int) -> int:
        return self._numbers[id]

    def event(self, seq: int) -> int:
        """The first decision that was made from an event or from a later one."""
        return next((number for number, row in enumerate(self._decisions) if row["event"] >= seq), len(self._decisions))

    def ended(self, seq: int) -> int:
        """The last decision that was made from an event; where it arrived when there is none."""
        made = [number for number, row in enumerate(self._decisions) if row["event"] == seq]
        return made[-1] if made else self.event(seq)

    def withdrawn(self, decision: int) -> int:
        """The decision after the one that had wanted it."""
        return min(self._numbers[decision] + 1, len(self._decisions) - 1)

    def opened(self, hold: Hold) -> int | None:
        """The decision that opened a hold: of those of its moment the first that was stopped in its rule."""
        at = list(self._at(hold.opened_at))
        stopped = (number for number in at if hold.rule in _stopped(self._decisions[number]))
        return next(stopped, at[-1] if at else None)

    def closed(self, hold: Hold) -> int | None:
        """The decision that closed a hold: of those of its moment the first after the one that opened it."""
        opened, at = self.opened(hold), list(self._at(hold.closed_at))
        later = (number for number in at if opened is None or number > opened)
        return next(later, at[-1] if at else None)

    def _at(self, moment: datetime | None) -> Iterator[int]:
        found = enumerate(self._decisions)
        return (number for number, row in found if datetime.fromisoformat(row["at"]) == moment)


def _stopped(row: Row) -> set[str]:
    return {stop["rule"] for stop in row["decision"]["stops"]} if row["decision"] else set()
