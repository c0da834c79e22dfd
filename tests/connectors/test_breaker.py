"""The circuit breaker alone, on a clock that is moved by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from retoure.connectors.breaker import Breaker, BreakerPace, BreakerState, Guarded
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, CallFailed, ErrorClass

PACE = BreakerPace(failures=3, rest=10.0, longest=30.0, full=4)
CALL = Call("notes.set", body={"text": "x"})


class Bench:
    """A platform behind a breaker."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 10, tzinfo=UTC)
        self.shop = MemoryConnector("shop")
        self.breaker = Breaker("shop", PACE, lambda: self.now)
        self.guarded = Guarded(self.shop, self.breaker)

    @property
    def state(self) -> str:
        return self.breaker.state.value

    @property
    def asked(self) -> int:
        """How many calls reached the platform."""
        return len(self.shop.calls)

    async def send(self) -> str:
        """The error class of a call, empty when it went well."""
        try:
            await self.guarded.send(CALL)
        except CallFailed as failure:
            return failure.error
        return ""

    async def outage(self, failures: int = PACE.failures) -> None:
        self.shop.fails(CALL.operation, ErrorClass.UNAVAILABLE, times=failures)
        for _ in range(failures):
            assert await self.send() == ErrorClass.UNAVAILABLE

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def story(told: Callable[[Bench], Awaitable[None]]) -> Callable[[], None]:
    """A test on a bench of its own."""

    def test() -> None:
        async def whole() -> None:
            await told(Bench())

        asyncio.run(whole())

    return test


@story
async def test_an_outage_costs_few_calls(bench: Bench) -> None:
    await bench.outage()
    assert [await bench.send() for _ in range(50)] == [ErrorClass.UNAVAILABLE] * 50
    assert (bench.asked, bench.breaker.state) == (PACE.failures, BreakerState.OPEN)


@story
async def test_what_is_refused_says_when_to_come_back(bench: Bench) -> None:
    await bench.outage()
    bench.later(4)
    with pytest.raises(CallFailed, match="shop did not answer 3 times in a row; it is asked again in 6 s") as refused:
        await bench.guarded.send(CALL)
    assert (refused.value.retry_after, refused.value.outcome_unknown) == (6.0, False)


@story
async def test_refusals_are_answers(bench: Bench) -> None:
    bench.shop.fails(CALL.operation, ErrorClass.RATE_LIMITED, times=20)
    assert [await bench.send() for _ in range(20)] == [ErrorClass.RATE_LIMITED] * 20
    assert bench.breaker.state is BreakerState.CLOSED


@story
async def test_failures_apart_from_each_other_do_not_open_it(bench: Bench) -> None:
    for _ in range(10):
        await bench.outage(PACE.failures - 1)
        assert await bench.send() == ""
    assert bench.breaker.state is BreakerState.CLOSED


@story
async def test_each_probe_that_fails_doubles_the_rest(bench: Bench) -> None:
    await bench.outage()
    rests = []
    for wait in (10, 20, 30):
        bench.later(wait)
        await bench.outage(1)
        with pytest.raises(CallFailed) as refused:
            await bench.guarded.send(CALL)
        rests.append(refused.value.retry_after)
    assert rests == [20.0, 30.0, 30.0]


@story
async def test_recovery_lets_in_one_then_two_then_all(bench: Bench) -> None:
    await bench.outage()
    bench.later(10)
    under_way, most = 0, []

    async def call() -> None:
        nonlocal under_way
        await bench.breaker.admit()
        under_way += 1
        most.append(under_way)
        await asyncio.sleep(0)
        under_way -= 1
        await bench.breaker.done(True)

    await asyncio.gather(*(call() for _ in range(8)))
    assert (most[0], max(most[1:3])) == (1, 2)
    assert bench.breaker.state is BreakerState.CLOSED


@story
async def test_those_that_wait_pass_in_rounds_that_double(bench: Bench) -> None:
    """One call, two, four: a platform that is hardly back is not stormed by all that waited."""
    breaker = Breaker("shop", BreakerPace(failures=1, rest=10.0, full=16), lambda: bench.now)
    await breaker.admit()
    await breaker.done(False)
    bench.later(10)
    abreast: list[int] = []
    under_way = 0

    async def call() -> None:
        nonlocal under_way
        await breaker.admit()
        under_way += 1
        abreast.append(under_way)
        for _ in range(40):
            await asyncio.sleep(0)
        under_way -= 1
        await breaker.done(True)

    await asyncio.gather(*(call() for _ in range(40)))
    rounds = (abreast[:1], abreast[1:3], abreast[3:7], abreast[7:15])
    assert [max(each) for each in rounds] == [1, 2, 4, 8]
    assert breaker.state is BreakerState.CLOSED


@story
async def test_a_call_that_was_cut_off_gives_its_place_back(bench: Bench) -> None:
    await bench.outage()
    bench.later(10)
    await bench.breaker.admit()
    await bench.breaker.done(None)
    assert bench.state == "probing"
    assert await bench.send() == ""
    assert bench.state == "recovering"


@story
async def test_a_plan_that_asked_nobody_proves_nothing(bench: Bench) -> None:
    await bench.outage()
    bench.later(10)
    assert await bench.guarded.plan(CALL) is None
    assert bench.breaker.state is BreakerState.PROBING
