"""An alert of a running deployment reaches its channels, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from retoure import AsyncRunner, Deployment, load_deployment
from retoure.connectors.simulators import SimulatorServer
from retoure.testing.clock import JumpingClock

from .shop import Shop, until, webhook

SLACK = "  oncall: {{channel: log}}\n  finance: {{channel: slack, url: env:SLACK}}"


class Slack:
    """An incoming webhook."""

    def __init__(self) -> None:
        self.status = 200
        self.hangs = False
        self.taken: list[Any] = []

    async def take(self, request: Request) -> Response:
        self.taken.append(json.loads(await request.body()))
        while self.hangs and not await request.is_disconnected():
            await asyncio.sleep(0.01)
        return Response("ok", self.status)


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slack]:
    found = Slack()
    with SimulatorServer(Starlette(routes=[Route("/T0/B0/s3cret", found.take, methods=["POST"])])) as server:
        monkeypatch.setenv("SLACK", f"{server.url}/T0/B0/s3cret")
        yield found


@pytest.fixture
def told_shop(running_shop: Shop) -> Deployment:
    """A shop whose finance team hears of refunds that SCAYLE refused."""
    text = running_shop.file.read_text(encoding="utf-8")
    running_shop.file.write_text(text.replace("  oncall: {channel: log}", SLACK.format()), encoding="utf-8")
    return load_deployment(running_shop.file)


async def refused(shop: Shop, deployment: Deployment) -> None:
    shop.fault(shop.scayle, kind="status", status=400, path="return-items", times=1)
    body, headers = webhook(shop.returned(shop.ordered()))
    async with AsyncRunner.from_deployment(deployment) as runner:
        await runner.accept("reveni", body, headers)
        await runner.drain()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
async def test_it_is_told_before_the_end(running_shop: Shop, told_shop: Deployment, slack: Slack) -> None:
    await refused(running_shop, told_shop)
    assert slack.taken == [{"text": "finance: 1 queued waiting"}]


@pytest.mark.anyio
async def test_the_next_process_tells_what_was_not_taken(
    running_shop: Shop, told_shop: Deployment, slack: Slack
) -> None:
    slack.status = 500
    await refused(running_shop, told_shop)
    slack.status = 200

    for _ in range(2):
        clock = JumpingClock(datetime.now(UTC) + timedelta(minutes=15))
        async with AsyncRunner.from_deployment(told_shop, clock=clock) as runner:
            await runner.tend_incidents()
    assert len(slack.taken) == 2


@pytest.mark.anyio
async def test_a_killed_process_leaves_it_to_the_next(running_shop: Shop, told_shop: Deployment, slack: Slack) -> None:
    running_shop.fault(running_shop.scayle, kind="status", status=400, path="return-items", times=1)
    async with AsyncRunner.from_deployment(told_shop) as runner:
        await runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
    slack.hangs = True
    worker = subprocess.Popen(
        [sys.executable, "-m", "retoure_cli", "run"], cwd=told_shop.file.parent, stderr=subprocess.DEVNULL
    )
    try:
        await asyncio.to_thread(until, lambda: bool(slack.taken), "the alert is being told")
    finally:
        worker.kill()
        worker.wait()
    slack.hangs = False
    for minutes in (1, 3, 5):
        clock = JumpingClock(datetime.now(UTC) + timedelta(minutes=minutes))
        async with AsyncRunner.from_deployment(told_shop, clock=clock) as runner:
            await runner.tend_incidents()
        assert len(slack.taken) == (1 if minutes == 1 else 2)
