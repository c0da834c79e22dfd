"""Keeps within a platform's rate limits by what its answers say, scope by scope: alone, or together with others."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import anyio
import anyio.to_thread

from .port import CallFailed, ErrorClass

PATIENCE = 5.0
"""Seconds a call waits for its scope by itself. Longer waits go back to the caller, who can do other work meanwhile."""


@dataclass(slots=True)
class _Window:
    remaining: int
    ends: float


class RateBudget:
    """What is left of each rate-limit scope, from `X-RateLimit-Scope`, `-Remaining` and `-Reset` (seconds).

    SCAYLE counts per scope and minute, scopes apart from each other, and tells all three with every answer
    (its guide on rate limits). A platform without these headers is never slowed down.
    """

    def __init__(
        self,
        patience: float = PATIENCE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        self._patience, self._clock, self._sleep = patience, clock, sleep
        self._windows: dict[str, _Window] = {}

    async def admit(self, scope: str) -> None:
        """Takes one call from the scope: at once, after a short wait, or raises RATE_LIMITED with `retry_after`."""
        wait = self._wait(scope)
        if wait > self._patience:
            raise CallFailed(
                ErrorClass.RATE_LIMITED, f"the limit of `{scope}` is used up for another {wait:.0f} s", retry_after=wait
            )
        if wait > 0:
            await self._sleep(wait)
            self._windows.pop(scope, None)
        elif window := self._windows.get(scope):
            window.remaining -= 1

    async def rest(self, seconds: float) -> None:
        """Waits, for a call that cannot be put off."""
        await self._sleep(seconds)

    async def learned(self, scope: str, status: int, headers: Mapping[str, str]) -> None:
        """Notes what an answer says, and tells it to whoever counts along."""
        self.learn(scope, status, headers)

    def learn(self, scope: str, status: int, headers: Mapping[str, str]) -> None:
        """Notes what an answer says about its scope. A 429 empties it, whatever the other headers say, and its reset
        counts even where an earlier answer told of a longer window.
        """
        told = headers.get("x-ratelimit-scope") or scope
        reset = _number(headers.get("x-ratelimit-reset"))
        remaining = 0.0 if status == 429 else _number(headers.get("x-ratelimit-remaining"))
        if not told or reset is None or remaining is None:
            return
        for name in {told, scope} - {""}:
            seen = _Window(int(remaining), self._clock() + reset)
            self._windows[name] = seen if status == 429 else self._newest(name, seen)

    def _newest(self, scope: str, seen: _Window) -> _Window:
        """Answers overtake each other: inside one window the smaller number is the newer one."""
        known = self._windows.get(scope)
        if known and seen.ends - known.ends < 1.0 and known.ends > self._clock():
            return _Window(min(known.remaining, seen.remaining), known.ends)
        return seen

    def _wait(self, scope: str) -> float:
        window = self._windows.get(scope)
        if window is None:
            return 0.0
        left = window.ends - self._clock()
        if left <= 0:
            del self._windows[scope]
            return 0.0
        return left if window.remaining <= 0 else 0.0


@dataclass(frozen=True, slots=True)
class Limit:
    """What an answer says of a scope: how many calls a window has, how many are left, and the seconds until it ends."""

    most: int
    remaining: int
    reset: float


class Till(Protocol):
    """Where several processes count the calls to one platform together. It may block, and raise TillClosed."""

    def take(self, scope: str) -> float:
        """Takes one call of the scope: 0, or the seconds until there may be one again."""
        ...

    def note(self, scope: str, limit: Limit | None, *, empty: bool = False) -> None:
        """What an answer said, None where it names no limit; `empty` when the platform refused the call."""
        ...


class TillClosed(Exception):
    """Nobody can be asked how many calls are left."""


class SharedBudget(RateBudget):
    """A budget of which every process takes its calls from one till; while that cannot be asked, each counts alone."""

    def __init__(
        self,
        till: Till,
        patience: float = PATIENCE,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = anyio.sleep,
    ) -> None:
        super().__init__(patience, clock=clock, sleep=sleep)
        self._till = till
        self._told: dict[
            str, tuple[int, float]
        ] = {}  # of each scope: how many a window has, and when the told one ends

    async def admit(self, scope: str) -> None:
        """As RateBudget; the short wait is over when the till has a call again."""
        await super().admit(scope)
        waited = 0.0
        while scope:
            wait = await self._take(scope)
            if wait <= 0:
                return
            if waited + wait > self._patience:
                raise CallFailed(
                    ErrorClass.RATE_LIMITED,
                    f"the limit of `{scope}` is used up for another {wait:.0f} s",
                    retry_after=wait,
                )
            await self._sleep(wait)
            waited += wait

    async def learned(self, scope: str, status: int, headers: Mapping[str, str]) -> None:
        """Tells the till of a window it cannot know yet, and of a refusal."""
        await super().learned(scope, status, headers)
        limit = _limit(headers) if headers.get("x-ratelimit-scope", scope) == scope else None
        ends = self._clock() + limit.reset if limit else 0.0
        most, known = self._told.get(scope, (-1, 0.0))
        if scope and (status == 429 or most != (limit.most if limit else 0) or ends - known > 1.0):
            self._told[scope] = (limit.most if limit else 0, ends)
            with suppress(TillClosed):
                await anyio.to_thread.run_sync(partial(self._till.note, scope, limit, empty=status == 429))

    async def _take(self, scope: str) -> float:
        try:
            return await anyio.to_thread.run_sync(self._till.take, scope)
        except TillClosed:
            return 0.0


def _limit(headers: Mapping[str, str]) -> Limit | None:
    most, remaining, reset = (_number(headers.get(f"x-ratelimit-{name}")) for name in ("limit", "remaining", "reset"))
    if most is None or remaining is None or reset is None:
        return None
    return Limit(int(most), int(remaining), reset)


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
