"""Alerts reach the log always, and their webhook when there is one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from retoure.alerting import AlertChannels
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import SimulatorServer
from retoure.delivery.store.port import Fired

FIRED = Fired(1, "oncall", "1 queued waiting", datetime(2026, 3, 2, 10, 15, tzinfo=UTC))
PATIENT = (0.0, 0.0, 0.0)


@dataclass
class Pager:
    """Takes alerts; `answers` are the statuses to give first, then 200."""

    url: str = ""
    taken: list[Any] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        self.taken.append(await request.json())
        return Response(status_code=self.answers.pop(0) if self.answers else 200)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def pager() -> Iterator[Pager]:
    found = Pager()
    with SimulatorServer(Starlette(routes=[Route("/hook-1234", found.take, methods=["POST"])])) as server:
        found.url = f"{server.url}/hook-1234"
        yield found


async def fire(addresses: dict[str, str]) -> None:
    channels = AlertChannels({name: Secret(url) for name, url in addresses.items()}, PATIENT)
    channels(FIRED)
    await channels.aclose()


@pytest.mark.anyio
async def test_without_a_channel_it_is_logged(caplog: pytest.LogCaptureFixture, pager: Pager) -> None:
    await fire({"finance": pager.url})
    assert [record.getMessage() for record in caplog.records] == ["alert oncall: 1 queued waiting"]
    assert pager.taken == []


@pytest.mark.anyio
async def test_a_webhook_gets_it_before_the_end(pager: Pager) -> None:
    await fire({"oncall": pager.url})
    assert pager.taken == [{"alert": "oncall", "text": "1 queued waiting", "at": "2026-03-02T10:15:00+00:00"}]


@pytest.mark.anyio
async def test_a_failing_webhook_is_tried_again(caplog: pytest.LogCaptureFixture, pager: Pager) -> None:
    pager.answers = [500, 503]
    await fire({"oncall": pager.url})
    assert len(pager.taken) == 3
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.anyio
@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook-1234", "nonsense-1234", ""])
async def test_what_cannot_be_posted_is_logged_without_its_address(caplog: pytest.LogCaptureFixture, url: str) -> None:
    caplog.set_level(logging.DEBUG)
    await fire({"oncall": url})
    assert "could not be posted" in caplog.text
    assert "1234" not in "".join(record.getMessage() for record in caplog.records if record.levelno >= logging.INFO)
