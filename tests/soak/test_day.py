"""The long day in short: what lives on after an event, and what an event costs, do not grow."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from retoure.delivery.store.sqlite import SqliteStore

from .day import Load, Shift, day
from .picture import draw

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def test_a_small_day_loses_and_doubles_nothing(tmp_path: Path) -> None:
    load = Load(peak=0.01, open=50, hours=3)
    lived = asyncio.run(day(SqliteStore(tmp_path / "retoure.db"), load, seed=5))
    assert (lived.lost, lived.doubled) == (0, 0)
    assert lived.events == lived.effects > sum(hour.events for hour in lived.hours) == load.events
    assert all(figure in draw(lived) for figure in ("events an hour", "memory, MB", "up to 60.0"))


def test_nothing_lives_on_after_an_event(tmp_path: Path) -> None:
    """What lives on after events would be more in every round."""
    command = [sys.executable, "-m", "tests.soak.alive", str(tmp_path / "retoure.db")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    alive = [int(count) for count in done.stdout.split()]
    more = [after - before for before, after in pairwise(alive)]
    assert len(more) == 3
    assert min(more) < 50, f"{more} objects more after a hundred events each"


def steps(folder: Path, load: Load) -> int:
    """Hundreds of steps that SQLite takes for the events of some minutes: the same whenever they are counted."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    async def counted() -> None:
        store = SqliteStore(folder / f"{load.open}.db")
        shift = Shift(store, load, seed=5)
        async with shift.runner:
            await shift.open()
            store._data.connection.set_progress_handler(step, 100)  # type: ignore[attr-defined]  # the file's connection
            for _ in range(8):
                await shift.minute(19)
            store._data.connection.set_progress_handler(None, 0)  # type: ignore[attr-defined]

    asyncio.run(counted())
    return taken


def test_an_event_costs_the_same_however_many_returns_are_open(tmp_path: Path) -> None:
    few, many = (steps(tmp_path, Load(peak=0.2, open=returns)) for returns in (200, 20_000))
    assert many < few * 1.2
