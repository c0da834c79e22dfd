"""The zombie drill in short: a few workers stopped past their lease, and woken."""

from __future__ import annotations

import sys

import pytest

from .drilled import drilled

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="/proc tells who is stopped")]


def test_workers_that_wake_up_after_a_take_over_double_nothing() -> None:
    found = drilled("zombie", "--rounds", "3")
    assert found.well, found.text
    assert found.last.startswith("stopped ")
    assert found.last.endswith(" times: 0 lost, 0 doubled")
