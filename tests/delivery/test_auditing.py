"""Audits: what is compared, what is held and closed again, what is passed over, and when runs happen."""

from __future__ import annotations

import asyncio
import os
import signal
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import pytest

from retoure.connectors.port import CallFailed, Event
from retoure.delivery.auditing import AuditRun, Manner
from retoure.delivery.clock import SystemClock
from retoure.delivery.findings import NO_CURE, UNKNOWN
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.tending import audit_schedule
from retoure.runner import AsyncRunner

from .conftest import MISSING, START, Bench

DIFFERS = ("audit", "amount: 10 / 9", "finance")


def paid(bench: Bench, subject: str = "r1", version: int = 1, amount: int = 10, **content: Any) -> Event:
    return bench.returned(subject, version, **{"paid_for": f"o-{subject}", "amount": amount, **content})


def booked(bench: Bench, amount: int, subject: str = "r1") -> None:
    bench.shop.always("orders.get", {"amount": amount, "items": []}, arguments=(f"o-{subject}",))


def audited(bench: Bench, progress: Any = None, **options: Any) -> AuditRun:
    async def story(runner: AsyncRunner) -> AuditRun:
        return await runner.audit("money", progress)

    return bench.run(story, **options)


def causes(bench: Bench) -> list[str]:
    return [row["cause"] for row in bench.ask(lambda store: store.story("r1")).decisions]


def test_what_agrees_is_compared_and_nothing_else(bench: Bench) -> None:
    booked(bench, 10)
    bench.deliver(paid(bench))
    run = audited(bench)
    assert (run.total, run.compared, run.different, run.differences) == (1, 1, 0, ())
    assert bench.open_holds() == []


