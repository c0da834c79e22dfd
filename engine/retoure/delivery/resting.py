"""Waiting that ends when the runner stops."""

from __future__ import annotations

import asyncio
import contextlib

from .context import Context


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
