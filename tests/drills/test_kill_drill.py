"""The shipped mapping under fire: the engine is killed thirty times while returns move, and both books still agree."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
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
SECONDS = 50.0
SLOW = 0.4  # seconds between an effect and its lost answer: the window in which a kill leaves an unknown outcome
LONGEST = 3.0  # seconds the killer waits for a call

WRITES = ("/fulfillment/return-items$", "/orders$", "/billing-status$", "/stocks$", "/legacy-custom-data$")


class Killer:
    """Kills the engine while it starts, in the middle of calls and at any other moment; makes answers late or lost."""

    def __init__(self, platforms: Platforms, service: Service, dice: random.Random) -> None:
        self._platforms = platforms
        self._service = service
        self._dice = dice
        self._launched = time.monotonic()
        self._ready_at: float | None = None
        self._choose()

    def _choose(self) -> None:
        """When to strike next: this long after the launch, or after it is ready; and perhaps only during a call."""
        self._early = self._dice.random() < 0.15
        self._in_call = not self._early and self._dice.random() < 0.6
        self._after = self._dice.uniform(0.05, 0.8)

    def look(self, _: Progress) -> None:
        """Called many times a second by the player of the day."""
        if self._service.kills >= KILLS or not self._time_has_come():
            return
        self._service.kill()
        self._make_trouble()
        self._service.launch()
        self._launched, self._ready_at = time.monotonic(), None
        self._choose()

    def _time_has_come(self) -> bool:
        now = time.monotonic()
        if self._early:
            return now > self._launched + self._after
        if self._ready_at is None:
            self._ready_at = now if self._service.ready() else None
            return False
        if now < self._ready_at + self._after:
            return False
        return not self._in_call or self._calls() > 0 or now > self._ready_at + LONGEST

    def _calls(self) -> int:
        """How many calls are under way just now."""
        found = (self._service.status() or {}).get("effects", {})
        return int(found.get("sending", 0))

    def _make_trouble(self) -> None:
        """A few of the next writes have their effect and answer late, or never."""
        for path in self._dice.sample(WRITES, 3):
            kind = self._dice.choice(("timeout_after", "drop_after"))
            skip = self._dice.randint(0, 3)
            self._platforms.scayle.fault(kind=kind, method="P.*", path=path, times=2, skip=skip, seconds=SLOW)
        if self._service.kills == KILLS:
            self._platforms.scayle.ask("DELETE", "/faults")


def cut_off(folder: Path) -> int:
    """How many calls were under way when the process was killed."""
    with closing(sqlite3.connect(folder / "retoure.db")) as db:
        query = "SELECT count(*) FROM attempts WHERE outcome = 'unknown' AND error = ''"
        return int(db.execute(query).fetchone()[0])


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
        while service.kills < KILLS:  # the day is over: it strikes an engine at rest, too
            killer.look(player.progress)
            player.settle()
        player.finish()
        books = read_books(platforms, service)
    report = compare(books)
    found = f"killed {service.kills} times: {len(report.lost)} lost, {len(report.doubled)} doubled"
    with capsys.disabled():
        print(f"\n{found} (seed {seed}, {cut_off(tmp_path)} calls cut off)")
    assert service.kills >= KILLS
    assert (report.lost, report.doubled) == ((), ()), [hold.reason for hold in books.holds]
