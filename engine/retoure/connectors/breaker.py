"""Spares a platform that is down: after some failures in a row calls end at once, and it is asked again gradually."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from .booked import Booked
from .port import Call, CallFailed, Connector, ErrorClass, Json, Request, Settled

T = TypeVar("T")

log = logging.getLogger("retoure.connectors")

OUTAGE = (ErrorClass.UNAVAILABLE, ErrorClass.TIMEOUT)
"""What says that a platform is down. A refusal, a 429 included, is an answer."""


class BreakerState(StrEnum):
    """`closed`: calls go out. `open`: they end at once. `probing`: one finds out. `recovering`: a few at a time."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"
    RECOVERING = "recovering"


@dataclass(frozen=True, slots=True)
class BreakerPace:
    """`failures` in a row open the breaker for `rest` seconds, then twice as long after each probe that fails, up to
    `longest`. After a probe went well two calls may be under way at a time, when these are answered four, until `full`.
    """

    failures: int = 5
    rest: float = 5.0
    longest: float = 60.0
    full: int = 16


class Breaker:
    """The circuit breaker of one system. Not for several event loops at a time."""

    def __init__(self, system: str, pace: BreakerPace, now: Callable[[], datetime]) -> None:
        self.system = system
        self.state = BreakerState.CLOSED
        self.since = now()
        self._pace, self._now = pace, now
        self._failures = 0
        self._rest = pace.rest
        self._until = self.since
        self._allowed = pace.full
        self._answers = 0  # since more were let through the last time
        self._under_way = 0
        self._freed = asyncio.Condition()

    async def admit(self) -> None:
        """Takes a place for one call; give it back with `done`. Raises UNAVAILABLE, with `retry_after`, while the
        platform rests; waits for its turn while it recovers.
        """
        async with self._freed:
            while True:
                self._refuse_while_resting()
                if self.state is BreakerState.CLOSED or self._under_way < self._allowed:
                    self._under_way += 1
                    return
                await self._freed.wait()

    async def done(self, answered: bool | None) -> None:
        """Ends a call: the platform `answered`, or did not; None when nothing was learnt of it."""
        async with self._freed:
            self._under_way -= 1
            if answered is not None:
                self._answered() if answered else self._failed()
            self._freed.notify_all()

    def _refuse_while_resting(self) -> None:
        left = (self._until - self._now()).total_seconds()
        if self.state is BreakerState.OPEN and left <= 0:
            self._become(BreakerState.PROBING)
            self._answers, self._allowed = 0, 1
        elif self.state is BreakerState.OPEN:
            message = f"{self.system} did not answer {self._failures} times in a row; it is asked again in {left:.0f} s"
            raise CallFailed(ErrorClass.UNAVAILABLE, message, retry_after=left)

    def _answered(self) -> None:
        self._failures = 0
        if self.state is BreakerState.OPEN:
            return  # a late answer from before: the probe decides
        if self.state is not BreakerState.CLOSED:
            self._let_more_through()
        self._rest = self._pace.rest

    def _let_more_through(self) -> None:
        """Twice as many, once all that were let through are answered, or nobody else wants to pass."""
        self._answers += 1
        if self._answers >= self._allowed or not self._under_way:
            self._answers, self._allowed = 0, self._allowed * 2
            self._become(BreakerState.RECOVERING if self._allowed < self._pace.full else BreakerState.CLOSED)

    def _failed(self) -> None:
        self._failures += 1
        if self.state in (BreakerState.PROBING, BreakerState.RECOVERING):
            self._rest = min(self._rest * 2, self._pace.longest)
            self._open(self._rest)
        elif self.state is BreakerState.CLOSED and self._failures >= self._pace.failures:
            self._open(self._rest)

    def _open(self, seconds: float) -> None:
        self._until = self._now() + timedelta(seconds=seconds)
        self._become(BreakerState.OPEN)

    def _become(self, state: BreakerState) -> None:
        if state is self.state:
            return
        if {state, self.state} & {BreakerState.CLOSED}:
            log.warning("%s: circuit breaker %s, was %s", self.system, state, self.state)
        self.state, self.since = state, self._now()


class Guarded:
    """A connector whose calls pass a breaker."""

    def __init__(self, connector: Connector, breaker: Breaker) -> None:
        self.system = connector.system
        self.breaker = breaker
        self._connector = connector

    async def plan(self, call: Call) -> Json:
        return await self._passed(self._connector.plan(call), nothing_learnt=None)

    async def send(self, call: Call, plan: Json = None) -> Json:
        return await self._passed(self._connector.send(call, plan))

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        return await self._passed(self._connector.settle(call, plan))

    async def stood(self, call: Call, own: Json, plans: Sequence[Json]) -> Json:
        """As Booked. INVALID for a connector that cannot tell."""
        if not isinstance(self._connector, Booked):
            raise CallFailed(ErrorClass.INVALID, f"no connector here can tell what has become of {call.operation}")
        return await self._passed(self._connector.stood(call, own, plans))

    def render(self, call: Call) -> tuple[Request, ...]:
        return self._connector.render(call)

    async def aclose(self) -> None:
        await self._connector.aclose()

    async def _passed(self, work: Coroutine[Any, Any, T], nothing_learnt: object = ...) -> T:
        """Does the work under the breaker. A plan of `None` was made without asking, so nothing is learnt from it."""
        with closing(work):
            await self.breaker.admit()
            answered: bool | None = None
            try:
                result = await work
                answered = None if result is nothing_learnt else True
                return result
            except CallFailed as failure:
                answered = failure.error not in OUTAGE
                raise
            finally:
                await self.breaker.done(answered)
