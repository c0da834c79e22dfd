"""The platform of the drills: it keeps books, and is in trouble when it is told to be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Final, cast

from retoure.connectors.port import Call, CallFailed, ErrorClass, Json, Request, Settled

from .books import Books

TURN: Final = timedelta(seconds=20)  # how long a flapping platform is down, and up
FIRST: Final = 100  # calls of which it is kept how many were abreast


class Trouble(StrEnum):
    """What is wrong with a platform."""

    NONE = "well"
    DOWN = "down"  # answers 503, and does nothing
    SLOW = "slow"  # answers too late; every other call took effect all the same
    FLAPPING = "flapping"  # down and up in turns
    LIMITED = "limited"  # 429 to more than so many calls a minute


class Shop:
    """Implements Connector. `vain` counts the calls that were made for nothing; `abreast` says of the first calls
    since it was emptied how many were under way with each. While there is a limit, `a_minute` are answered in one.
    """

    system = "shop"

    def __init__(self, books: Books, now: Callable[[], datetime], dice: Random, a_minute: int = 60) -> None:
        self.books = books
        self.trouble = Trouble.NONE
        self.vain = 0
        self.abreast: list[int] = []
        self._now, self._dice = now, dice
        self._under_way = 0
        self._a_minute, self._minute, self._taken = a_minute, -1, 0

    async def plan(self, call: Call) -> Json:
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        self._under_way += 1
        if len(self.abreast) < FIRST:
            self.abreast.append(self._under_way)
        try:
            for _ in range(3):
                await asyncio.sleep(0)  # others begin meanwhile, as far as they are let
            return self._answer(*_said(call))
        except CallFailed:
            self.vain += 1
            raise
        finally:
            self._under_way -= 1

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        if self._down():
            self.vain += 1
            raise CallFailed(ErrorClass.UNAVAILABLE, "down")
        return Settled.APPLIED if self.books.has(*_said(call)) else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        return ()

    async def aclose(self) -> None: ...

    def _answer(self, number: int, step: int) -> Json:
        if self._down():
            raise CallFailed(ErrorClass.UNAVAILABLE, "down")
        if self.trouble is Trouble.LIMITED:
            self._take()
        acts = self.trouble is not Trouble.SLOW or self._dice.random() < 0.5
        if acts:
            self.books.do(number, step)
        if self.trouble is Trouble.SLOW:
            raise CallFailed(ErrorClass.TIMEOUT, "no answer in time", outcome_unknown=True)
        return {"done": True}

    def _down(self) -> bool:
        turn = int(self._now().timestamp() // TURN.total_seconds())
        return self.trouble is Trouble.DOWN or (self.trouble is Trouble.FLAPPING and turn % 2 == 0)

    def _take(self) -> None:
        """Takes a call of this minute's. Raises CallFailed when none is left."""
        seconds = self._now().timestamp()
        if self._minute != seconds // 60:
            self._minute, self._taken = int(seconds // 60), 0
        self._taken += 1
        if self._taken > self._a_minute:
            raise CallFailed(ErrorClass.RATE_LIMITED, "too many", retry_after=60 - seconds % 60, status=429)


def _said(call: Call) -> tuple[int, int]:
    body = cast("dict[str, int]", call.body)
    return body["return"], body["step"]