def test_a_difference_is_held_and_listed(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    (found,) = audited(bench).differences
    assert (found.subject, found.label, found.left, found.right) == ("r1", "amount", "10", "9")
    assert (found.team, str(found.place)) == ("finance", "returns.rmap:12")
    assert bench.open_holds() == [DIFFERS]
    (hold,) = bench.ask(lambda store: store.holds())
    assert (hold.rule, hold.key) == ("money", ("amount",))


def test_a_hold_is_opened_once_and_closes_when_the_difference_is_gone(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    audited(bench)
    audited(bench)
    assert bench.open_holds() == [DIFFERS]
    booked(bench, 10)
    audited(bench)
    (closed,) = bench.ask(lambda store: store.holds(closed=True))
    assert closed.closed_why == "the audit no longer finds it"


def test_a_new_decision_leaves_the_holds_of_an_audit_alone(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    audited(bench)
    bench.deliver(paid(bench, version=2))
    assert bench.open_holds() == [DIFFERS]


def test_what_a_person_closed_stays_closed_for_the_same_finding(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    audited(bench)
    bench.ask(lambda store: store.close_hold(1, "rounding", START))
    audited(bench)
    assert bench.open_holds() == []
    booked(bench, 8)
    audited(bench)
    assert bench.open_holds() == [("audit", "amount: 10 / 8", "finance")]


def test_a_skipped_difference_is_none(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench, then="skip"))
    assert (audited(bench).different, bench.open_holds()) == (0, [])


def test_reads_are_fresh_each_time(bench: Bench) -> None:
    booked(bench, 10)
    bench.deliver(paid(bench))
    audited(bench)
    audited(bench)
    assert bench.shop.counts()["orders.get"] == 2


# --- what the other system does not know


def test_an_unknown_record_is_held_as_the_audit_says(bench: Bench) -> None:
    bench.deliver(paid(bench, missing=True))
    run = audited(bench)
    assert ([found.label for found in run.differences], run.healed) == (["missing"], 0)
    assert bench.open_holds() == [("audit", MISSING.reason, "finance")]


def test_without_a_word_about_it_the_owner_is_told(bench: Bench) -> None:
    bench.deliver(paid(bench))
    audited(bench)
    assert bench.open_holds() == [("audit", UNKNOWN, "integration")]


def test_healing_decides_again_and_is_not_tried_for_ever(bench: Bench) -> None:
    bench.deliver(paid(bench, heal=True))
    run = audited(bench)
    assert (run.healed, run.different, bench.open_holds()) == (1, 0, [])
    bench.deliver()
    assert causes(bench) == ["event", "audit"]
    assert audited(bench).healed == 0
    assert bench.open_holds() == [("audit", NO_CURE, "integration")]
    booked(bench, 10)
    audited(bench)
    assert bench.open_holds() == []


# --- what is passed over


def test_subjects_with_work_on_its_way_are_passed_over(bench: Bench) -> None:
    booked(bench, 9)
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(paid(bench, refund="a"))
    run = audited(bench)
    assert (run.under_way, run.compared, bench.open_holds()) == (1, 0, [])


def test_what_waits_for_too_long_rings_its_alert_whatever_the_thresholds(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(paid(bench, refund="a"))
    bench.clock.time += timedelta(hours=25)
    assert audited(bench).stalled == 1
    assert [(fired.alert, fired.text) for fired in bench.fired] == [("oncall", "1 stalled")]
    audited(bench)
    assert len(bench.fired) == 1, "it shall be quiet for half an hour"


def test_old_subjects_are_left_alone(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    bench.clock.time += timedelta(days=31)
    assert audited(bench).total == 0


@pytest.mark.parametrize("error", ["UNAVAILABLE", "RATE_LIMITED", "UNAUTHORIZED", "GONE"])
def test_what_cannot_be_read_is_neither_held_nor_closed(bench: Bench, error: str) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    audited(bench)
    failed = CallFailed(error, "down")
    bench.shop.always("orders.get", failed, arguments=("o-r1",))
    run = audited(bench)
    assert (run.unread, run.different, bench.open_holds()) == (1, 0, [DIFFERS])


def test_an_audit_waits_for_a_limit_that_is_used_up(bench: Bench) -> None:
    booked(bench, 10)
    bench.deliver(paid(bench))
    used_up = CallFailed("RATE_LIMITED", "used up", retry_after=40.0)
    bench.shop.once("orders.get", used_up, arguments=("o-r1",), times=2)
    before = bench.clock.time
    run = audited(bench)
    assert (run.unread, run.compared) == (0, 1)
    assert bench.clock.time - before >= timedelta(seconds=80)


def test_a_limit_that_stays_used_up_is_not_waited_for_for_ever(bench: Bench) -> None:
    bench.deliver(paid(bench))
    bench.shop.fails("orders.get", "RATE_LIMITED", retry_after=40.0)
    assert audited(bench).unread == 1


def test_a_platform_that_answers_nobody_ends_the_run(bench: Bench) -> None:
    bench.deliver(*(paid(bench, f"r{number:02}") for number in range(60)))
    bench.shop.fails("orders.get", "UNAVAILABLE")
    run = audited(bench, concurrency=10)
    assert run.unread == 30
    assert run.broken_off == "30 in a row could not be read, the last one since UNAVAILABLE: scripted for orders.get"


def test_a_mapping_that_breaks_on_one_record_compares_the_others(bench: Bench) -> None:
    booked(bench, 9, "r2")
    bench.deliver(paid(bench, "r1", paid_for=None), paid(bench, "r2"))
    run = audited(bench)
    assert (run.unread, run.compared, run.different) == (1, 1, 1)


def test_findings_are_void_when_the_subject_was_decided_meanwhile(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    compare = bench.mapping.compare

    def slow(audit: str, occurrence: Any, state: Any) -> Any:
        found = compare(audit, occurrence, state)
        if not found.needs:
            other = bench.look()
            other.accept(paid(bench, version=2, amount=9), bench.clock.now())
            other.close()
        return found

    bench.mapping.compare = slow  # type: ignore[method-assign]
    run = audited(bench)
    assert (run.under_way, run.different, bench.open_holds()) == (1, 0, [])


# --- many


def test_many_subjects_in_batches_with_progress(bench: Bench) -> None:
    for number in range(23):
        booked(bench, 9 if number % 5 else 10, f"r{number:02}")
    bench.deliver(*(paid(bench, f"r{number:02}") for number in range(23)))
    told: list[tuple[int, int]] = []
    run = audited(bench, lambda done, total: told.append((done, total)), concurrency=5)
    assert (run.total, run.compared, run.different) == (23, 23, 18)
    assert told == [(5, 23), (10, 23), (15, 23), (20, 23), (23, 23)]


def test_an_unknown_audit_is_named(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        await runner.audit("mony")

    with pytest.raises(KeyError, match="no audit `mony`: it has money"):
        bench.run(story)


# --- when


def run_due(bench: Bench) -> int:
    """One look at the clock by a runner of its own; how many audits there have been."""

    async def story(runner: AsyncRunner) -> None:
        await audit_schedule().run_due(runner._context)

    bench.run(story)
    return bench.ask(runs)


def runs(store: SqlStore) -> int:
    with store._data.reading() as db:
        return int(db.execute("SELECT count(*) FROM audits").fetchone()[0])


def test_a_restart_neither_repeats_nor_forgets_a_run(bench: Bench) -> None:
    assert run_due(bench) == 1
    bench.clock.time += timedelta(minutes=59)
    assert run_due(bench) == 1
    bench.clock.time += timedelta(minutes=1)
    assert run_due(bench) == 2
    bench.clock.time += timedelta(days=3)
    assert run_due(bench) == 3, "those that were missed are not made up for"


def test_everything_is_compared_once_a_day_and_what_is_new_or_open_each_time(bench: Bench) -> None:
    booked(bench, 10)
    booked(bench, 10, "r2")
    booked(bench, 9, "open")
    bench.deliver(paid(bench, "r1"), paid(bench, "open"))
    bench.clock.time += timedelta(hours=30)
    assert compared_by_the_clock(bench) == ["o-open", "o-r1"]
    bench.deliver(paid(bench, "r2"))
    bench.clock.time += timedelta(hours=2)
    assert compared_by_the_clock(bench) == ["o-open", "o-r2"]
    bench.clock.time += timedelta(hours=22)
    assert compared_by_the_clock(bench) == ["o-open", "o-r1", "o-r2"]


def compared_by_the_clock(bench: Bench) -> list[str]:
    """The orders that a look at the clock has read."""
    before = len(bench.shop.called("orders.get"))
    run_due(bench)
    return sorted(call.arguments[0] for call in bench.shop.called("orders.get")[before:])


# --- interrupted


def test_a_run_that_was_killed_is_gone_on_with(bench: Bench) -> None:
    for number in range(23):
        booked(bench, 9 if number % 5 else 10, f"r{number:02}")
    bench.deliver(*(paid(bench, f"r{number:02}") for number in range(23)))

    def kill(done: int, _: int) -> None:
        if done >= 10:
            os.kill(os.getpid(), signal.SIGKILL)

    worker = get_context("fork").Process(target=lambda: audited(bench, kill, concurrency=5))
    worker.start()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    told: list[tuple[int, int]] = []
    run = audited(bench, lambda done, total: told.append((done, total)), concurrency=5)
    assert (run.total, run.before, run.compared, run.different) == (23, 10, 23, 18)
    assert told == [(15, 23), (20, 23), (23, 23)]
    read = sorted(call.arguments[0] for call in bench.shop.called("orders.get"))
    assert read == [f"o-r{number:02}" for number in range(10, 23)]
    assert len(bench.ask(lambda store: store.holds())) == 18
    assert audited(bench).before == 0, "it has come to its end"


@pytest.mark.parametrize(("hours", "manner"), [(1, Manner(anew=True)), (1, Manner(START)), (25, Manner())])
def test_a_run_begins_anew_when_it_is_asked_to_or_another_or_of_yesterday(
    bench: Bench, hours: int, manner: Manner
) -> None:
    bench.deliver(*(paid(bench, f"r{number}") for number in range(4)))
    for number in range(4):
        booked(bench, 10, f"r{number}")

    async def stopped(runner: AsyncRunner) -> AuditRun:
        return await runner.audit("money", lambda *_: runner.stop())

    assert bench.run(stopped, concurrency=2).broken_off == "the runner was stopped"
    bench.clock.time += timedelta(hours=hours)

    async def again(runner: AsyncRunner) -> AuditRun:
        return await runner.audit("money", manner=manner)

    assert bench.run(again).before == 0
    assert audited(bench).before == 0, "nothing is left of the one that was interrupted"


def test_a_run_that_was_stopped_does_not_count(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> AuditRun:
        runner.stop()
        return await runner.audit("money")

    booked(bench, 10)
    bench.deliver(paid(bench))
    assert bench.run(story).broken_off == "the runner was stopped"
    assert bench.ask(lambda store: store.last_audit("money")) is None


def test_a_running_worker_audits_by_itself(bench: Bench) -> None:
    bench.clock = SystemClock()  # type: ignore[assignment]
    booked(bench, 9)
    bench.deliver(paid(bench))

    async def story(runner: AsyncRunner) -> None:
        running = asyncio.create_task(runner.run())
        while not (await runner.status()).holds:
            await asyncio.sleep(0.01)
        runner.stop()
        await running

    bench.run(story, poll=0.01)
    assert bench.open_holds() == [DIFFERS]
