"""Deciding again because time passed: once, late rather than never, from the last record, with fresh reads."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from retoure.connectors.port import Event
from retoure.delivery.clock import SystemClock
from retoure.runner import AsyncRunner

from .conftest import START, Bench

TOO_LONG = ("decision", "still received", "desk")
DAY = timedelta(days=1)


def received(bench: Bench, version: int = 1, **content: Any) -> Event:
    return bench.returned(version=version, **{"stage": "received", "hours": 48, **content})


def causes(bench: Bench, subject: str = "r1") -> list[str]:
    return [row["cause"] for row in bench.ask(lambda store: store.story(subject)).decisions]


def test_a_subject_is_decided_again_when_its_time_has_come(bench: Bench) -> None:
    bench.deliver(received(bench))
    assert bench.ask(lambda store: store.next_due()) == START + 2 * DAY
    bench.clock.time = START + 2 * DAY
    bench.deliver()
    assert bench.open_holds() == [TOO_LONG]
    assert causes(bench) == ["event", "wake"]


def test_it_is_not_decided_before(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.clock.time = START + 2 * DAY - timedelta(seconds=1)
    bench.deliver()
    assert (bench.open_holds(), causes(bench)) == ([], ["event"])


def test_late_rather_than_never_and_with_the_real_now(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.clock.time = START + 30 * DAY
    bench.deliver()
    assert bench.open_holds() == [TOO_LONG]
    assert bench.mapping.seen[-1][0].now == START + 30 * DAY


def test_it_fires_once_for_a_decision(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.clock.time = START + 3 * DAY
    for _ in range(3):
        bench.deliver()
    assert causes(bench) == ["event", "wake"]
    assert bench.ask(lambda store: store.next_due()) is None


def test_a_moment_that_was_seen_is_not_woken_for(bench: Bench) -> None:
    decide = bench.mapping.decide

    def stubborn(occurrence: Any, state: Any) -> Any:
        return replace(decide(occurrence, state), wake_at=START)

    bench.mapping.decide = stubborn  # type: ignore[method-assign]
    bench.deliver(received(bench))
    assert causes(bench) == ["event"]


def test_the_newest_decision_says_when_and_none_means_never(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.deliver(received(bench, 2, hours=72))
    assert bench.ask(lambda store: store.next_due()) == START + 3 * DAY
    bench.deliver(bench.returned(version=3, stage="approved"))
    assert bench.ask(lambda store: store.next_due()) is None


def test_an_older_version_changes_nothing_about_it(bench: Bench) -> None:
    late = Event("desk", "return_noted", "old", "r1", b"old", {"id": "r1", "version": 1})
    bench.deliver(received(bench, 2), late)
    assert bench.ask(lambda store: store.next_due()) == START + 2 * DAY


def test_no_platform_is_asked_for_the_record(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.desk.records["r1"] = {"id": "r1", "version": 9, "stage": "approved"}
    bench.clock.time = START + 2 * DAY
    bench.deliver()
    assert bench.desk.counts()["returns.get"] == 1
    assert bench.mapping.seen[-1][0].record["version"] == 1


def test_what_the_rules_read_is_read_afresh(bench: Bench) -> None:
    bench.shop.always("orders.get", {"items": [{"id": 11}]})
    bench.deliver(received(bench, order="1"))
    bench.clock.time = START + 2 * DAY
    bench.deliver()
    assert bench.shop.counts()["orders.get"] == 2
    assert [row["round"] for row in bench.ask(lambda store: store.story("r1")).decisions] == [0, 1]


def test_a_read_that_fails_then_waits_with_its_now(bench: Bench) -> None:
    bench.shop.always("orders.get", {"items": [{"id": 11}]})
    bench.deliver(received(bench, order="1"))
    bench.clock.time = START + 2 * DAY
    bench.shop.fails("orders.get", "UNAVAILABLE", times=2)
    bench.deliver()
    assert causes(bench) == ["event"]
    bench.deliver(wait=True)
    assert (causes(bench), bench.open_holds()) == (["event", "wake"], [TOO_LONG])
    assert bench.mapping.seen[-1][0].now == START + 2 * DAY
    assert bench.shop.counts()["orders.get"] == 4


def test_a_read_that_fails_for_good_leaves_a_letter(bench: Bench) -> None:
    bench.shop.always("orders.get", {"items": [{"id": 11}]})
    bench.deliver(received(bench, order="1"))
    bench.clock.time = START + 2 * DAY
    bench.shop.fails("orders.get", "INVALID", times=1)
    bench.deliver()
    (letter,) = bench.ask(lambda store: store.letters())
    assert (letter.id, letter.queue) == ("event-1", "failed")
    bench.ask(lambda store: store.replay(bench.clock.now(), letter=letter.id))
    bench.deliver()
    assert (bench.ask(lambda store: store.letters()), causes(bench)) == ((), ["event", "wake", "event"])


def test_a_mapping_that_breaks_then_holds_and_does_not_spin(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.clock.time = START + 2 * DAY
    decide, bench.mapping.decide = bench.mapping.decide, lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
    bench.deliver()
    (hold,) = bench.open_holds()
    assert hold[:2] == ("wake", "cannot be decided: ZeroDivisionError: division by zero (deciding again: wake)")
    bench.mapping.decide = decide  # type: ignore[method-assign]
    bench.deliver(received(bench, 2))
    assert bench.open_holds() == [TOO_LONG]


def test_the_hold_of_an_event_stays_while_the_old_record_is_decided_again(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.deliver(bench.returned(version=2, explode=True))
    bench.clock.time = START + 2 * DAY
    bench.deliver()
    assert [kind for kind, *_ in bench.open_holds()] == ["event", "decision"]


def test_a_drain_with_an_end_meets_what_falls_due_on_the_way(bench: Bench) -> None:
    bench.deliver(received(bench), until=START + 3 * DAY)
    assert bench.open_holds() == [TOO_LONG]
    assert bench.mapping.seen[-1][0].now == START + 2 * DAY
    assert bench.clock.now() == START + 3 * DAY


def test_waiting_for_retries_does_not_wait_for_a_wake(bench: Bench) -> None:
    bench.deliver(received(bench), wait=True)
    assert (causes(bench), bench.clock.now()) == (["event"], START)


def test_a_running_worker_wakes(bench: Bench) -> None:
    bench.clock.time = START.replace(year=2020)
    bench.deliver(received(bench))
    bench.clock = SystemClock()  # type: ignore[assignment]

    async def story(runner: AsyncRunner) -> None:
        running = asyncio.create_task(runner.run())
        while not (await runner.status()).holds:
            await asyncio.sleep(0.01)
        runner.stop()
        await running

    bench.run(story, poll=0.01)
    assert causes(bench) == ["event", "wake"]


# --- what is remembered


def test_moves_keep_their_moment(bench: Bench) -> None:
    bench.deliver(received(bench))
    bench.clock.time = START + DAY
    bench.deliver(bench.returned(version=2, stage="approved"))
    moves = [(entry.stage, entry.at) for entry in bench.ask(lambda store: store.state("r1")).entries]
    assert moves == [("received", START), ("approved", START + DAY)]


def test_what_changes_compares_is_remembered(bench: Bench) -> None:
    bench.deliver(bench.returned(watched={"carrier": "DHL"}))
    bench.deliver(bench.returned(version=2, watched=None))
    assert bench.mapping.seen[-1][1].seen == {"watched": {"carrier": "DHL"}}
    assert bench.ask(lambda store: store.state("r1")).seen == {"watched": None}
