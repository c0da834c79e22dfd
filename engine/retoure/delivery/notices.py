"""Telling what is stored to be told: tried again after a failure or a kill, and not by two workers at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

from .context import Context
from .errors import StoreUnavailable
from .store.port import Notice

log = logging.getLogger("retoure.alerts")

CLAIM: Final = timedelta(minutes=2)
"""How long a notice is left to the worker that tells it; longer than any channel takes."""
FIRST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(minutes=10)
GIVEN_UP: Final = timedelta(days=1)
FAREWELL: Final = 5.0  # seconds that closing waits for what is being told


class NotTold(Exception):
    """A channel did not take a notice; the text says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Route:
    """After how long without anybody acting each next channel is told, and whether all hear of the end."""

    escalate: tuple[timedelta, ...] = ()
    recovery: bool = True


class Channels(Protocol):
    """What carries alerts."""

    def routed(self) -> Collection[str]:
        """The alerts that have a channel."""
        ...

    def route(self, alert: str) -> Route: ...

    async def tell(self, notice: Notice) -> None:
        """Has it told. Raises NotTold."""
        ...

    async def aclose(self) -> None:
        """Gives back connections."""
        ...


class Notifier:
    """Tells notices through channels, in the background."""

    def __init__(self, channels: Channels) -> None:
        self.channels = channels
        self._telling: asyncio.Task[None] | None = None
        self._again = False

    def wake(self, context: Context) -> None:
        """Looks for notices that are due, soon; returns at once."""
        self._again = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.get_running_loop().create_task(self._work(context), name="notices")

    async def aclose(self) -> None:
        """Waits a little for what is being told. What is left is told at the next start."""
        if self._telling is not None:
            await asyncio.wait({self._telling}, timeout=FAREWELL)
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)
        await self.channels.aclose()

    async def _work(self, context: Context) -> None:
        try:
            while self._again:
                self._again = False
                await self.tell_due(context)
        except StoreUnavailable as problem:
            log.warning("alerts cannot be told now: %s", problem)

    async def tell_due(self, context: Context) -> None:
        """Tells all that are due, page by page, those of a page at the same time."""
        while notices := await self._claimed(context):
            await asyncio.gather(*(self._tell(context, notice) for notice in notices))

    async def _claimed(self, context: Context) -> Sequence[Notice]:
        now = context.clock.now()
        return await context.thread(context.store.claim_notices, now, now + CLAIM)

    async def _tell(self, context: Context, notice: Notice) -> None:
        try:
            await self.channels.tell(notice)
        except NotTold as problem:
            await self._failed(context, notice, str(problem))
        else:
            await context.thread(context.store.notice_told, notice.id)

    async def _failed(self, context: Context, notice: Notice, why: str) -> None:
        now = context.clock.now()
        due = None if now - notice.at >= GIVEN_UP else now + pause(notice.tries)
        level = logging.ERROR if due is None else logging.WARNING
        log.log(level, "alert %s could not be told%s: %s", notice.alert, "" if due else ", and is given up", why)
        await context.thread(context.store.notice_failed, notice.id, why, due)


def pause(tries: int) -> timedelta:
    """How long after the nth try the next one follows: twice as long each time."""
    doubled: int = 2 ** min(tries - 1, 10)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
