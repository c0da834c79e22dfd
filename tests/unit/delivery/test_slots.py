"""Places to work, shared by tenants: who gets the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from retoure.delivery.slots import Slots


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Works:
    """Works of tenants: each takes a place, is noted in `order`, and ends when it is told to."""

    def __init__(self, slots: Slots) -> None:
        self.order: list[str] = []
        self._slots = slots
        self._ends: list[tuple[str, asyncio.Event]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def want(self, tenant: str, number: int = 1) -> None:
        """So many works of a tenant want a place."""
        self.tasks += [asyncio.create_task(self._work(tenant)) for _ in range(number)]
        await settled()

    async def _work(self, tenant: str) -> None:
        async with self._slots.one(tenant):
            end = asyncio.Event()
            self.order.append(tenant)
            self._ends.append((tenant, end))
            await end.wait()

    async def end(self, which: Callable[[str], bool] = lambda tenant: True) -> None:
        """The oldest work that fits ends."""
        found = next(one for one in self._ends if which(one[0]))
        self._ends.remove(found)
        found[1].set()
        await settled()

    async def end_all(self) -> None:
        while self._ends:
            await self.end()
        await asyncio.gather(*self.tasks)


async def settled() -> None:
    """Everything that can go on without an event from outside has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.anyio
async def test_one_tenant_may_have_all_places() -> None:
    works = Works(Slots(3))
    await works.want("", 5)
    assert works.order == [""] * 3
    await works.end_all()
    assert works.order == [""] * 5


@pytest.mark.anyio
async def test_a_backlog_leaves_one_place_to_others() -> None:
    works = Works(Slots(4, shared=True))
    await works.want("large", 10_000)
    assert works.order == ["large"] * 3
    await works.want("small")
    assert works.order[3:] == ["small"]
    for task in works.tasks:
        task.cancel()


@pytest.mark.anyio
async def test_the_next_place_goes_to_who_has_the_fewest() -> None:
    works = Works(Slots(4, shared=True))
    await works.want("large", 100)
    await works.want("small", 100)
    for _ in range(40):
        await works.end()
    assert 18 <= works.order[-40:].count("small") <= 22
    for task in works.tasks:
        task.cancel()


@pytest.mark.anyio
async def test_equals_take_turns_and_nobody_starves() -> None:
    works = Works(Slots(1, shared=True))
    for tenant in "abc":
        await works.want(tenant, 3)
    await works.end_all()
    assert "".join(works.order) == "abcabcabc"


@pytest.mark.anyio
async def test_places_that_hang_do_not_stop_the_first_work_of_another() -> None:
    """Both platforms of `down` and `slow` hang: what others want goes on in the places that are left."""
    works = Works(Slots(8, shared=True))
    await works.want("down", 100)
    for _ in range(20):
        await works.want("well")
        assert works.order[-1] == "well"
        await works.end(lambda tenant: tenant == "well")
    assert works.order.count("down") == 7
    for task in works.tasks:
        task.cancel()


@pytest.mark.anyio
async def test_who_is_cancelled_leaves_its_place_and_its_turn() -> None:
    slots = Slots(1)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(slots.one("a"))
        waiting = asyncio.create_task(_through(slots, "b"))
        await settled()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    for name in "abc":
        await asyncio.wait_for(_through(slots, name), 10)


@pytest.mark.anyio
async def test_a_place_that_was_given_to_a_cancelled_work_is_not_lost() -> None:
    slots = Slots(1)
    stack = AsyncExitStack()
    await stack.enter_async_context(slots.one("a"))
    waiting = asyncio.create_task(_through(slots, "b"))
    await settled()
    await stack.aclose()  # the place is b's from here on, and b does not know yet
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.wait_for(_through(slots, "c"), 10)


async def _through(slots: Slots, tenant: str) -> None:
    async with slots.one(tenant):
        pass
