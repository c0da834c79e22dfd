"""Reads from a replica that lags behind: what it answered before, it answers again for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from .calls import Answer
from .clock import Clock


@dataclass(slots=True)
class Replica:
    """The last answer to every read, by its address."""

    clock: Clock
    _kept: dict[str, tuple[datetime, Answer]] = field(default_factory=dict)

    def read(self, url: str, lag: float, fresh: Callable[[], Answer]) -> Answer:
        """The answer of at most `lag` seconds ago to the same address, else a fresh one; 0 is always fresh."""
        if lag <= 0:
            return fresh()
        now = self.clock()
        at, answer = self._kept.get(url, (None, None))
        if at is None or answer is None or (now - at).total_seconds() >= lag:
            answer = fresh()
            self._kept[url] = (now, answer)
        return answer
