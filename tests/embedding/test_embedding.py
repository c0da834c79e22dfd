"""retoure inside somebody's service: signed webhooks in, refunds in SCAYLE's books."""

from __future__ import annotations

import ast
from pathlib import Path

import httpx
import pytest

from retoure import AsyncRunner, Runner
from retoure.connectors.simulators import SimulatorServer

from ..plain import PLAIN
from . import service_async, service_sync
from .shop import Shop, until, webhook

HERE = Path(__file__).parent


@pytest.mark.parametrize("example", ["service_sync.py", "service_async.py"])
def test_the_examples_are_short(example: str) -> None:
    tree = ast.parse((HERE / example).read_text(encoding="utf-8"))
    code = [node for node in tree.body if not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom)]
    lines = {node.lineno for top in code for node in ast.walk(top) if hasattr(node, "lineno")}
    assert 0 < len(lines) <= 12


def test_a_few_lines_without_asyncio(running_shop: Shop) -> None:
    order = running_shop.ordered()
    body, headers = webhook(running_shop.returned(order))
    with Runner.from_deployment("retoure.yaml") as runner:
        first = runner.accept("reveni", body, headers)
        again = runner.accept("reveni", body, headers)
        runner.drain()
        status = runner.status()
    assert (first.duplicate, again.duplicate) == (False, True)
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]
    assert (status.events, status.holds, status.queues) == ({"done": 1}, {}, {})


def test_a_service_with_a_working_thread(running_shop: Shop) -> None:
    order = running_shop.ordered()
    body, headers = webhook(running_shop.returned(order))
    with Runner.from_deployment(running_shop.file) as runner:
        thread = service_sync.worker(runner)
        thread.start()
        answers = [service_sync.receive(runner, body, given) for given in (headers, {}, headers)]
        until(lambda: bool(running_shop.refunds()), "the refund")
    thread.join(timeout=30)
    assert (answers, thread.is_alive()) == ([202, 401, 202], False)
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]


def test_a_web_service_that_mounts_it(running_shop: Shop) -> None:
    order = running_shop.ordered()
    with SimulatorServer(service_async.app) as service:
        running_shop.subscribed(f"{service.url}/retoure/webhooks/reveni")
        running_shop.returned(order)
        until(lambda: bool(running_shop.refunds()), "the refund")
        assert httpx.get(f"{service.url}/retoure/readyz", verify=PLAIN).status_code == 200
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]


def test_nothing_is_lost_between_two_runners(running_shop: Shop) -> None:
    order = running_shop.ordered()
    body, headers = webhook(running_shop.returned(order))
    with Runner.from_deployment(running_shop.file) as taking:
        taking.accept("reveni", body, headers)
    assert running_shop.refunds() == []
    with Runner.from_deployment(running_shop.file) as working:
        working.drain()
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]


def test_a_call_under_way_is_finished_when_the_runner_is_left(running_shop: Shop) -> None:
    order = running_shop.ordered(quantity=2)
    webhooks = [webhook(running_shop.returned(order)) for _ in range(2)]
    with Runner.from_deployment(running_shop.file) as runner:
        thread = service_sync.worker(runner)
        thread.start()
        for body, headers in webhooks:
            runner.accept("reveni", body, headers)
    thread.join(timeout=30)
    with Runner.from_deployment(running_shop.file) as next_one:
        assert "sending" not in next_one.status().effects
        next_one.drain()
    assert sorted(running_shop.refunds()) == [(unit["id"], 1000) for unit in order["items"]]


@pytest.mark.anyio
async def test_a_few_lines_with_asyncio(running_shop: Shop) -> None:
    order = running_shop.ordered()
    body, headers = webhook(running_shop.returned(order))
    async with AsyncRunner.from_deployment("retoure.yaml") as runner:
        await runner.accept("reveni", body, headers)
        await runner.drain()
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
