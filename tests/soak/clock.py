"""Simulated time: as fast as the machine allows."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2026, 3, 2, tzinfo=UTC)


class SimulatedClock:
    """Stands still while anybody works, and jumps when the worker sleeps. `jump` moves it as an administrator would,
    backwards too.
    """

    def __init__(self) -> None:
        self.time = START

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def jump(self, by: timedelta) -> None:
        self.time += by
