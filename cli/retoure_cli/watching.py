"""Tells what a runner does: one live line on a terminal, elsewhere a line whenever a batch came to its end."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Final

from retoure import Status, StoreUnavailable, Tenants

from .output import ago, console, counted, say

PAUSE: Final = 1.0  # seconds between two looks
OPEN: Final = ("waiting", "sending")
CALLS: Final = {"applied": "sent", "queued": "put into a queue", "held": "held", "skipped": "let go"}


async def watch(tenants: Tenants, seen: Status) -> None:
    """Looks at the runners until it is cancelled; `seen` is how things stood before."""
    with _teller() as tell:
        while True:
            await asyncio.sleep(PAUSE)
            with suppress(StoreUnavailable):  # the worker says so itself, and tries again
                found = await tenants.recent_status()
                tell(seen, found)
                seen = found


@contextmanager
def _teller() -> Iterator[Callable[[Status, Status], None]]:
    if not sys.stderr.isatty():
        yield _line
        return
    with console(error=True).status("looking for work") as live:
        yield lambda _, found: live.update(standing(found))


def _line(seen: Status, found: Status) -> None:
    words = done(seen, found)
    if words:
        say(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}  {words}; {standing(found)}")


def done(seen: Status, found: Status) -> str:
    """What ended between two looks: `3 events decided, 2 calls sent`; empty when nothing did."""
    decided = _ended(found.events) - _ended(seen.events)
    parts = [f"{counted(decided, 'event')} decided"] if decided > 0 else []
    for state, verb in CALLS.items():
        more = found.effects.get(state, 0) - seen.effects.get(state, 0)
        parts += [f"{counted(more, 'call')} {verb}"] if more > 0 else []
    return ", ".join(parts)


def standing(found: Status) -> str:
    """How things stand: `4 waiting, next in 2 minutes, 1 open hold, 2 in queues`."""
    waiting = sum(counts.get(state, 0) for counts in (found.events, found.effects) for state in OPEN)
    later = found.next_due is not None and found.next_due > datetime.now(UTC)
    parts = [f"{waiting} waiting" if waiting else "nothing waits"]
    parts += [f"next {ago(found.next_due)}"] if later else []
    parts += [counted(sum(found.holds.values()), "open hold")] if found.holds else []
    parts += [f"{sum(found.queues.values())} in queues"] if found.queues else []
    return ", ".join(parts)


def _ended(counts: Mapping[str, int]) -> int:
    return sum(number for state, number in counts.items() if state not in OPEN)
