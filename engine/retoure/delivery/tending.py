"""What the worker does by the clock, beside the events: audits, dead-letter queues, incidents, retention."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from .alerts import ring
from .auditing import DAY, Manner, audit
from .context import Context
from .errors import StoreUnavailable
from .incidents import tend_incidents
from .resting import rest
from .silence import watch_silence

log = logging.getLogger("retoure.delivery")

ROUND: Final = 30.0  # seconds between two looks at the queues, and at the clock
HOUR: Final = timedelta(hours=1)
BATCH: Final = 100  # returns that are compacted at a time
REST: Final = timedelta(minutes=5)  # before an audit, or what else has a schedule, is tried again after it broke down


async def tend(context: Context, *more: Callable[[Context], Awaitable[None]]) -> None:
    """Looks which mapping version is in force, runs audits when they are due and looks after the queues, incidents and
    the retention, until the runner stops. `more` is done beside, again and again.
    """
    works = (
        *(_look_at_versions, tend_queues, audit_schedule().run_due, Retention().run_due, Silence().run_due),
        *(tend_incidents, *more),
    )
    await asyncio.gather(*(_again_and_again(context, work) for work in works))


async def _look_at_versions(context: Context) -> None:
    await context.programs.refresh()


async def _again_and_again(context: Context, work: Callable[[Context], Awaitable[None]]) -> None:
    while not context.stopping.is_set():
        try:
            await work(context)
        except StoreUnavailable as problem:
            log.warning("the store is not available: %s", problem)
        except Exception:
            log.exception("a round of tending broke down")
        await rest(context, ROUND)


# --- queues -----------------------------------------------------------------------------------------------------------


async def tend_queues(context: Context) -> None:
    """Holds letters that a queue has kept for long enough. Where replay goes by itself, letters of an outage go on.

    Nothing is thrown away: an expired letter waits for a person, who replays it, settles it or lets it go. After an
    outage one letter of an operation goes on at a time, in the order they were queued, and the next once it is through:
    a platform that has just come back is not stormed.
    """
    store, now = context.store, context.clock.now()
    for queue in context.program.queues.values():
        if await context.thread(store.expire, queue.name, now - queue.keep, context.options.owner, now):
            await ring(context)
        if not queue.by_hand:
            await context.thread(store.resume, queue.name, now)


# --- retention --------------------------------------------------------------------------------------------------------


class Retention:
    """Once an hour, removes from returns that are closed for long enough what is not books."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run_due(self, context: Context) -> None:
        now = context.clock.now()
        if context.options.retention is None or (self._next is not None and now < self._next):
            return
        await compact(context, now - _kept(context, context.options.retention))
        self._next = now + HOUR


async def compact(context: Context, before: datetime) -> int:
    """Compacts all returns closed before a moment; how many."""
    total = 0
    while not context.stopping.is_set():
        done = await context.thread(context.store.compact, before, BATCH, context.options.figures)
        total += done
        if not done:
            break
    if total:
        log.info("retention: %s returns closed before %s keep their books only", total, before.isoformat())
    return total


def _kept(context: Context, retention: timedelta) -> timedelta:
    """Audits and queues still need what they reach back to."""
    spans = (*(audit.over for audit in context.program.audits.values()), *_keeps(context))
    return max(retention, *spans) if spans else retention


def _keeps(context: Context) -> tuple[timedelta, ...]:
    return tuple(queue.keep for queue in context.program.queues.values())


class Silence:
    """Every few minutes, but not at once, looks whether nothing comes any more."""

    def __init__(self) -> None:
        self._next: datetime | None = None

    async def run_due(self, context: Context) -> None:
        now = context.clock.now()
        if self._next is not None and now >= self._next:
            await watch_silence(context)
        if self._next is None or now >= self._next:
            self._next = now + REST


# --- what has a schedule ---------------------------------------------------------------------------------------------


class NotNow(Exception):
    """A job cannot be done now, for a reason that is nobody's mistake in the code."""


class Schedule:
    """Runs each of its jobs when its time has passed since its last run began; one that never ran at once.

    `jobs` says after what time each is due again. `run` stores that it ran; what goes wrong with one job does not stop
    the others, and it is tried again a little later.
    """

    def __init__(
        self, jobs: Callable[[Context], Mapping[str, timedelta]], run: Callable[[Context, str], Awaitable[None]]
    ) -> None:
        self._jobs, self._work = jobs, run
        self._broken: dict[str, datetime] = {}  # jobs that broke down, and when they are tried again

    async def run_due(self, context: Context) -> None:
        """Runs the jobs that are due now, one after the other."""
        for name, every in self._jobs(context).items():
            if await self._due(context, name, every) and not context.stopping.is_set():
                await self._run_once(context, name, every)

    async def _run_once(self, context: Context, name: str, every: timedelta) -> None:
        """Runs it unless another worker does, or did since this one looked at the clock."""
        if await context.thread(context.store.claim_audit, name):
            try:
                if await self._due(context, name, every):
                    await self._run(context, name)
            finally:
                await context.thread(context.store.release_audit, name)

    async def _due(self, context: Context, name: str, every: timedelta) -> bool:
        now, last = context.clock.now(), await context.thread(context.store.last_audit, name)
        rested = name not in self._broken or self._broken[name] <= now
        return rested and (last is None or last + every <= now)

    async def _run(self, context: Context, name: str) -> None:
        try:
            await self._work(context, name)
        except StoreUnavailable:
            raise
        except NotNow as problem:
            self._broken[name] = context.clock.now() + REST
            log.warning("%s: %s", name, problem)
        except Exception:
            self._broken[name] = context.clock.now() + REST
            log.exception("%s broke down", name)
        else:
            self._broken.pop(name, None)


def audit_schedule() -> Schedule:
    """The audits of the mapping in force."""
    return Schedule(_audits, _audit)


def _audits(context: Context) -> Mapping[str, timedelta]:
    return {name: plan.every for name, plan in context.program.audits.items()}


async def _audit(context: Context, name: str) -> None:
    """Everything once a day, in between what something has happened with for a day, and what is open."""
    whole = await context.thread(context.store.last_whole_audit, name)
    now = context.clock.now()
    changed = now - DAY if whole is not None and now < whole + DAY else None
    found = await audit(context, name, manner=Manner(changed, by_clock=True))
    if found.broken_off:
        log.warning("audit %s was broken off: %s", name, found.broken_off)
