"""A tenant whose platform hangs, or who has a long backlog, does not hold up another one: seen by order and counts."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from retoure import AsyncRunner, Status, Tenants
from retoure.delivery.facts import DecisionMade, Fact

from .conftest import Street, street

BACKLOG = 24
PLACES = 8


@dataclass
class Gate:
    """In front of a SCAYLE: every call waits until it is opened. `within` counts those that wait."""

    opened: threading.Event = field(default_factory=threading.Event)
    within: int = 0

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and "/_sim" not in scope["path"]:
                self.within += 1
                await asyncio.to_thread(self.opened.wait)
            await app(scope, receive, send)

        return guarded


async def accepted(shops: Street, tenant: str, runner: AsyncRunner, number: int) -> None:
    shop = shops.shops[tenant]
    order = shop.ordered(quantity=number)
    for _ in range(number):
        await runner.accept("reveni", *shops.message(tenant, shop.returned(order)))


async def done(runner: AsyncRunner, number: int) -> None:
    """Returns once so many events of the runner are decided and nothing of it is still to be done."""
    async with asyncio.timeout(60):
        while not _is_done(await runner.status(), number):
            await asyncio.sleep(0.02)


def _is_done(found: Status, number: int) -> bool:
    return found.events.get("done", 0) >= number and found.effects.keys().isdisjoint({"waiting", "sending"})


async def reached(gate: Gate, number: int) -> None:
    async with asyncio.timeout(60):
        while gate.within < number:
            await asyncio.sleep(0.02)


@pytest.mark.anyio
async def test_a_platform_that_hangs_keeps_nobody_else_from_working(tmp_path: Path) -> None:
    gate = Gate()
    with street(tmp_path, before=gate) as shops:
        try:
            async with await shops.tenants() as tenants:
                de, fr = tenants.runners.values()
                await accepted(shops, "de", de, BACKLOG)
                working = asyncio.create_task(tenants.run())
                await reached(gate, PLACES - 1)
                for number in range(1, 4):
                    await accepted(shops, "fr", fr, 1)
                    await done(fr, number)
                assert len(shops.shops["fr"].refunds()) == 3
                assert shops.shops["de"].refunds() == []
                gate.opened.set()
                tenants.stop()
                await working
        finally:
            gate.opened.set()


@pytest.mark.anyio
async def test_a_single_return_does_not_wait_for_a_backlog(shops: Street) -> None:
    """The tenant with the backlog is asked first; the single return is through before a few of it are."""
    async with await shops.tenants() as tenants:
        de, fr = tenants.runners.values()
        await accepted(shops, "de", de, BACKLOG)
        await accepted(shops, "fr", fr, 1)
        before = await _decided_when_the_other_is_done(tenants, de, fr)
        assert before <= 3 * PLACES
        assert (await tenants.status()).events == {"done": BACKLOG + 1}


async def _decided_when_the_other_is_done(tenants: Tenants, de: AsyncRunner, fr: AsyncRunner) -> int:
    order: list[str] = []
    for runner in (de, fr):
        runner.observe(partial(_note, order, runner.tenant))
    await tenants.drain()
    return order.index("fr")


def _note(order: list[str], tenant: str, fact: Fact) -> None:
    if isinstance(fact, DecisionMade):
        order.append(tenant)


@pytest.mark.anyio
async def test_when_the_work_of_one_breaks_down_the_others_go_on(
    shops: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await shops.tenants() as tenants:
        de, fr = tenants.runners.values()

        async def broken() -> None:
            raise RuntimeError("the books of de are damaged")

        monkeypatch.setattr(de, "run", broken)
        working = asyncio.create_task(tenants.run())
        await accepted(shops, "fr", fr, 1)
        await done(fr, 1)
        assert (de.working, fr.working) == (False, True)
        tenants.stop()
        await working
