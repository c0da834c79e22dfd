"""Times the same work done by several peers, in turns, and compares what they made before that."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum
from typing import Any

TURN = 0.02
"""Seconds that one turn of a peer takes about."""
LEAST = 3
"""Rounds that are played however long they take."""

Run = Callable[[], Any]
Peers = Mapping[str, Run]


class Gauge(Enum):
    """What of a turn is measured."""

    PROCESSOR = "of this thread's processor time, over as many calls as make a turn"
    CLOCK = "of the clock, one call a turn"
    OWN = "what the peer gives back: a number, in the unit of the work"


@dataclass(frozen=True)
class Work:
    """Something to do, and how each peer does it. Ratios are to the first peer, and of the same round.

    `peers` makes ready what they need, and enters what must be closed again. They must make the same, if `same`.
    `about` is a paragraph for the page, and `goal` what is aimed at. No more than `rounds` are played.
    """

    name: str
    title: str
    peers: Callable[[ExitStack], Peers]
    about: str = ""
    goal: str = ""
    same: bool = True
    gauge: Gauge = Gauge.PROCESSOR
    unit: str = "µs"
    rounds: int = 1000


@dataclass(frozen=True)
class Measured:
    """One peer at one work: the median of its ratios to the first peer, and of what was measured of it."""

    peer: str
    ratio: float
    median: float
    rounds: int


class Different(AssertionError):
    """Two peers made different things; nothing was timed."""


def measured(work: Work, rounds: int, seconds: float) -> list[Measured]:
    """Every peer at a work. A round lets each do it for a while; what disturbs a round disturbs them all.

    No round begins after so many seconds, but for the first ones. Raises Different.
    """
    with ExitStack() as stack:
        peers = work.peers(stack)
        if work.same:
            _compare(work.name, peers)
        found = _rounds(work, peers, min(rounds, work.rounds), seconds)
    first = next(iter(found.values()))
    return [_result(name, values, first) for name, values in found.items()]


def _compare(name: str, peers: Peers) -> None:
    (first, expected), *others = ((name, run()) for name, run in peers.items())
    for other, made in others:
        if made != expected:
            raise Different(f"{name}: {other} makes something else than {first}")


def _rounds(work: Work, peers: Peers, rounds: int, seconds: float) -> dict[str, list[float]]:
    turns = {name: _turn(work.gauge, run) for name, run in peers.items()}
    found: dict[str, list[float]] = {name: [] for name in peers}
    began = time.monotonic()
    for number in range(rounds):
        if number >= LEAST and time.monotonic() - began > seconds:
            break
        for name, turn in turns.items():
            found[name].append(turn())
    return found


def _turn(gauge: Gauge, run: Run) -> Callable[[], float]:
    match gauge:
        case Gauge.OWN:
            return run
        case Gauge.CLOCK:
            return lambda: _timed(run, 1, time.perf_counter)
        case Gauge.PROCESSOR:
            once = _timed(run, 1, time.thread_time)
            calls = max(1, round(TURN / max(once, 0.1) * 1e6))
            return lambda: _timed(run, calls, time.thread_time)


def _timed(run: Run, calls: int, clock: Callable[[], float]) -> float:
    """Microseconds for one call, without the collection of garbage, as `timeit` does it."""
    gc.collect()
    gc.disable()
    try:
        started = clock()
        for _ in range(calls):
            run()
        return (clock() - started) / calls * 1e6
    finally:
        gc.enable()


def _result(peer: str, values: list[float], first: list[float]) -> Measured:
    ratios = [mine / other for mine, other in zip(values, first, strict=True)]
    return Measured(peer, round(statistics.median(ratios), 6), round(statistics.median(values), 2), len(values))
