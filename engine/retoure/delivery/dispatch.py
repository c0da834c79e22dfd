"""Many subjects at a time, one worker per subject, woken by new events and by due times."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from .context import Context
from .errors import Fenced, OtherVersion, StoreUnavailable
from .slots import Slots

log = logging.getLogger("retoure.delivery")

REST: Final = timedelta(seconds=30)  # before a subject whose work broke down is tried again
AHEAD: Final = 4  # returns known to be due for each that is worked on
BRIEF: Final = timedelta(seconds=2)  # the same where the store failed, or another worker may have the subject


class Dispatcher:
    """Starts `work(subject)` for every subject with something to do, never twice for one subject at a time. Each one
    waits for a place among `slots`, which other tenants of the process may share.
    """

    def __init__(self, context: Context, work: Callable[[str], Awaitable[None]], slots: Slots, tenant: str) -> None:
        self._context = context
        self._work = work
        self._slots = slots
        self._tenant = tenant
        self._running: dict[str, asyncio.Task[None]] = {}
        self._broken: dict[str, datetime] = {}  # subjects whose work broke down, and when they are tried again
        self._stuck: dict[str, str] = {}  # subjects that are noted to wait for a version that cannot be run
        self._ready: deque[str] = deque()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There may be new work."""
        self._woken.set()

    async def drain(self, *, wait: bool = False, until: datetime | None = None) -> None:
        """Works until nothing is due; with `wait` also through all future retries, with `until` through everything up
        to that moment, sleeping on the clock.

        Raises what the work raises (StoreError).
        """
        self._broken = dict.fromkeys(self._broken, self._context.clock.now())
        try:
            while not self._context.stopping.is_set():
                self._woken.clear()
                await self._fill()
                if self._running:
                    await self._reap(await self._first_done())
                elif not await self._sleep_until_due(wait, until):
                    return
        finally:
            await self._finish()

    async def run(self) -> None:
        """Works until the runner stops, then finishes the calls in flight. Survives a store that is briefly locked."""
        try:
            while not self._context.stopping.is_set():
                try:
                    self._woken.clear()
                    await self._fill()
                    await self._pause()
                except StoreUnavailable as problem:
                    log.warning("the store is not available: %s", problem)
                    await self._idle(self._context.options.poll)
                self._put_away()
        finally:
            await self._finish()

    async def _pause(self) -> None:
        """Returns when there may be something to do: an event, a finished subject, a due time, another's write."""
        poll = self._context.options.poll
        while not self._context.stopping.is_set():
            left = await self._seconds_left()
            await self._idle(min(poll, left))
            woken = self._woken.is_set() or any(task.done() for task in self._running.values())
            if woken or left <= poll or await self._context.thread(self._context.store.changed):
                return

    async def _seconds_left(self) -> float:
        """Until something is due. What is due but cannot start (it runs, or broke down) is no reason to spin."""
        due = await self._context.thread(self._context.store.next_due)
        if due is None:
            return self._context.options.poll if self._broken else float("inf")
        left = (due - self._context.clock.now()).total_seconds()
        if left > 0:
            return left
        return self._context.options.poll if self._running or self._broken else 0.0

    async def _fill(self) -> None:
        """Starts subjects that are due, the longest waiting first, up to the limit."""
        now = self._context.clock.now()
        places = self._context.options.concurrency - len(self._running)
        if places and not self._ready:
            self._ready.extend(await self._due(now))
        self._ready.extendleft(subject for subject, at in self._broken.items() if at <= now)
        while self._ready and len(self._running) < self._context.options.concurrency:
            subject = self._ready.popleft()
            if self._may_start(subject, now):
                self._running[subject] = asyncio.create_task(self._one(subject), name=f"subject {subject}")

    async def _due(self, now: datetime) -> list[str]:
        """Subjects to start next: few, since what falls due meanwhile may be more urgent. Where those that rest stand
        in front of others, it looks further.
        """
        store, thread = self._context.store, self._context.thread
        await thread(store.take_turns, now)
        limit, known = AHEAD * self._context.options.concurrency, -1
        while True:
            found = await thread(store.due_subjects, now, limit)
            able = [subject for subject in found if self._may_start(subject, now)]
            if able or not self._broken or len(found) <= known:
                self._stuck.update(await thread(store.stuck_among, able) if able else {})
                return able
            limit, known = limit * AHEAD, len(found)

    def _may_start(self, subject: str, now: datetime) -> bool:
        return subject not in self._running and self._broken.get(subject, now) <= now

    async def _one(self, subject: str) -> None:
        """Works on a subject, unless another worker does. One whose work broke down rests before it is tried again."""
        try:
            async with self._slots.one(self._tenant):
                await self._claimed(subject)
            self._broken.pop(subject, None)
        except Fenced as problem:
            self._broken[subject] = self._context.clock.now() + BRIEF
            log.warning("work on a return ends here: %s", problem, extra={"return_id": subject})
        except OtherVersion as problem:
            self._broken[subject] = self._context.clock.now() + REST
            log.warning("a return is left to another worker: %s", problem, extra={"return_id": subject})
            await self._note_stuck(subject, problem)
        except Exception as problem:
            rest = BRIEF if isinstance(problem, StoreUnavailable) else REST
            self._broken[subject] = self._context.clock.now() + rest
            raise

    async def _note_stuck(self, subject: str, problem: OtherVersion) -> None:
        if self._stuck.get(subject) != problem.mapping:
            now = self._context.clock.now()
            await self._context.thread(self._context.store.note_stuck, subject, problem.mapping, str(problem), now)
            self._stuck[subject] = problem.mapping

    async def _forget_stuck(self, subject: str) -> None:
        """It went on, here and now."""
        if self._stuck.pop(subject, ""):
            await self._context.thread(self._context.store.forget_stuck, subject)

    async def _claimed(self, subject: str) -> None:
        """After a breakdown the claim is kept: whoever works on the subject next, here or, when this process is gone,
        elsewhere, first marks what was left under way as of unknown outcome.
        """
        thread, store, clock = self._context.thread, self._context.store, self._context.clock
        if not await thread(store.claim, subject, clock.now()):
            return
        if subject in self._broken:
            await thread(store.recover, subject, clock.now())
        try:
            await self._work(subject)
        except OtherVersion:
            await thread(store.release, subject)
            raise
        await self._forget_stuck(subject)
        await thread(store.release, subject)

    async def _first_done(self) -> set[asyncio.Task[None]]:
        done, _ = await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
        return done

    async def _reap(self, done: set[asyncio.Task[None]]) -> None:
        """Forgets finished subjects. Raises the first problem among them."""
        for subject, task in list(self._running.items()):
            if task in done:
                del self._running[subject]
        problems = [task.exception() for task in done if not task.cancelled()]
        for problem in problems:
            if problem is not None:
                raise problem

    def _put_away(self) -> None:
        """Forgets finished subjects. One whose work broke down rests for a while; the others go on."""
        for subject, task in list(self._running.items()):
            if not task.done():
                continue
            del self._running[subject]
            problem = None if task.cancelled() else task.exception()
            if problem is not None:
                log.error("work on a return broke down", exc_info=problem, extra={"return_id": subject})

    async def _sleep_until_due(self, wait: bool, until: datetime | None) -> bool:
        """Sleeps until the next thing is due that shall be waited for; false when there is none."""
        due, now = await self._next(wait, until), self._context.clock.now()
        if due is None and until is not None and until > now:
            due = until
        if due is None:
            return False
        await self._idle(max((due - now).total_seconds(), 0.0))
        return True

    async def _next(self, wait: bool, until: datetime | None) -> datetime | None:
        """While a retry is waited for, wakes on the way are met as well; alone they are no reason to wait."""
        store, thread = self._context.store, self._context.thread
        due = await thread(store.next_due)
        if due is None or (until is not None and due <= until):
            return due
        return due if wait and await thread(store.next_retry) is not None else None

    async def _idle(self, seconds: float) -> None:
        """Sleeps on the clock, woken early by new events, a finished subject or the stop."""
        sleep = asyncio.ensure_future(self._context.clock.sleep(seconds))
        waits = {sleep, *(asyncio.ensure_future(event.wait()) for event in (self._woken, self._context.stopping))}
        try:
            await asyncio.wait({*waits, *self._running.values()}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*waits, return_exceptions=True)

    async def _finish(self) -> None:
        """Lets the calls in flight come to their end."""
        tasks = dict(self._running)
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for subject in tasks:
            self._running.pop(subject, None)
