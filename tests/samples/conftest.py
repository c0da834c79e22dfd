"""Both simulators over real sockets, furnished with what the samples name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx
import pytest

from retoure.connectors.simulators import FixedClock, ReveniSimulator, ScayleSimulator, SimulatorServer

from ..plain import PLAIN

START = datetime(2026, 3, 2, 10, 15, 42, tzinfo=UTC)


@pytest.fixture
def scayle() -> Iterator[httpx.Client]:
    app = ScayleSimulator(seed=7, clock=FixedClock(START))
    with SimulatorServer(app) as server, _client(server, "/api/admin/v1", {"X-Access-Token": "sim-token"}) as client:
        yield client


@pytest.fixture
def reveni() -> Iterator[httpx.Client]:
    app = ReveniSimulator(seed=7, clock=FixedClock(START))
    key = {"Authorization": "Bearer sim-api-key"}
    with SimulatorServer(app) as server, _client(server, "/merchants/v0/stores/sim-store", key) as client:
        yield client


def _client(server: SimulatorServer, base: str, headers: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=server.url + base, headers=headers, timeout=5.0, trust_env=False, verify=PLAIN)
