"""Metrics where the real service is hard to bring there: a database that fails, errors nobody has heard of."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from retoure.compile import CompiledMapping
from retoure.connectors.memory import MemoryConnector
from retoure.delivery.facts import MessageRejected
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.telemetry import Metrics

from ...plain import PLAIN
from .conftest import Platform, Service


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def samples(text: str) -> dict[str, float]:
    """The sums of all series, by name."""
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found[one.name] = found.get(one.name, 0) + one.value
    return found


def test_without_a_store_the_process_still_tells(service: Service) -> None:
    assert httpx.post(f"{service.url}/webhooks/reveni", content="a1", verify=PLAIN).status_code == 202
    service.store.failing = True
    answer = httpx.get(f"{service.url}/metrics", verify=PLAIN)
    found = samples(answer.text)
    assert (answer.status_code, found["retoure_store_up"], found["retoure_worker_running"]) == (200, 0, 1)
    assert found["retoure_events_accepted_total"] == 1
    assert not [name for name in found if name.startswith("retoure_stored")]


@pytest.mark.anyio
async def test_strange_systems_make_no_new_series(program: CompiledMapping, tmp_path: Path) -> None:
    connectors = {"reveni": Platform(), "scayle": MemoryConnector("scayle")}
    async with AsyncRunner(program, connectors, SqliteStore(tmp_path / "retoure.db")) as runner:
        metrics = Metrics(runner)
        for number in range(50):
            metrics.count(MessageRejected(f"system-{number}", "unknown"))
        text = (await metrics.text())[0].decode()
    assert 'retoure_messages_rejected_total{cause="unknown",system="other"} 50.0' in text
    assert "system-" not in text


@pytest.mark.anyio
async def test_an_observer_that_fails_disturbs_nothing(program: CompiledMapping, tmp_path: Path) -> None:
    async with AsyncRunner(program, {"reveni": Platform()}, SqliteStore(tmp_path / "retoure.db")) as runner:
        seen: list[object] = []

        def broken(fact: object) -> None:
            raise RuntimeError(fact)

        runner.observe(broken)
        runner.observe(seen.append)
        assert not (await runner.accept("reveni", b"a1", {})).duplicate
    assert len(seen) == 1
