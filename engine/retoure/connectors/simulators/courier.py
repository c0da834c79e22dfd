"""Delivery of webhooks: at least once, retried with growing delay, every attempt written down.

Used by both simulators; what a delivery looks like (body, headers, signature) is theirs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from anyio import CapacityLimiter

from ..http import trusted
from .clock import Clock

SUCCESS = tuple(range(200, 300))


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to post. Each attempt asks for its `body` (by attempt number from 1) and for the `headers` that fit it
    (by body and attempt), so that a signature can carry the time of the attempt.
    """

    event_id: str
    event: str
    url: str
    body: Callable[[int], bytes]
    headers: Callable[[bytes, int], Mapping[str, str]]
    delay: float = 0.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How letters are sent: `attempts` at most, waiting `backoff` seconds after the first failure, then doubling up to
    `longest`. An answer that is not among `only` counts as a failure. `at_once` senders work at a time.
    """

    attempts: int = 6
    backoff: float = 0.5
    timeout: float = 5.0
    longest: float = 3600.0
    only: tuple[int, ...] = SUCCESS
    at_once: int = 1


@dataclass(slots=True)
class Courier:
    """Sends letters from the running event loop and remembers `attempts`, one JSON object each.

    An attempt: `{eventId, event, url, at, attempt, answer}` with `answer` the HTTP status, or 0 when nobody answered.
    """

    clock: Clock
    manner: Callable[[], Manner] = Manner
    attempts: list[dict[str, Any]] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _senders: CapacityLimiter | None = None  # at first attempts
    _client: httpx.AsyncClient | None = None

    def send(self, letters: list[Letter]) -> None:
        """Start delivering, in the given order; must be called from the event loop.

        With one sender the first attempt of a letter ends before that of the next begins; several keep the order of
        letters that are sent together. Those that failed are tried again together,
        in the same order and after all first attempts, so that one seed gives one story; they and delayed letters hold
        up nobody who comes later.
        """
        prompt = [letter for letter in letters if letter.delay <= 0]
        if prompt:
            self._start(self._round(prompt))
        for letter in letters:
            if letter.delay > 0:
                self._start(self._later(letter))

    async def idle(self, seconds: float) -> bool:
        """True once nothing is under way; False when that took longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Give up what is under way and close the connections."""
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._senders = None
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _round(self, letters: list[Letter]) -> None:
        async with self._line():
            failed = [letter for letter in letters if not await self._try(letter, 1)]
        if failed:
            self._start(self._retry(failed))

    def _line(self) -> CapacityLimiter:
        """Where those who came first are sent first, by as many senders as there are now."""
        if self._senders is None:
            self._senders = CapacityLimiter(self.manner().at_once)
        self._senders.total_tokens = self.manner().at_once
        return self._senders

    async def _later(self, letter: Letter) -> None:
        await asyncio.sleep(letter.delay)
        if not await self._try(letter, 1):
            await self._retry([letter])

    async def _retry(self, letters: list[Letter]) -> None:
        manner = self.manner()
        for attempt in range(2, manner.attempts + 1):
            await asyncio.sleep(min(manner.backoff * 2.0 ** min(attempt - 2, 64), manner.longest))
            letters = [letter for letter in letters if not await self._try(letter, attempt)]
            if not letters:
                return

    async def _try(self, letter: Letter, attempt: int) -> bool:
        status = await self._post(letter, attempt, self.manner().timeout)
        self.attempts.append(_attempt(letter, self.clock(), attempt, status))
        return status in self.manner().only

    async def _post(self, letter: Letter, attempt: int, timeout: float) -> int:
        if self._client is None:
            self._client = httpx.AsyncClient(verify=trusted(), trust_env=False, follow_redirects=False)
        body = letter.body(attempt)
        headers = {"Content-Type": "application/json", **letter.headers(body, attempt)}
        try:
            answer = await self._client.post(letter.url, content=body, headers=headers, timeout=timeout)
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0
        return answer.status_code


def masked(url: str) -> str:
    """The URL with user and password shown as `***:***` (scayle.md 6.2)."""
    return re.sub(r"//[^@/]*@", "//***:***@", url, count=1)


def _attempt(letter: Letter, at: datetime, attempt: int, status: int) -> dict[str, Any]:
    return {
        "eventId": letter.event_id,
        "event": letter.event,
        "url": masked(letter.url),
        "at": at.isoformat(),
        "attempt": attempt,
        "answer": status,
    }
