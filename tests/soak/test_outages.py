"""The outage drill in short, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sqlite import SqliteStore

from .outages import FULL_DISK, PLATFORM, Outage, drilled
from .server import of_server, server

pytestmark = pytest.mark.slow


def short(*outages: Outage) -> tuple[Outage, ...]:
    return tuple(replace(outage, lasts=min(outage.lasts, timedelta(minutes=2))) for outage in outages)


def test_nothing_is_lost_nor_doubled_whatever_fails(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "retoure.db")
    told = asyncio.run(drilled(store, short(*PLATFORM, FULL_DISK), seed=3, rate=2))
    assert [(each.outage, each.lost, each.doubled) for each in told] == [(each.outage, 0, 0) for each in told]
    down, disk = told[0], told[-1]
    assert down.waited == down.events, "all of it has to wait for the platform"
    assert down.vain < down.events / 2, "a platform that is down is hardly called"
    assert down.ramp[0] == 1, "one call finds out"
    assert all(most <= rung for most, rung in zip(down.ramp, (1, 2, 4, 8), strict=True))
    assert disk.waited, "a full disk stops what follows"


def test_a_database_server_that_is_restarted() -> None:
    with server() as running:
        down, restarted, _ = of_server(running)
        told = asyncio.run(drilled(PostgresStore(running.get_uri()), short(down, restarted), seed=3, rate=1))
    assert [(each.lost, each.doubled) for each in told] == [(0, 0), (0, 0)]
    assert told[1].events
