"""Money and goods go before notes, and nothing waits for ever."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from retoure import Accepted, AsyncRunner
from retoure.delivery.facts import Fact, TryEnded
from retoure.delivery.priorities import HANDICAP, Priority, priority_of
from retoure.delivery.store.codec import stamp
from retoure.delivery.store.sql import SqlStore
from retoure.types.load import load_system

from .conftest import START, Bench

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("operation", "wanted"),
    [
        ("return_items.send", Priority.MOVES),
        ("stock.add", Priority.MOVES),
        ("orders.create", Priority.MOVES),
        ("orders.annotate", Priority.NOTES),
        ("orders.billing_status", Priority.NOTES),
    ],
)
def test_the_class_comes_from_what_the_manifest_declares(operation: str, wanted: Priority) -> None:
    assert priority_of(load_system("scayle/admin-v1").operations[operation]) is wanted


def waiting(bench: Bench, refund_at: timedelta = 2 * MINUTE) -> None:
    """A mail that fell due after a minute, and a refund that did later; both were tried before."""
    for subject in ("mail", "refund"):
        bench.shop.fails(f"{subject}s.send", "UNAVAILABLE", times=1)
        content: dict[str, Any] = {subject: "a"}
        bench.deliver(bench.returned(subject, **content))
    bench.ask(lambda store: _fall_due(store, {"mail": MINUTE, "refund": refund_at}))


def _fall_due(store: SqlStore, after: dict[str, timedelta]) -> None:
    with store._data.transaction() as db:
        for subject, moment in after.items():
            db.execute("UPDATE effects SET due_at = ? WHERE subject = ?", (stamp(START + moment), subject))


def due(bench: Bench, after: timedelta) -> tuple[str, ...]:
    return bench.ask(lambda store: store.due_subjects(START + after))


def test_a_refund_goes_before_a_mail_that_waits_longer(bench: Bench) -> None:
    waiting(bench)
    assert due(bench, 10 * MINUTE) == ("refund", "mail")
    bench.shop.calls.clear()
    bench.clock.time = START + 10 * MINUTE
    bench.deliver(concurrency=1)
    assert [call.operation for call in bench.shop.calls] == ["refunds.send", "mails.send"]


def test_a_mail_that_waited_long_goes_first(bench: Bench) -> None:
    waiting(bench, refund_at=2 * MINUTE + HANDICAP)
    assert due(bench, 30 * MINUTE) == ("mail", "refund")


def test_what_is_not_decided_yet_may_be_about_money(bench: Bench) -> None:
    waiting(bench)
    fresh = bench.returned("fresh")
    bench.ask(lambda store: store.accept(fresh, START + 3 * MINUTE))
    assert due(bench, 10 * MINUTE) == ("refund", "fresh", "mail")


def test_money_that_comes_late_does_not_wait_for_all_notes(bench: Bench) -> None:
    """Forty mails are due; a return that is heard of after the first of them is refunded before the last ones."""
    for number in range(40):
        bench.shop.fails("mails.send", "UNAVAILABLE", times=1)
        bench.deliver(bench.returned(f"mail{number}", mail="hello"))
    bench.shop.calls.clear()
    bench.clock.time = START + 2 * MINUTE

    async def story(runner: AsyncRunner) -> None:
        heard: list[asyncio.Task[Accepted]] = []

        def hear(fact: Fact) -> None:
            if isinstance(fact, TryEnded) and not heard:
                heard.append(asyncio.create_task(runner.submit(bench.returned("late", refund="a"))))

        runner.observe(hear)
        await runner.drain()

    bench.run(story, concurrency=1)
    calls = [call.operation for call in bench.shop.calls]
    assert (len(calls), calls.index("refunds.send") < 20) == (41, True)
