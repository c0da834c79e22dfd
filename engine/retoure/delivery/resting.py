"""Waiting that ends when the runner stops, and asking with patience."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from ..connectors.port import CallFailed, Json
from .context import Context

NEW_LIMITS: Final = 5  # how often a platform is asked while its limit is used up


async def rest(context: Context, seconds: float) -> None:
    """Sleeps on the clock of the context, or until the runner stops."""
    waits = [asyncio.ensure_future(wait) for wait in (context.clock.sleep(seconds), context.stopping.wait())]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*waits, return_exceptions=True)


async def patiently(context: Context, ask: Callable[[], Awaitable[Json]]) -> Json:
    """What a platform answers to one who has time: where its limit is used up, there is a wait until it has a new one,
    some times in a row. Raises CallFailed.
    """
    tries = 1
    while True:
        try:
            return await ask()
        except CallFailed as failure:
            if not failure.passes or tries == NEW_LIMITS or context.stopping.is_set():
                raise
            await rest(context, failure.retry_after or 0.0)
        tries += 1
