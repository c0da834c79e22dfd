"""Webhook silence: nothing comes from the followed system, for longer than is usual at this hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from ..runtime.decision import Origin
from ..runtime.differences import CLASS, DifferenceClass
from .alerts import ring
from .context import Context
from .store.port import NewHold

LEAST: Final = timedelta(hours=1)
"""No silence is shorter."""
BACK: Final = timedelta(days=14)
"""How far back it is looked what is usual."""
ENOUGH: Final = 20
"""So many events have to have come around this hour, before anything can be called usual."""
TIMES: Final = 3
"""How many times longer than the longest usual pause a silence is."""
UNUSUAL: Final = 1000
"""One pause in so many is not usual, however long it was: an outage of before makes nobody blind to the next one."""
RULE: Final = "silence"
OVER: Final = "events come again"


async def watch_silence(context: Context, least: timedelta = LEAST) -> timedelta | None:
    """Opens a hold when nothing came for longer than usual, and closes it when something comes. How long it is silent;
    None when it is not.
    """
    store, now, system = context.store, context.clock.now(), context.program.tracked.system
    lately = await context.thread(store.heard, system, now - least)
    silent = None if lately else await _silent(context, system, now, least)
    if silent is None:
        await context.thread(store.close_watch, system, RULE, OVER, now)
        return None
    hold = _hold(system, silent, context.options.owner)
    await context.thread(store.note_orphan, system, hold, context.program.identity, now)
    await ring(context)
    return silent


async def _silent(context: Context, system: str, now: datetime, least: timedelta) -> timedelta | None:
    arrivals = await context.thread(context.store.arrivals, system, now - BACK)
    return silence(arrivals, now, least)


def silence(arrivals: Sequence[datetime], now: datetime, least: timedelta) -> timedelta | None:
    """How long nothing has come, where that is longer than `least` and than usual pauses around this hour; else None.

    `arrivals` in their order. Around this hour means within it or the one before, on any day. Pure.
    """
    near = [at for at in arrivals if (now - at) % timedelta(days=1) <= timedelta(hours=2)]
    if len(near) < ENOUGH:
        return None
    pauses = sorted(after - before for before, after in pairwise(near) if after - before < timedelta(hours=2))
    usual = pauses[-1 - len(pauses) // UNUSUAL] if pauses else least
    gap = now - arrivals[-1]
    return gap if gap >= max(least, TIMES * usual) else None


def _hold(system: str, silent: timedelta, owner: str) -> NewHold:
    reason = f"no event of {system} since longer than is usual at this hour: are its webhooks still sent?"
    because = (Origin(CLASS, "difference", DifferenceClass.MISSING_HERE.value), Origin("watch", "silent", str(silent)))
    return NewHold("watch", RULE, (system,), reason, owner, because=because)
