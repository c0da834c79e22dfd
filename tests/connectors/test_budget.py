"""The rate budget, with a clock and a sleep of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from retoure.connectors.budget import Limit, RateBudget, SharedBudget, TillClosed
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


# -- together with others ---------------------------------------------------------------------------------------------


class Counter:
    """A till that says how long to wait, in turn, and remembers what it was told."""

    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.noted: list[tuple[Limit | None, bool]] = []

    def take(self, scope: str) -> float:
        if not self.waits:
            raise TillClosed("the database is away")
        return self.waits.pop(0)

    def note(self, scope: str, limit: Limit | None, *, empty: bool = False) -> None:
        self.noted.append((limit, empty))


def limited(remaining: int, reset: float, most: int = 7) -> Mapping[str, str]:
    return {**told(remaining, reset), "x-ratelimit-limit": str(most)}


def shared(time: Time, till: Counter) -> SharedBudget:
    return SharedBudget(till, 5.0, clock=time.clock, sleep=time.sleep)


def test_a_call_that_others_used_up_is_waited_for_and_asked_for_again(time: Time) -> None:
    till = Counter(2.0, 1.0, 0.0)
    admit(shared(time, till))
    assert (time.slept, till.waits) == ([2.0, 1.0], [])


def test_a_long_wait_for_the_till_goes_back_to_the_caller(time: Time) -> None:
    with pytest.raises(CallFailed) as failed:
        admit(shared(time, Counter(3.0, 40.0)))
    assert failed.value.retry_after == 40.0
    assert time.slept == [3.0]


def test_while_the_till_is_closed_each_counts_alone(time: Time) -> None:
    budget = shared(time, Counter())
    budget.learn("ordersRead", 200, limited(0, 60))
    with pytest.raises(CallFailed):
        admit(budget)
    admit(budget, "ordersWrite", times=2)


def test_the_till_is_told_of_new_windows_and_of_refusals_only(time: Time) -> None:
    till = Counter()
    budget = shared(time, till)

    async def answers() -> None:
        for status, headers in ((200, limited(6, 60)), (200, limited(5, 60)), (429, limited(0, 60)), (200, {})):
            await budget.learned("ordersRead", status, headers)
        time.now += 90
        await budget.learned("ordersRead", 200, limited(6, 60))

    asyncio.run(answers())
    assert till.noted == [(Limit(7, 6, 60), False), (Limit(7, 0, 60), True), (None, False), (Limit(7, 6, 60), False)]


def test_without_a_scope_no_till_is_asked(time: Time) -> None:
    till = Counter(9.0)
    admit(shared(time, till), "", times=3)
    assert till.waits == [9.0]
