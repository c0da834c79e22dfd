"""A day of returns at both platforms while something happens to the engine; their books tell what came of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

from retoure_cli.demo.comparison import Report, compare
from retoure_cli.demo.incidents import Scene
from retoure_cli.demo.plan import plan
from retoure_cli.demo.platforms import Platforms
from retoure_cli.demo.play import Player, Progress
from retoure_cli.demo.run import read_books

from .fleet import Fleet
from .strikes import Strikes
from .trouble import Trouble, replay_letters

RETURNS: Final = 20  # and one for each strike
PATIENCE: Final = 240.0  # seconds until something counts as stuck: longer than the window of a rate limit, twice

Say = Callable[[str], None]
Task = Callable[[], None]


def compared(report: Report, done: str) -> Iterator[str]:
    """What is wrong in the books, and the last line: `killed 200 times: 0 lost, 0 doubled`."""
    yield from (f"  lost: {text}" for text in report.lost)
    yield from (f"  doubled: {text}" for text in report.doubled)
    yield f"{done}: {len(report.lost)} lost, {len(report.doubled)} doubled"


def play(
    platforms: Platforms, workers: Fleet, strikes: Strikes, seed: int, seconds: float, tasks: Sequence[Task], say: Say
) -> Report:
    """A day in so many seconds, and on until there are enough strikes, with `tasks` in threads beside it; then all is
    left in peace until nothing waits, and the books are compared. Raises ServiceFailed, Stuck.
    """
    trouble, tell = Trouble(platforms.scayle, seed), Telling(strikes, say)

    def look(progress: Progress) -> None:
        trouble.look(progress)
        tell.look(progress)

    scene = Scene(platforms, workers)
    player = Player(scene, plan(seed, RETURNS + strikes.wanted), look, lambda _, text: say(text), (), PATIENCE)
    player.furnish()
    with _beside(workers, strikes, tasks):
        player.play(seconds)
        while strikes.count < strikes.wanted:
            look(player.progress)
            workers.check()
            time.sleep(0.05)
    workers.check()
    scene.clear_faults()
    player.finish()
    return compare(read_books(platforms, workers))


@contextmanager
def _beside(workers: Fleet, strikes: Strikes, tasks: Sequence[Task]) -> Iterator[None]:
    """Inside, the tasks go on until there are enough strikes, and letters are replayed."""
    over = threading.Event()
    all_of_them = [*tasks, partial(replay_letters, workers, strikes, over)]
    threads = [threading.Thread(target=_kept, args=(workers, task)) for task in all_of_them]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        strikes.enough()
        for thread in threads:
            thread.join()


def _kept(workers: Fleet, task: Task) -> None:
    """What goes wrong in a thread is told by `check`."""
    try:
        task()
    except BaseException as problem:
        workers.failures.append(problem)


class Telling:
    """Says how far it is, at every tenth strike."""

    def __init__(self, strikes: Strikes, say: Say) -> None:
        self._strikes = strikes
        self._say = say
        self._told = 0

    def look(self, progress: Progress) -> None:
        if self._strikes.count // 10 > self._told:
            self._told = self._strikes.count // 10
            counts = f"{len(progress.statuses)} returns, {progress.deliveries} webhooks taken"
            self._say(
                f"struck {self._strikes.count} of {self._strikes.wanted}; {counts}, {progress.left} things waiting"
            )
