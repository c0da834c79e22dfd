"""The shipped mapping under fire: the engine is killed thirty times while returns move, and both books still agree."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from retoure import data_folder
from retoure_cli.demo.comparison import compare
from retoure_cli.demo.incidents import Scene
from retoure_cli.demo.plan import plan
from retoure_cli.demo.platforms import Platforms
from retoure_cli.demo.play import Player, Progress
from retoure_cli.demo.run import MAPPING, read_books
from retoure_cli.demo.service import Pace, Service, serving

KILLS = 30
RETURNS = 50
SECONDS = 35.0
SLOW = 0.4  # seconds between an effect and its lost answer: the window in which a kill leaves an unknown outcome

WRITES = ("/fulfillment/return-items$", "/orders$", "/billing-status$", "/stocks$", "/legacy-custom-data$")


class Killer:
    """Kills the engine at random moments, some while it still starts, and makes answers late or lost."""

    def __init__(self, platforms: Platforms, service: Service, dice: random.Random) -> None:
        self._platforms = platforms
        self._service = service
        self._dice = dice
        self._next = time.monotonic() + 1.0

    def look(self, _: Progress) -> None:
        """Called many times a second by the player of the day."""
        if self._service.kills >= KILLS or time.monotonic() < self._next:
            return
        self._service.kill()
        self._make_trouble()
        self._service.launch()
        self._next = time.monotonic() + self._dice.uniform(0.2, 2.6)

    def _make_trouble(self) -> None:
        """A few of the next writes have their effect and answer late, or never."""
        for path in self._dice.sample(WRITES, 2):
            kind = self._dice.choice(("timeout_after", "drop_after"))
            skip = self._dice.randint(0, 3)
            self._platforms.scayle.fault(kind=kind, method="P.*", path=path, times=1, skip=skip, seconds=SLOW)
        if self._service.kills == KILLS:
            self._platforms.scayle.ask("DELETE", "/faults")


@pytest.mark.slow
def test_thirty_kills_lose_nothing_and_double_nothing(
    tmp_path: Path, platforms: Platforms, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = random.randrange(10**6)
    mapping = data_folder("mappings") / MAPPING
    with serving(tmp_path, platforms, mapping, Pace()) as service:
        killer = Killer(platforms, service, random.Random(seed))
        player = Player(Scene(platforms, service), plan(seed, RETURNS), killer.look, lambda *_: None, ())
        player.furnish()
        player.play(SECONDS)
        while service.kills < KILLS:
            player.settle()
        player.finish()
        books = read_books(platforms, service)
    report = compare(books)
    with capsys.disabled():
        print(f"\nkilled {service.kills} times: {len(report.lost)} lost, {len(report.doubled)} doubled (seed {seed})")
    assert service.kills >= KILLS
    assert (report.lost, report.doubled) == ((), ()), [hold.reason for hold in books.holds]
