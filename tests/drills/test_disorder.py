"""The disorder drill in short: the last three events of each story in every order."""

from __future__ import annotations

import pytest

from .drilled import drilled

pytestmark = pytest.mark.slow


def test_every_order_ends_alike() -> None:
    found = drilled("disorder", "--events", "3", "--seed", "1")
    assert found.well, found.text
    assert found.text.count("6 orders of 3 events: 0 lost, 0 doubled") == 2
