"""The outcome of a call is on the disk before the next call of its return, in whichever commit it gets there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

import pytest

from retoure.connectors.port import Call, Json, Settled
from retoure.delivery.errors import StoreUnavailable
from retoure.delivery.facts import Fact, TryEnded
from retoure.delivery.ledger import Effect
from retoure.delivery.store.port import Attempt, Conclusion
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner

from .conftest import Bench

CALLS = ("refunds.send", "mails.send", "notes.set")


def full(bench: Bench) -> Any:
    return bench.returned(refund="a", mail="hello", note="x")


def test_each_call_finds_what_came_before_it_stored(bench: Bench) -> None:
    seen: list[list[str]] = []

    def look(call: Call) -> Any:
        seen.append(bench.effects())

    for operation in CALLS:
        bench.shop.always(operation, look)
    bench.deliver(full(bench))
    assert seen == [
        ["sending", "waiting", "waiting"],
        ["applied", "sending", "waiting"],
        ["applied", "applied", "sending"],
    ]
    assert bench.effects() == ["applied"] * 3


def test_outcomes_are_told_in_order_and_once_they_are_stored(bench: Bench) -> None:
    told: list[tuple[str, str]] = []

    async def story(runner: AsyncRunner) -> None:
        def observe(fact: Fact) -> None:
            if isinstance(fact, TryEnded):
                told.append((fact.effect.operation, bench.effects()[fact.effect.id - 1]))

        runner.observe(observe)
        await runner.submit(full(bench))
        await runner.drain()

    bench.run(story)
    assert told == [(f"shop.{operation}", "applied") for operation in CALLS]


def test_no_call_is_made_after_an_outcome_that_could_not_be_stored(bench: Bench) -> None:
    """Nor is it noted as begun, since nobody could tell later that it was not."""

    async def story(runner: AsyncRunner) -> None:
        conclude = runner.store.conclude

        def broken(*args: Any) -> None:
            raise StoreUnavailable("the disk is full")

        runner.store.conclude = broken  # type: ignore[method-assign, assignment]
        bench.shop.settles("refunds.send", Settled.APPLIED)
        await runner.submit(bench.returned(refund="a", mail="hello"))
        with pytest.raises(StoreUnavailable, match="full"):
            await runner.drain()
        runner.store.conclude = conclude  # type: ignore[method-assign]
        assert (bench.effects(), bench.sent("mails.send")) == (["sending", "waiting"], [])
        await runner.drain()

    bench.run(story)
    assert bench.effects() == ["applied", "applied"]
    assert [len(bench.sent(operation)) for operation in CALLS[:2]] == [1, 1]


def test_a_fault_of_the_next_call_takes_nothing_from_the_last(bench: Bench) -> None:
    def broken(call: Call) -> Any:
        raise RuntimeError("out of cheese")

    bench.shop.plans("mails.send", broken)
    bench.deliver(full(bench))
    assert bench.effects() == ["applied", "held", "applied"]


class Noting(SqliteStore):
    """Notes what calls are concluded and begun in each group."""

    groups: ClassVar[list[list[str]]] = []

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        Noting.groups.append([])
        with super().together() as finish:
            yield finish

    def conclude(self, effect: Effect, attempt: Attempt, conclusion: Conclusion, at: datetime) -> None:
        Noting.groups[-1].append(f"end of {effect.id}")
        super().conclude(effect, attempt, conclusion, at)

    def begin(self, effect: Effect, plan: Json, at: datetime) -> bool:
        if Noting.groups:
            Noting.groups[-1].append(f"begin of {effect.id}")
        return super().begin(effect, plan, at)


def test_an_outcome_and_the_next_intent_share_a_commit(tmp_path: Path) -> None:
    Noting.groups.clear()
    bench = Bench(partial(Noting, tmp_path / "retoure.db"))
    bench.deliver(full(bench))
    assert ["end of 1", "begin of 2"] in Noting.groups
    assert any(group[:2] == ["end of 2", "begin of 3"] for group in Noting.groups)


def test_while_the_next_call_is_planned_the_outcome_is_stored_already(file_bench: Bench) -> None:
    bench = file_bench

    async def story(runner: AsyncRunner) -> None:
        plan, found = bench.shop.plan, asyncio.Event()

        async def slow(call: Call) -> Any:
            if call.operation == "mails.send":
                while bench.effects()[0] != "applied":
                    await asyncio.sleep(0.01)
                found.set()
            return await plan(call)

        bench.shop.plan = slow  # type: ignore[method-assign]
        await runner.submit(bench.returned(refund="a", mail="hello"))
        await asyncio.wait_for(runner.drain(), 30)
        assert found.is_set()

    bench.run(story)
