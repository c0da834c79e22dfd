"""What lost webhooks would have told, asked for: pages, the cursor saved with the events, and a look cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure import AsyncRunner, DeploymentInvalid, load_deployment
from retoure.connectors.port import Call, CallFailed, Event, Json
from retoure.connectors.reveni.listing import returns_since
from retoure.polling import CannotPoll, NotAnswered, Polled, poll
from retoure.testing.clock import JumpingClock

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
            return await runner.newest_polled("reveni")

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


# --- by a schedule


@pytest.fixture
def scheduled(quiet: Shop) -> Shop:
    """The same, asked every six hours by whoever works."""
    text, token = quiet.file.read_text(encoding="utf-8"), "    credentials: {token: env:REVENI_TOKEN}\n"
    assert token in text
    quiet.file.write_text(text.replace(token, f"{token}    poll: {{every: 6h, back: 30d}}\n"), encoding="utf-8")
    return quiet


def test_a_running_worker_asks_by_itself(scheduled: Shop) -> None:
    scheduled.returned(scheduled.ordered())

    async def run() -> None:
        async with AsyncRunner.from_deployment(scheduled.file) as runner:
            work = asyncio.create_task(runner.run())
            while not scheduled.refunds():
                assert not work.done()
                await asyncio.sleep(0.02)
            runner.stop()
            await work

    asyncio.run(run())


def asked(running: Shop, *moments: datetime) -> None:
    """Another process at each of these moments asks what is due, and works it off."""

    async def run(at: datetime) -> None:
        async with AsyncRunner.from_deployment(running.file, clock=JumpingClock(at)) as runner:
            await runner.poll_due()
            await runner.drain()

    for at in moments:
        asyncio.run(run(at))


@pytest.mark.parametrize(("hours", "refunds"), [(5, 1), (6, 2)])
def test_it_asks_again_when_its_time_has_passed_whatever_was_restarted(
    scheduled: Shop, hours: int, refunds: int
) -> None:
    now = datetime.now(UTC)
    scheduled.returned(scheduled.ordered())
    asked(scheduled, now)
    scheduled.returned(scheduled.ordered())
    asked(scheduled, now + timedelta(hours=hours))
    assert len(scheduled.refunds()) == refunds


def test_a_platform_that_does_not_answer_is_asked_again_soon(scheduled: Shop, caplog: pytest.LogCaptureFixture) -> None:
    scheduled.returned(scheduled.ordered())
    scheduled.fault(scheduled.reveni, kind="status", status=503, path="returns", times=1)

    async def run() -> None:
        clock = JumpingClock(datetime.now(UTC))
        async with AsyncRunner.from_deployment(scheduled.file, clock=clock) as runner:
            for later in (timedelta(0), timedelta(minutes=4), timedelta(minutes=1)):
                clock.time += later
                await runner.poll_due()
                events.append(sum((await runner.status()).events.values()))

    events: list[int] = []
    asyncio.run(run())
    assert events == [0, 0, 1]
    assert "poll reveni: reveni could not be asked" in caplog.text


def test_what_cannot_be_asked_is_a_mistake_of_the_file(scheduled: Shop) -> None:
    text = scheduled.file.read_text(encoding="utf-8")
    asks = "    credentials: {token: env:SCAYLE_TOKEN}\n"
    scheduled.file.write_text(text.replace(asks, f"{asks}    poll: {{every: 1h}}\n"), encoding="utf-8")
    with pytest.raises(DeploymentInvalid, match=r"systems\.scayle\.poll: `scayle` cannot be asked what has changed"):
        load_deployment(scheduled.file)
