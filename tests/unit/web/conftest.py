"""A server over a real socket whose connector and store do what a test wants."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from retoure.compile import CompiledMapping, compile_mapping
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Event, Incoming, Rejected
from retoure.delivery.context import Options
from retoure.delivery.errors import StoreUnavailable
from retoure.delivery.store.port import Accepted, Status
from retoure.delivery.store.sqlite import SqliteStore
from retoure.deployment.model import Web
from retoure.runner import AsyncRunner
from retoure.source import Source
from retoure.web import serve

MAPPING = Path(__file__).resolve().parents[3] / "mappings" / "reveni_to_scayle" / "returns.rmap"
LIMIT = 2000
SECRET = "hunter2"


class Platform(MemoryConnector):
    """Takes `REASON` as a message to reject for that reason, everything else as the id of an event."""

    def __init__(self) -> None:
        super().__init__("reveni")
        self.seen: list[Incoming] = []

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        self.seen.append(incoming)
        text = incoming.body.decode()
        if text.isupper():
            raise Rejected(text.lower().replace("_", " "), f"it says {SECRET}")
        if text == "broken":
            raise RuntimeError(SECRET)
        return Event("reveni", "return_updated", text, f"return-{text}", incoming.body)


class FailingStore(SqliteStore):
    """A store that can be made unavailable."""

    failing = False

    def accept_all(self, events_: Sequence[tuple[Event, datetime]]) -> list[Accepted]:
        self._check()
        return super().accept_all(events_)

    def keep_rejected(self, system: str, raw: bytes, reason: str, at: datetime, message: str = "") -> None:
        self._check()
        super().keep_rejected(system, raw, reason, at, message)

    def next_due(self) -> datetime | None:
        self._check()
        return super().next_due()

    def status(self) -> Status:
        self._check()
        return super().status()

    def _check(self) -> None:
        if self.failing:
            raise StoreUnavailable(f"/secret/path/{SECRET}.db: database is locked")


@dataclass
class Service:
    """A served runner: `url`, and what it works with."""

    platform: Platform
    store: FailingStore
    url: str = ""
    problem: BaseException | None = None
    thread: threading.Thread = field(default_factory=threading.Thread)
    stoppers: list[Callable[[], object]] = field(default_factory=list)

    def stop(self) -> None:
        """Tells the runner to stop, and waits for the end of the whole service. Doing it twice is fine."""
        while self.stoppers:
            self.stoppers.pop()()
        self.thread.join(30)
        assert not self.thread.is_alive()


async def _served(service: Service, program: CompiledMapping, up: threading.Event) -> None:
    loop = asyncio.get_running_loop()
    connectors: Mapping[str, Platform | MemoryConnector] = {
        "reveni": service.platform,
        "scayle": MemoryConnector("scayle"),
    }
    async with AsyncRunner(program, connectors, service.store, options=Options(poll=0.05)) as runner:
        service.stoppers.append(lambda: loop.call_soon_threadsafe(runner.stop))

        def started(address: str) -> None:
            service.url = address
            up.set()

        await serve(runner, Web(port=0, max_body_bytes=LIMIT), started=started)


@pytest.fixture(scope="session")
def program() -> CompiledMapping:
    return compile_mapping(Source("returns.rmap", MAPPING.read_text(encoding="utf-8")))


@pytest.fixture
def service(program: CompiledMapping, tmp_path: Path) -> Iterator[Service]:
    found, up = Service(Platform(), FailingStore(tmp_path / "retoure.db")), threading.Event()

    def body() -> None:
        try:
            asyncio.run(_served(found, program, up))
        except BaseException as problem:
            found.problem = problem
        finally:
            up.set()

    found.thread = threading.Thread(target=body)
    found.thread.start()
    assert up.wait(30)
    assert found.problem is None
    yield found
    found.stop()
    assert found.problem is None
