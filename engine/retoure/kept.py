"""Answers to costly questions, kept for a while: who asks often, or with many others, costs little."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

SECONDS: Final = 2.0
SHARE: Final = 20  # an answer that took long is kept so many times longer: asking takes a twentieth of the time at most


class Kept(Generic[T]):
    """The answer of `ask`, at most a few seconds old. Those who want it at the same time share one question.

    Failures are not kept. `clock` gives seconds that only go forward.
    """

    def __init__(self, ask: Callable[[], Awaitable[T]], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._asking = asyncio.Lock()
        self._answer: tuple[T, float] | None = None

    async def get(self) -> T:
        """The answer. Raises what asking raises."""
        async with self._asking:
            if self._answer is None or self._clock() >= self._answer[1]:
                began = self._clock()
                found = await self._ask()
                took = self._clock() - began
                self._answer = found, self._clock() + max(SECONDS, SHARE * took)
            return self._answer[0]
