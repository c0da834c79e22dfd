"""Simulated time: as fast as the machine allows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from retoure.testing.clock import JumpingClock

START: Final = datetime(2026, 3, 2, tzinfo=UTC)


class SimulatedClock(JumpingClock):
    """Stands still while anybody works, and jumps when the worker sleeps. `jump` moves it as an administrator would,
    backwards too.
    """

    def __init__(self) -> None:
        super().__init__(START)

    def jump(self, by: timedelta) -> None:
        self.time += by
