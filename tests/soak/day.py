"""A day of a large shop in simulated time: whether memory and the cost of an event stay as they are."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from retoure.connectors.breaker import BreakerPace
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Connector, Event
from retoure.delivery.context import Options
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner

from .books import STEPS, Books
from .clock import SimulatedClock
from .lives import Lives, event
from .shop import Shop, Trouble
from .stock import fill

MINUTE: Final = timedelta(minutes=1)
CURVE: Final = (
    *(0.08, 0.05, 0.04, 0.04, 0.05, 0.08, 0.15, 0.3, 0.5, 0.65, 0.75, 0.8),
    *(0.85, 0.8, 0.75, 0.75, 0.8, 0.85, 0.95, 1.0, 0.9, 0.6, 0.35, 0.18),
)
"""How busy each hour of the day is, of the peak."""
FLAPPING_HOUR: Final = 13  # in which the platform is down and up in turns
NEW: Final = 0.3  # of the events are about a new return
TWICE: Final = 0.03  # come twice


@dataclass(frozen=True)
class Load:
    """Events a second at the peak, and returns that are open when the day begins."""

    peak: float
    open: int
    hours: int = 24

    @property
    def events(self) -> int:
        """How many events the whole day has."""
        return sum(self.in_a_minute(hour) * 60 for hour in range(self.hours))

    def in_a_minute(self, hour: int) -> int:
        return max(round(self.peak * CURVE[hour % 24] * 60), 1)


@dataclass(frozen=True)
class Hour:
    """What one hour came to: events, effects, the memory of the process and the file in MB, milliseconds of the
    processor for an event, milliseconds that `status` took.
    """

    hour: int
    events: int
    effects: int
    memory: float
    file: float
    cost: float
    status: float

    def __str__(self) -> str:
        figures = (
            f"{self.events:7} events {self.effects:7} effects {self.memory:6.1f} MB memory {self.file:7.1f} MB file"
        )
        return f"{self.hour:2} h {figures} {self.cost:6.2f} ms an event {self.status:6.0f} ms status"


@dataclass
class Day:
    """What the whole day came to; `began` is the memory when its first minute was over."""

    began: float
    hours: list[Hour] = field(default_factory=list)
    events: int = 0
    effects: int = 0
    lost: int = 0
    doubled: int = 0

    def __str__(self) -> str:
        work, books = f"{self.events} events, {self.effects} effects", f"{self.lost} lost, {self.doubled} doubled"
        memory = f"memory {self.began:.0f} → {self.hours[-1].memory:.0f} MB"
        return f"{len(self.hours)} hours: {work}, {books}, {memory}"


class Shift:
    """An engine on a file, and what comes to it."""

    def __init__(self, store: SqliteStore, load: Load, seed: int) -> None:
        self.store, self.load, self.dice, self.clock = store, load, Random(seed), SimulatedClock()
        room = load.open + load.events + 1
        self.wanted, self.done = Books(room), Books(room)
        self.shop = Shop(self.done, self.clock.now, Random(seed + 1))
        options = Options(reread=False, jitter=Random(seed + 2), breaker=BreakerPace())
        systems: dict[str, Connector] = {"desk": MemoryConnector("desk"), "shop": self.shop}
        self.runner = AsyncRunner(Lives(), systems, store, clock=self.clock, options=options)
        self._returns = 1

    async def open(self) -> None:
        """Has all open returns worked off as far as they are: one really, the others as its copies."""
        self.wanted.do(0, 1)
        await self.work([event(0, 1)])
        fill(self.store, self.load.open)
        for number in range(1, self.load.open):
            self.wanted.do(number, 1)
            self.done.do(number, 1)
        self._returns = self.load.open

    async def minute(self, hour: int) -> int:
        """A minute of that hour; how many events it had."""
        self.shop.trouble = Trouble.FLAPPING if hour == FLAPPING_HOUR else Trouble.NONE
        events = [self._next() for _ in range(self.load.in_a_minute(hour))]
        await self.work(events)
        return len(events)

    async def work(self, events: list[Event]) -> None:
        until = self.clock.now() + MINUTE
        again = [each for each in events if self.dice.random() < TWICE]
        await asyncio.gather(*map(self.runner.submit, events + again))
        await self.runner.drain(until=until)

    def _next(self) -> Event:
        number = self._returns if self.dice.random() < NEW else self.dice.randrange(self._returns)
        if self.wanted.steps(number) == STEPS:
            number = self._returns
        self._returns = max(self._returns, number + 1)
        version = self.wanted.steps(number) + 1
        self.wanted.do(number, version)
        return event(number, version)


async def day(store: SqliteStore, load: Load, seed: int) -> Day:
    """All hours of it, each told as it ends."""
    shift = Shift(store, load, seed)
    async with shift.runner:
        await shift.open()
        await shift.minute(0)
        lived = Day(memory())
        for hour in range(load.hours):
            lived.hours.append(await _hour(shift, hour))
            print(lived.hours[-1], flush=True)
        await shift.runner.drain(wait=True)
    before = load.open  # steps that were in the books already
    lived.events, lived.effects = shift.wanted.effects - before, shift.done.effects - before
    lived.lost, lived.doubled = shift.wanted.lost(shift.done), shift.done.doubled
    return lived


async def _hour(shift: Shift, hour: int) -> Hour:
    effects, used = shift.done.effects, time.process_time()
    events = sum([await shift.minute(hour) for _ in range(60)])
    cost = (time.process_time() - used) / events * 1000
    asked = time.perf_counter()
    await shift.runner.status()
    took = (time.perf_counter() - asked) * 1000
    file = Path(shift.store._data.name).stat().st_size / 1e6
    return Hour(hour + 1, events, shift.done.effects - effects, memory(), file, cost, took)


def memory() -> float:
    """What the process has in memory, in MB, as Linux counts it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6
