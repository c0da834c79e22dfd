"""The crash drill in short: some kills at places that a seed draws, with SQLite and with three workers."""

from __future__ import annotations

import os
import random

import pytest

from .drilled import drilled

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")]

KILLS = {"embedded": 10, "cluster": 10}


@pytest.mark.parametrize("mode", KILLS)
def test_kills_lose_nothing_and_double_nothing(mode: str, capsys: pytest.CaptureFixture[str]) -> None:
    seed = random.randrange(10**6)
    found = drilled("crash", "--mode", mode, "--kills", str(KILLS[mode]), "--seed", str(seed))
    with capsys.disabled():
        print(f"\n{mode}: {found.last} (seed {seed})")
    killed, rest = found.last.split(" times: ")
    assert rest == "0 lost, 0 doubled", found.text
    assert int(killed.removeprefix("killed ")) >= KILLS[mode]
