"""Health, readiness and status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from retoure.compile import CompiledMapping
from retoure.connectors.memory import MemoryConnector
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.web import webhook_app

from ...plain import PLAIN
from .conftest import SECRET, Platform, Service


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def get(service: Service, path: str) -> httpx.Response:
    return httpx.get(service.url + path, verify=PLAIN)


def test_alive_and_ready(service: Service) -> None:
    assert [get(service, path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


def test_without_a_store_alive_but_not_ready(service: Service) -> None:
    service.store.failing = True
    live, ready = get(service, "/healthz"), get(service, "/readyz")
    assert (live.status_code, ready.status_code) == (200, 503)
    assert "store" in ready.json()["message"]
    assert SECRET not in ready.text


@pytest.mark.anyio
async def test_without_a_worker_not_ready(program: CompiledMapping, tmp_path: Path) -> None:
    both = {"reveni": Platform(), "scayle": MemoryConnector("scayle")}
    async with AsyncRunner(program, both, SqliteStore(tmp_path / "retoure.db")) as runner:
        assert await unready(runner) == "the worker does not run"
        runner.stop()
        assert await unready(runner) == "it is shutting down"


@pytest.mark.anyio
async def test_without_a_connector_not_ready(program: CompiledMapping, tmp_path: Path) -> None:
    async with AsyncRunner(program, {"reveni": Platform()}, SqliteStore(tmp_path / "retoure.db")) as runner:
        assert await unready(runner) == "no connector is configured for scayle"


async def unready(runner: AsyncRunner) -> str:
    """Why it is not ready; it lives all the same."""
    transport = httpx.ASGITransport(webhook_app(runner))
    async with httpx.AsyncClient(transport=transport, base_url="http://retoure") as client:
        live, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (live.status_code, ready.status_code) == (200, 503)
    return str(ready.json()["message"])


@pytest.mark.parametrize("bodies", [[], ["a1", "a2", "SIGNATURE"]])
def test_status_is_the_status_of_the_store(service: Service, bodies: list[str]) -> None:
    for body in bodies:
        httpx.post(f"{service.url}/webhooks/reveni", content=body, verify=PLAIN)
    found = get(service, "/status").json()
    counts = {"events", "effects", "holds", "queues", "rejected", "paced", "untold", "stuck"}
    assert found.keys() == {*counts, "oldest_waiting", "next_due", "systems"}
    assert (sum(found["events"].values()), found["rejected"]) == (len(bodies[:2]), len(bodies[2:]))


def test_status_is_of_this_moment(service: Service) -> None:
    """Who waits until nothing is left asks again and again, and must not be told of a moment ago."""
    for number in (1, 2, 3):
        httpx.post(f"{service.url}/webhooks/reveni", content=f"a{number}", verify=PLAIN)
        assert sum(get(service, "/status").json()["events"].values()) == number


def test_returns_that_no_worker_can_run_are_told_of_and_webhooks_taken_all_the_same(service: Service) -> None:
    since = datetime(2026, 3, 2, tzinfo=UTC)
    service.store.note_stuck("r1", "returns 2.0.0", "a word this release does not know", since)
    answer = get(service, "/readyz")
    notice = "1 wait for a worker that can run returns 2.0.0"
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "notice": notice})
    assert get(service, "/status").json()["stuck"][0]["returns"] == 1
    assert 'retoure_stuck_returns{mapping="returns 2.0.0"} 1.0' in get(service, "/metrics").text


def test_there_is_nothing_else(service: Service) -> None:
    answer = get(service, "/")
    assert (answer.status_code, answer.json()["error"]) == (404, "not here")
