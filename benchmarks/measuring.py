"""Times the same work done by several peers, in turns, and compares what they made before that."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

FIRST = 0.02
"""Seconds that one turn of a peer takes about."""

Run = Callable[[], Any]


@dataclass(frozen=True)
class Work:
    """Something to do, and how each peer does it. Ratios are to the first peer. `same` is what all must make."""

    name: str
    title: str
    peers: Mapping[str, Run]
    same: bool = True


@dataclass(frozen=True)
class Measured:
    """One peer at one work: the median of its ratios to the first peer, and of its time in microseconds."""

    work: str
    peer: str
    ratio: float
    microseconds: float
    rounds: int


class Different(AssertionError):
    """Two peers made different things; nothing was timed."""


def measured(work: Work, rounds: int) -> list[Measured]:
    """Every peer at a work. A round lets each do it for a while; what disturbs a round disturbs them all.

    Raises Different.
    """
    first = next(iter(work.peers))
    if work.same:
        _compare(work, first)
    calls = {name: _calls(run) for name, run in work.peers.items()}
    times: dict[str, list[float]] = {name: [] for name in work.peers}
    for _ in range(rounds):
        for name, run in work.peers.items():
            times[name].append(_turn(run, calls[name]))
    return [_result(work.name, name, found, times[first]) for name, found in times.items()]


def _compare(work: Work, first: str) -> None:
    expected = work.peers[first]()
    for name, run in work.peers.items():
        if run() != expected:
            raise Different(f"{work.name}: {name} makes something else than {first}")


def _calls(run: Run) -> int:
    """How many calls make one turn."""
    taken = _turn(run, 1)
    return max(1, round(FIRST / max(taken, 1e-7)))


def _turn(run: Run, calls: int) -> float:
    """Seconds of this thread's processor time for one call, without the collection of garbage, as `timeit` does it."""
    gc.collect()
    gc.disable()
    try:
        started = time.thread_time()
        for _ in range(calls):
            run()
        return (time.thread_time() - started) / calls
    finally:
        gc.enable()


def _result(work: str, peer: str, times: list[float], first: list[float]) -> Measured:
    ratios = [mine / other for mine, other in zip(times, first, strict=True)]
    return Measured(
        work, peer, round(statistics.median(ratios), 3), round(statistics.median(times) * 1e6, 2), len(times)
    )
