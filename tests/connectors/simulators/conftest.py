"""Both simulators over real sockets, with a clock that stands still, and an inbox for their webhooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from retoure.connectors.simulators import FixedClock, ReveniSimulator, ScayleSimulator, SimulatorServer

from ...plain import PLAIN

START = datetime(2026, 3, 2, 10, 15, 42, 118820, tzinfo=UTC)


@pytest.fixture
def scayle() -> Iterator[httpx.Client]:
    """A client of a furnished SCAYLE tenant, its token set."""
    app = ScayleSimulator(seed=7, clock=FixedClock(START))
    with SimulatorServer(app) as server, _client(server.url, {"X-Access-Token": "sim-token"}) as client:
        client.patch("/_sim/switches", json={"webhook_backoff_seconds": 0.01})
        yield client


@pytest.fixture
def reveni() -> Iterator[httpx.Client]:
    """A client of an empty Reveni store, its key set, based at the store."""
    app = ReveniSimulator(seed=7, clock=FixedClock(START))
    with SimulatorServer(app) as server, _client(server.url, {"Authorization": "Bearer sim-api-key"}) as client:
        client.patch("/_sim/switches", json={"webhook_backoff_seconds": 0.01})
        yield client


def _client(url: str, headers: dict[str, str]) -> httpx.Client:
    return httpx.Client(base_url=url, headers=headers, timeout=5.0, trust_env=False, verify=PLAIN)


@dataclass
class Inbox:
    """What arrived, in order: `headers`, `raw` bytes; `answers` are the statuses to give first, then 200."""

    url: str = ""
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.received.append((dict(request.headers), await request.body()))
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def inbox() -> Iterator[Any]:
    """An address that webhooks can be sent to."""
    box = Inbox()
    app = Starlette(routes=[Route("/hook", box.take, methods=["POST"])])
    with SimulatorServer(app) as server:
        box.url = f"{server.url}/hook"
        yield box
