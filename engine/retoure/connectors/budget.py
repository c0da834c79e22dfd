"""Keeps within a platform's rate limits by what its answers say, scope by scope."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import anyio

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


def _number(value: str | None) -> float | None:
    try:
        return None if value is None else max(0.0, float(value))
    except ValueError:
        return None
