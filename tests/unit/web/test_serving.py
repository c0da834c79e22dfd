"""Server and worker start together and end together."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from retoure.compile import CompiledMapping
from retoure.delivery.errors import StoreDamaged, WorkerRunning
from retoure.delivery.store.sqlite import SqliteStore
from retoure.deployment.model import Web
from retoure.runner import AsyncRunner
from retoure.web import CannotListen, serve

from ...plain import PLAIN
from .conftest import Platform, Service


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def runner_of(program: CompiledMapping, store: SqliteStore) -> AsyncRunner:
    return AsyncRunner(program, {"reveni": Platform()}, store)


def test_stopping_the_runner_stops_the_server(service: Service) -> None:
    assert httpx.get(f"{service.url}/healthz", verify=PLAIN).status_code == 200
    service.stop()
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{service.url}/healthz", verify=PLAIN)


@pytest.mark.anyio
async def test_an_address_that_is_taken(program: CompiledMapping, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        async with runner_of(program, SqliteStore(tmp_path / "retoure.db")) as runner:
            with pytest.raises(CannotListen, match=rf"127\.0\.0\.1:{port}.*web\.port"):
                await serve(runner, Web(port=port))


@pytest.mark.anyio
async def test_one_worker_for_a_database(program: CompiledMapping, tmp_path: Path) -> None:
    path = tmp_path / "retoure.db"
    with closing(SqliteStore(path)) as other:
        other.start_work(runner_of(program, other).clock.now())
        async with runner_of(program, SqliteStore(path)) as runner:
            with pytest.raises(WorkerRunning):
                await serve(runner, Web(port=0))


@pytest.mark.anyio
async def test_what_runs_beside_ends_the_service_when_it_fails(program: CompiledMapping, tmp_path: Path) -> None:
    async def beside() -> None:
        raise StoreDamaged("the file is broken")

    async with runner_of(program, SqliteStore(tmp_path / "retoure.db")) as runner:
        async with asyncio.timeout(30):
            with pytest.raises(StoreDamaged):
                await serve(runner, Web(port=0), also=beside)


@pytest.mark.anyio
async def test_what_runs_beside_ends_with_the_service(program: CompiledMapping, tmp_path: Path) -> None:
    ended: list[str] = []
    async with runner_of(program, SqliteStore(tmp_path / "retoure.db")) as runner:

        async def beside() -> None:
            try:
                runner.stop()
                await asyncio.Event().wait()
            finally:
                ended.append("beside")

        async with asyncio.timeout(30):
            await serve(runner, Web(port=0), also=beside)
    assert ended == ["beside"]
