"""The crash drill: `kill -9` at every place of the work, under load; both platforms' books tell what came of it.

A life ends by its own fate, at a place and a passage that a seed draws, or by a kill from outside at any moment. Where
it struck is read from memory that the process shared. What was lost or doubled follows from the simulators' books.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from retoure import data_folder
from retoure_cli.demo.comparison import Report
from retoure_cli.demo.run import MAPPING
from retoure_cli.demo.service import ServiceFailed

from .day import Say, compared, play
from .fleet import HERE, Worker, end_of, fleet
from .places import NOWHERE, PLACES, Fate
from .server import postgres
from .simulators import both
from .strikes import Strikes, await_fate

WORKERS: Final = 3
PACE: Final = {"embedded": 1.6, "cluster": 1.0}  # seconds of the day for each kill
MODES: Final = tuple(PACE)


@dataclass(frozen=True)
class Outcome:
    """What a drill came to."""

    mode: str
    seed: int
    seconds: float
    kills: Strikes
    report: Report

    @property
    def well(self) -> bool:
        return not (self.report.lost or self.report.doubled or self.kills.missed)

    def lines(self) -> Iterator[str]:
        """Where kills struck, what is wrong, and the last line."""
        yield from (f"  {self.kills.struck[place]:4} {place}" for place in (*PLACES, NOWHERE))
        yield f"{self.mode}, seed {self.seed}: {self.report.last_line} in {self.seconds:.0f} s"
        yield from (f"  no kill struck {place}" for place in self.kills.missed)
        yield from compared(self.report, f"killed {self.kills.count} times")


def drill(mode: str, kills: int, seed: int, say: Say) -> Outcome:
    """Plays a day whose returns move while workers die. `mode` is embedded or cluster."""
    begun = time.monotonic()
    strikes = Strikes(kills, seed)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retoure-drill-")))
        database = stack.enter_context(postgres()) if mode == "cluster" else ""
        platforms = stack.enter_context(both(seed))
        hosts = [HERE] * (WORKERS if database else 1)
        workers = stack.enter_context(fleet(folder, platforms, data_folder("mappings") / MAPPING, database, hosts))
        tasks = [partial(haunt, worker, strikes) for worker in workers.workers]
        report = play(platforms, workers, strikes, seed, kills * PACE[mode], tasks, say)
    return Outcome(mode, seed, time.monotonic() - begun, strikes, report)


def haunt(worker: Worker, strikes: Strikes) -> None:
    """Kills a worker until there are enough kills, and has it live on. Raises ServiceFailed when it ends by itself."""
    worker.rest()
    while (end := strikes.next()) is not None:
        life = worker.born(end if isinstance(end, Fate) else None)
        await_fate(life, end, life.wait)
        life.kill()
        if not life.killed:
            raise ServiceFailed(f"a worker ended by itself with exit code {life.code}:\n{end_of(worker.log)}")
        strikes.note(life.places())
    worker.born()
