"""Effects whose answer later steps use: the subject is decided again as soon as the answer is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from retoure.connectors.port import Call, Settled
from retoure.delivery.store.port import Resolution
from retoure.delivery.store.sql import SqlStore
from retoure.runner import AsyncRunner

from .conftest import LOST, START, Bench

NOTED = {"order": "4711", "name": "return", "text": "exchanged"}


@pytest.fixture(autouse=True)
def numbered(bench: Bench) -> None:
    bench.shop.always("orders.create", {"number": "4711"})


def causes(bench: Bench) -> list[str]:
    return [row["cause"] for row in bench.ask(lambda store: store.story("r1")).decisions]


def test_the_answer_is_used_at_once(bench: Bench) -> None:
    bench.deliver(bench.returned(create="shoes"))
    assert bench.sent("notes.set") == [NOTED]
    assert (len(bench.sent("orders.create")), causes(bench)) == (1, ["event", "answer"])
    assert bench.ask(lambda store: store.next_due()) is None


def test_the_answer_stays_in_the_ledger(bench: Bench) -> None:
    bench.deliver(bench.returned(create="shoes"))
    state = bench.ask(lambda store: store.state("r1"))
    assert state.ledger["shop.orders.create(r1)"].answer == {"number": "4711"}


def test_an_answer_that_comes_late_is_used_then(bench: Bench) -> None:
    bench.shop.fails("orders.create", "UNAVAILABLE", times=2)
    bench.deliver(bench.returned(create="shoes"), wait=True)
    assert bench.sent("notes.set") == [NOTED]


def test_other_effects_wait_for_the_new_decision_and_are_sent(bench: Bench) -> None:
    bench.deliver(bench.returned(create="shoes", note="x", stock={"A": 1}))
    assert sorted(bench.effects()) == ["applied"] * 4
    assert len(causes(bench)) == 2


def test_an_effect_that_is_not_awaited_sets_nothing_off(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a", note="x"))
    assert causes(bench) == ["event"]


def test_a_persons_word_that_it_happened_counts_as_well(bench: Bench) -> None:
    bench.shop.fails("orders.create", "INVALID")
    bench.deliver(bench.returned(create="shoes"))
    bench.ask(lambda store: store.resolve(1, Resolution.APPLIED, "made by hand", START))
    bench.deliver()
    assert causes(bench) == ["event", "answer"]
    assert [reason for _, reason, _ in bench.open_holds()] == [LOST.reason]


def test_the_next_event_uses_it_as_well(bench: Bench) -> None:
    bench.deliver(bench.returned(create="shoes"))
    bench.deliver(bench.returned(version=2, create="shoes"))
    assert (bench.sent("notes.set"), len(bench.sent("orders.create"))) == ([NOTED], 1)


def test_an_answer_that_comes_while_deciding_is_not_lost(bench: Bench) -> None:
    """A person settles the effect after the state was read and before the decision is stored."""
    bench.shop.fails("orders.create", "INVALID")
    bench.deliver(bench.returned(create="shoes"))
    decide = bench.mapping.decide
    raced: list[None] = []

    def slow(occurrence: Any, state: Any) -> Any:
        decision = decide(occurrence, state)
        if not raced:
            raced.append(None)
            bench.ask(lambda store: store.resolve(1, Resolution.APPLIED, "made by hand", START))
        return decision

    bench.mapping.decide = slow  # type: ignore[method-assign]
    bench.deliver(bench.returned(version=2, create="shoes"))
    assert causes(bench) == ["event", "event", "answer"]


# --- crashes


class Killed(BaseException):
    """The process ends here."""


class Mortal:
    """A store whose process is killed before the given call of it."""

    def __init__(self, store: SqlStore, left: int) -> None:
        self._store = store
        self.left = left

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        return self._counted(found) if callable(found) and name not in ("close", "listen") else found

    def _counted(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                raise Killed
            return method(*args, **kwargs)

        return called


def killed(bench: Bench, left: int) -> bool:
    """Works until the given call of the store; whether it came that far."""
    runner = bench.runner
    bench.runner = lambda **options: replaced(runner(**options), Mortal(bench.look(), left))  # type: ignore[method-assign]
    try:
        bench.deliver(wait=True)
    except Killed:
        return True
    finally:
        bench.runner = runner  # type: ignore[method-assign]
    return False


def replaced(runner: AsyncRunner, store: Any) -> AsyncRunner:
    runner.store.close()
    runner.store = store
    object.__setattr__(runner._context, "store", store)
    return runner


@pytest.mark.parametrize("crash", range(1, 60))
def test_a_crash_anywhere_loses_and_doubles_nothing(bench: Bench, crash: int) -> None:
    async def accepted(runner: AsyncRunner) -> None:
        await runner.submit(bench.returned(create="shoes"))

    async def settle(call: Call, plan: Any = None) -> Settled:
        return Settled.APPLIED if call.operation == "orders.create" else Settled.NOT_APPLIED

    bench.run(accepted)
    bench.shop.settle = settle  # type: ignore[method-assign]
    killed(bench, crash)
    made_before = len(bench.sent("orders.create"))
    unknown = "sending" in bench.effects()
    if unknown and not made_before:
        bench.shop.settle = bench.shop.__class__.settle.__get__(bench.shop)  # type: ignore[method-assign]
        bench.shop.settles("orders.create", Settled.NOT_APPLIED)
    bench.deliver(wait=True)
    assert len(bench.sent("orders.create")) == 1
    noted, holds = bench.sent("notes.set"), [reason for _, reason, _ in bench.open_holds()]
    lost = unknown and made_before and not noted
    assert (noted[:1], holds) == (([], [LOST.reason]) if lost else ([NOTED], []))
