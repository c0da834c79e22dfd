"""The rate budget, with a clock and a sleep of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from retoure.connectors.budget import RateBudget
from retoure.connectors.port import CallFailed


class Time:
    """A clock that moves only when somebody sleeps or says so."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def told(remaining: int, reset: float, scope: str = "ordersRead") -> Mapping[str, str]:
    return {
        "x-ratelimit-scope": scope,
        "x-ratelimit-remaining": str(remaining),
        "x-ratelimit-reset": str(reset),
    }


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def budget(time: Time) -> RateBudget:
    return RateBudget(5.0, clock=time.clock, sleep=time.sleep)


def admit(budget: RateBudget, scope: str = "ordersRead", times: int = 1) -> None:
    async def run() -> None:
        for _ in range(times):
            await budget.admit(scope)

    asyncio.run(run())


def test_a_short_wait_is_waited(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(0, 3))
    admit(budget, times=2)
    assert time.slept == [3.0]


def test_a_long_wait_goes_back_to_the_caller(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(0, 42))
    with pytest.raises(CallFailed) as caught:
        admit(budget)
    assert (caught.value.error, caught.value.retry_after, time.slept) == ("RATE_LIMITED", 42.0, [])
    assert caught.value.outcome_unknown is False


def test_calls_on_their_way_are_counted(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(2, 4))
    admit(budget, times=2)
    assert time.slept == []
    admit(budget)
    assert time.slept == [4.0]


def test_scopes_are_apart(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(0, 60))
    admit(budget, "ordersWrite")
    assert time.slept == []


def test_a_refusal_empties_the_scope_whatever_it_says(budget: RateBudget) -> None:
    budget.learn("ordersRead", 429, told(7, 60))
    with pytest.raises(CallFailed):
        admit(budget)


def test_an_overtaken_answer_does_not_give_calls_back(budget: RateBudget) -> None:
    budget.learn("ordersRead", 200, told(0, 60))
    budget.learn("ordersRead", 200, told(5, 60))
    with pytest.raises(CallFailed):
        admit(budget)


def test_a_refusal_says_itself_how_long(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(700, 59))
    budget.learn("ordersRead", 429, told(0, 1))
    admit(budget, times=2)
    assert time.slept == [1.0]


def test_a_new_window_starts_afresh(budget: RateBudget, time: Time) -> None:
    budget.learn("ordersRead", 200, told(0, 60))
    time.now += 61
    budget.learn("ordersRead", 200, told(299, 60))
    admit(budget, times=10)
    assert time.slept == []


def test_a_platform_without_such_headers_is_never_slowed(budget: RateBudget, time: Time) -> None:
    budget.learn("", 429, {})
    budget.learn("x", 200, {"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon"})
    admit(budget, "", 3)
    admit(budget, "x", 3)
    assert time.slept == []


def test_the_scope_of_the_manifest_and_of_the_answer_are_both_noted(budget: RateBudget) -> None:
    budget.learn("ordersRead", 429, told(0, 60, "globalRead"))
    for scope in ("ordersRead", "globalRead"):
        with pytest.raises(CallFailed):
            admit(budget, scope)
