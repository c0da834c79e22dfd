"""The outage drill: what surrounds the engine fails for ten simulated minutes, one thing after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Final

from retoure.connectors.breaker import BreakerPace
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Connector, Event
from retoure.delivery.context import Options
from retoure.delivery.errors import StoreUnavailable
from retoure.delivery.store.sql import SqlStore
from retoure.runner import AsyncRunner

from .books import STEPS, Books
from .clock import SimulatedClock
from .lives import Lives, event
from .shop import Shop, Trouble

TEN_MINUTES: Final = timedelta(minutes=10)
TICK: Final = timedelta(seconds=5)
RETURNS: Final = 100_000  # that the books have room for

Breakdown = Callable[[SqlStore], Iterator[None]]


@dataclass(frozen=True)
class Outage:
    """Something fails: the platform, the clock by so much, or the store while `broken` is open."""

    name: str
    trouble: Trouble = Trouble.NONE
    jump: timedelta = timedelta()
    broken: Breakdown | None = None
    lasts: timedelta = TEN_MINUTES


@dataclass(frozen=True)
class Told:
    """What one outage came to. `vain` are calls that a broken platform was sent, `waited` how many steps waited when it
    was over, `ramp` how many calls were under way at a time: among the first one after it, the next two, four, eight.
    """

    outage: str
    events: int
    waited: int
    vain: int
    ramp: tuple[int, ...]
    lost: int
    doubled: int

    def __str__(self) -> str:
        ramp = " ".join(map(str, self.ramp))
        figures = f"{self.events:6} events {self.waited:6} waited {self.vain:5} calls in vain"
        return f"{self.outage:36} {figures}, then {ramp or '-'} at a time: {self.lost} lost, {self.doubled} doubled"


class Drill:
    """An engine with its platforms, in simulated time. `rate` events come in each tick."""

    def __init__(self, store: SqlStore, seed: int, rate: int) -> None:
        self.clock, self.dice, self.rate = SimulatedClock(), Random(seed), rate
        self.wanted, self.done = Books(RETURNS), Books(RETURNS)
        self.shop = Shop(self.done, self.clock.now, Random(seed + 1), a_minute=6 * rate)
        self.store = store
        options = Options(reread=False, jitter=Random(seed + 2), breaker=BreakerPace())
        systems: dict[str, Connector] = {"desk": MemoryConnector("desk"), "shop": self.shop}
        self.runner = AsyncRunner(Lives(), systems, store, clock=self.clock, options=options)
        self._undelivered: list[Event] = []
        self._returns = 0

    async def play(self, outage: Outage) -> Told:
        """Has it happen, then waits until everything is through."""
        before, vain = self.wanted.effects, self.shop.vain
        self.shop.trouble = outage.trouble
        with _broken(outage, self.store):
            await self._load(outage.lasts / 2)
            self.clock.jump(outage.jump)
            await self._load(outage.lasts / 2)
        waited, self.shop.trouble = self.wanted.lost(self.done), Trouble.NONE
        vain = self.shop.vain - vain
        self.shop.abreast.clear()
        await self._calm()
        events, ramp = self.wanted.effects - before, _ramp(self.shop.abreast)
        return Told(outage.name, events, waited, vain, ramp, self.wanted.lost(self.done), self.done.doubled)

    async def _load(self, lasts: timedelta) -> None:
        for _ in range(int(lasts / TICK)):
            until = self.clock.now() + TICK
            self._undelivered += [self._next() for _ in range(self.rate)]
            await self._deliver()
            try:
                await self.runner.drain(until=until)
            except StoreUnavailable:
                self.clock.time = max(until, self.clock.time)

    async def _calm(self) -> None:
        """Until nothing is on its way any more, nor waits."""
        while self._undelivered:
            await self._deliver()
        await self.runner.drain(wait=True)

    async def _deliver(self) -> None:
        """The platform sends what was not acknowledged yet, again and again, sometimes twice."""
        sent = self._undelivered + self.dice.sample(self._undelivered, len(self._undelivered) // 10)
        answers = await asyncio.gather(*map(self.runner.submit, sent), return_exceptions=True)
        refused = {one.id for one, answer in zip(sent, answers, strict=True) if isinstance(answer, StoreUnavailable)}
        self._undelivered = [one for one in self._undelivered if one.id in refused]

    def _next(self) -> Event:
        """A new return, or a new version of one of the last."""
        number = self.dice.randrange(max(self._returns - 50, 0), self._returns + 10)
        number = min(number, self._returns)
        if self.wanted.steps(number) == STEPS:
            number = self._returns
        self._returns = max(self._returns, number + 1)
        version = self.wanted.steps(number) + 1
        self.wanted.do(number, version)
        return event(number, version)


@contextmanager
def _broken(outage: Outage, store: SqlStore) -> Iterator[None]:
    if outage.broken is None:
        yield
    else:
        with contextmanager(outage.broken)(store):
            yield


def _ramp(abreast: list[int]) -> tuple[int, ...]:
    rounds = (abreast[:1], abreast[1:3], abreast[3:7], abreast[7:15])
    return tuple(max(each) for each in rounds if each)


def full_disk(store: SqlStore) -> Iterator[None]:
    """The file may not grow any more."""
    with store._data.asking() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        db.execute(f"PRAGMA max_page_count = {pages}")
    yield
    with store._data.asking() as db:
        db.execute(f"PRAGMA max_page_count = {2**30}")


PLATFORM: Final = (
    *(Outage(f"the platform is {trouble}", trouble) for trouble in Trouble if trouble is not Trouble.NONE),
    Outage("the clock jumps 3 hours on", Trouble.FLAPPING, timedelta(hours=3)),
    Outage("the clock jumps 1 hour back", Trouble.FLAPPING, timedelta(hours=-1)),
)
FULL_DISK: Final = Outage("the disk is full", broken=full_disk)


async def drilled(store: SqlStore, outages: tuple[Outage, ...], seed: int, rate: int) -> list[Told]:
    """One outage after the other, on the same books. Each is told as it ends."""
    drill = Drill(store, seed, rate)
    told: list[Told] = []
    async with drill.runner:
        for outage in outages:
            told.append(await drill.play(outage))
            print(told[-1], flush=True)
    return told
