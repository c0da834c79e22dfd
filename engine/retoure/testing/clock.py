"""A clock that jumps: what would wait for hours is tried at once."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta


class JumpingClock:
    """Stands at `start` until somebody sleeps on it."""

    def __init__(self, start: datetime) -> None:
        self.time = start

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)
        await asyncio.sleep(0)
