"""What lost webhooks would have told, asked for: pages, the cursor saved with the events, and a look cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure import AsyncRunner
from retoure.connectors.polling import POLLED
from retoure.connectors.port import Call, CallFailed, Event, Json
from retoure.connectors.reveni.listing import returns_since
from retoure.polling import CannotPoll, NotAnswered, Polled, poll

from ..plain import PLAIN
from .shop import DEPLOYMENT, SECRETS, Shop, shop, webhook

LETTING = DEPLOYMENT.replace("options: {{store: sim-store}}", "options: {{store: sim-store, undocumented: true}}")


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop whose webhooks do not arrive, and two returns on a page."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path, LETTING) as running:
        switch(running, page_size=2)
        yield running


def switch(running: Shop, **switches: Any) -> None:
    httpx.patch(f"{running.reveni}/_sim/switches", json=switches, verify=PLAIN).raise_for_status()


def look(running: Shop, system: str = "reveni") -> Polled:
    async def run() -> Polled:
        async with AsyncRunner.from_deployment(running.file) as runner:
            found = await poll(runner, system)
            await runner.drain()
            return found

    return asyncio.run(run())


def test_returns_that_nobody_told_of_are_refunded(quiet: Shop) -> None:
    orders = [quiet.ordered() for _ in range(3)]
    for order in orders:
        quiet.returned(order)
    assert look(quiet) == Polled(3, 3, 3)
    assert sorted(quiet.refunds()) == [(order["items"][0]["id"], 1000) for order in orders]
    assert look(quiet) == Polled(3, 3, 0)


def test_a_return_that_a_webhook_told_of_is_refunded_once(quiet: Shop) -> None:
    made = quiet.returned(quiet.ordered())

    async def told() -> None:
        async with AsyncRunner.from_deployment(quiet.file) as runner:
            await runner.accept("reveni", *webhook(made))
            await runner.drain()

    asyncio.run(told())
    assert look(quiet).new == 1
    assert len(quiet.refunds()) == 1


def test_the_cursor_is_that_of_the_stored_events(quiet: Shop) -> None:
    made = quiet.returned(quiet.ordered(), "received")

    async def cursor() -> Any:
        async with AsyncRunner.from_deployment(quiet.file) as runner:
            return await runner.newest_event("reveni", POLLED)

    assert asyncio.run(cursor()) is None
    look(quiet)
    first = asyncio.run(cursor())
    quiet.moved(made, "accepted")
    assert look(quiet).new == 1
    assert asyncio.run(cursor()) > first


def test_a_look_that_breaks_off_stores_nothing(quiet: Shop) -> None:
    for _ in range(3):
        quiet.returned(quiet.ordered())
    quiet.fault(quiet.reveni, kind="status", status=503, path="returns", skip=1, times=1)
    with pytest.raises(NotAnswered, match="UNAVAILABLE"):
        look(quiet)
    assert look(quiet) == Polled(3, 3, 3)


def test_a_system_that_cannot_be_asked(quiet: Shop) -> None:
    with pytest.raises(CannotPoll, match="scayle"):
        look(quiet, "scayle")


def test_a_platform_without_the_call(quiet: Shop) -> None:
    switch(quiet, list_supported=False)
    with pytest.raises(CannotPoll, match="NOT_FOUND"):
        look(quiet)


# ---- pages


def listed(*pages: Json) -> list[Event]:
    asked: list[str] = []

    async def send(call: Call) -> Json:
        asked.append(call.arguments[2])
        return pages[min(len(asked), len(pages)) - 1]

    found = asyncio.run(returns_since(send, "reveni", date(2026, 3, 1)))
    assert asked == [str(number) for number in range(1, len(pages) + 1)]
    return found


def row(name: str, changed: str | None) -> dict[str, Json]:
    return {"id": name, "status": "received", "updated_at": changed}


def test_changes_come_oldest_first_and_each_once() -> None:
    first: Json = {"results": [row("b", "2026-03-02T10:00:00Z"), row("c", None)], "next": "…?page=2"}
    second: Json = {"results": [row("b", "2026-03-02T10:00:00Z"), row("a", "2026-03-01T10:00:00Z"), {}], "next": None}
    assert [event.subject for event in listed(first, second)] == ["c", "a", "b"]


def test_a_platform_that_does_not_know_pages_is_found_out() -> None:
    same: Json = {"results": [row("a", "2026-03-01T10:00:00Z")], "next": "…?page=2"}
    with pytest.raises(CallFailed, match="does not page"):
        listed(same, same)
