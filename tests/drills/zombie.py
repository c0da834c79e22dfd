"""The zombie drill: a worker is stopped at some place of its work until others have taken it over, and goes on then.

It must not write to the database, nor call a platform, on the strength of what it knew before. The books tell.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from signal import SIGCONT, SIGSTOP, SIGTERM
from typing import Final

import psycopg

from retoure import data_folder
from retoure_cli.demo.comparison import Report
from retoure_cli.demo.run import MAPPING
from retoure_cli.demo.service import ServiceFailed

from .day import Say, compared, play
from .fleet import HERE, Fleet, Worker, end_of, fleet
from .lives import Life
from .places import NOWHERE, PLACES, Fate, Place
from .server import postgres
from .simulators import both
from .strikes import Strikes, await_fate

WORKERS: Final = 3  # one of them is never stopped
PACE: Final = 4.0  # seconds of the day for each round
AWAKE: Final = 0.5  # seconds it works on after it was woken
ENDED: Final = (0, -SIGTERM)  # in order; or before it listened to signals
PATIENCE: Final = 120.0  # seconds in which others take over, or it ends
STOPPED_AT: Final = tuple(place for place in PLACES if place is not Place.STARTING)
NOTICED: Final = ("another worker has it", "the database has not heard of this worker")

_LEFT: Final = """
SELECT 'alive', id FROM workers WHERE id LIKE %(name)s AND alive_till > clock_timestamp()
UNION ALL SELECT kind, name FROM claims WHERE worker LIKE %(name)s
"""


@dataclass(frozen=True)
class Outcome:
    """What a drill came to. `noticed` counts works that ended because another worker had taken them over."""

    seed: int
    seconds: float
    stops: Strikes
    noticed: int
    report: Report

    @property
    def well(self) -> bool:
        return not (self.report.lost or self.report.doubled)

    def lines(self) -> Iterator[str]:
        """Where workers were stopped, what is wrong, and the last line."""
        yield from (f"  {self.stops.struck[place]:4} {place}" for place in (*STOPPED_AT, NOWHERE))
        yield f"seed {self.seed}: {self.report.last_line} in {self.seconds:.0f} s"
        yield f"a worker noticed {self.noticed} times that its work was taken over"
        yield from compared(self.report, f"stopped {self.stops.count} times")


def drill(rounds: int, seed: int, say: Say) -> Outcome:
    """Plays a day in which all workers but one are stopped past their lease, time and again."""
    begun = time.monotonic()
    stops = Strikes(rounds, seed, SIGSTOP)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retoure-drill-")))
        database = stack.enter_context(postgres())
        platforms = stack.enter_context(both(seed))
        hosts = [HERE] * WORKERS
        workers = stack.enter_context(fleet(folder, platforms, data_folder("mappings") / MAPPING, database, hosts))
        tasks = [partial(haunt, worker, stops, database) for worker in workers.workers[1:]]
        report = play(platforms, workers, stops, seed, rounds * PACE, tasks, say)
        noticed = _noticed(workers)
    return Outcome(seed, time.monotonic() - begun, stops, noticed, report)


def haunt(worker: Worker, stops: Strikes, database: str) -> None:
    """Stops a worker until there are enough rounds, each in a process of its own. Raises ServiceFailed."""
    worker.rest()
    while (end := stops.next(STOPPED_AT)) is not None:
        life = worker.born(end if isinstance(end, Fate) else None)
        await_fate(life, end, partial(_is_stopped, life))
        life.send(SIGSTOP)
        stops.note(life.places())
        _until(partial(_is_taken_over, database, life.pid), "others to take over")
        life.send(SIGCONT)
        life.wait(AWAKE)
        life.send(SIGTERM)
        _until(partial(_has_ended, life), "a worker to end that was woken")
        if life.code not in ENDED:
            raise ServiceFailed(f"a worker ended with exit code {life.code}:\n{end_of(worker.log)}")
    worker.born()


def _has_ended(life: Life) -> bool:
    """Its fate may come true after it was woken: it is woken again then."""
    life.send(SIGCONT)
    return life.wait(0.1)


def _is_stopped(life: Life, seconds: float) -> bool:
    """Whether it is, by then."""
    until = time.monotonic() + seconds
    while True:
        stopped = Path(f"/proc/{life.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
        if stopped or time.monotonic() > until:
            return stopped
        time.sleep(0.01)


def _is_taken_over(database: str, pid: int) -> bool:
    """Its lease has run out, and nothing is in its name any more."""
    with psycopg.connect(database) as connection:
        return not connection.execute(_LEFT, {"name": f"%/{pid}/%"}).fetchall()


def _until(there: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > until:
            raise ServiceFailed(f"waited in vain for {what}")
        time.sleep(0.1)


def _noticed(workers: Fleet) -> int:
    logs = [worker.log.read_text(encoding="utf-8") for worker in workers.workers]
    return sum(log.count(words) for log in logs for words in NOTICED)
