"""The partition drill: packets vanish between a worker and its database, or between a worker and the platforms.

Workers, database and platforms are hosts of their own. What is cut differs from round to round: one worker or the
other, its database or the platforms, both ways or one; for longer than a lease, or shorter. Then it heals.
"""

from __future__ import annotations

import random
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

from .day import Say, compared, play
from .fleet import LEASE, fleet
from .network import Network, inside, network
from .server import postgres
from .simulators import both
from .strikes import Strikes

WORKERS: Final = ("one", "two")
OTHERS: Final = ("database", "platforms")
WAYS: Final = ("both", "there", "back")
PACE: Final = 8.0  # seconds of the day for each round
NO_SIGNAL: Final = 0


@dataclass(frozen=True)
class Outcome:
    """What a drill came to."""

    seed: int
    seconds: float
    cuts: Strikes
    report: Report

    @property
    def well(self) -> bool:
        return not (self.report.lost or self.report.doubled)

    def lines(self) -> Iterator[str]:
        """What was cut, what is wrong, and the last line."""
        yield from (f"  {count:4} {cut}" for cut, count in sorted(self.cuts.struck.items()))
        yield f"seed {self.seed}: {self.report.last_line} in {self.seconds:.0f} s"
        yield from compared(self.report, f"cut {self.cuts.count} times")


def drill(rounds: int, seed: int, say: Say) -> Outcome:
    """Plays a day in which the network is cut so many times. Raises NotAllowed where no hosts can be made."""
    begun = time.monotonic()
    cuts = Strikes(rounds, seed, NO_SIGNAL)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="retoure-drill-")))
        net = stack.enter_context(network(*WORKERS, *OTHERS))
        stack.enter_context(inside(net.router))
        database, platforms = (net.hosts[name] for name in OTHERS)
        with inside(database.namespace):
            url = stack.enter_context(postgres(database.address))
        with inside(platforms.namespace):
            shops = stack.enter_context(both(seed, platforms.address))
        hosts = [net.hosts[name] for name in WORKERS]
        workers = stack.enter_context(fleet(folder, shops, data_folder("mappings") / MAPPING, url, hosts))
        report = play(shops, workers, cuts, seed, rounds * PACE, [partial(tear, net, cuts, random.Random(seed))], say)
    return Outcome(seed, time.monotonic() - begun, cuts, report)


def tear(net: Network, cuts: Strikes, dice: random.Random) -> None:
    """Cuts and heals until there are enough cuts."""
    while cuts.next() is not None:
        worker, other, ways = dice.choice(WORKERS), dice.choice(OTHERS), dice.choice(WAYS)
        net.cut(worker, other, ways)
        time.sleep(dice.uniform(1.0, 2 * LEASE))
        net.heal(worker, other, ways)
        cuts.note([f"between worker {worker} and the {other}, {ways if ways == 'both' else f'packets {ways}'}"])
        time.sleep(dice.uniform(0.5, 2.0))
