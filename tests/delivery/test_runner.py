"""Taking in, working side by side, stopping; with and without asyncio."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from retoure.connectors.port import Call, Rejected
from retoure.delivery.clock import SystemClock
from retoure.delivery.errors import StoreUnavailable, WorkerRunning
from retoure.delivery.store.port import Accepted
from retoure.runner import AsyncRunner, Runner

from .conftest import START, Bench


def test_a_webhook_is_verified_stored_and_worked_off(bench: Bench) -> None:
    bench.returned("r1", note="x")

    async def story(runner: AsyncRunner) -> Accepted:
        accepted = await runner.accept("desk", b"77 r1", {"Signature": "right"})
        await runner.drain()
        return accepted

    assert bench.run(story) == Accepted(1)
    assert bench.effects() == ["applied"]


@pytest.mark.parametrize(("system", "reason"), [("desk", "signature"), ("shop", "unknown"), ("nobody", "unknown")])
def test_a_rejected_webhook_is_kept(bench: Bench, system: str, reason: str) -> None:
    async def story(runner: AsyncRunner) -> int:
        with pytest.raises(Rejected) as caught:
            await runner.accept(system, b"77 r1", {"signature": "wrong"})
        assert caught.value.reason == reason
        return (await runner.status()).rejected

    assert bench.run(story) == 1


def test_events_that_arrive_together_share_a_moment(bench: Bench) -> None:
    class Ticking(SystemClock):
        ticks = 0

        def now(self) -> datetime:
            self.ticks += 1
            return START + timedelta(seconds=self.ticks)

    async def story(runner: AsyncRunner) -> set[datetime]:
        accepted = await asyncio.gather(*(runner.submit(bench.returned(f"r{i}")) for i in range(9)))
        return {runner.store.event(found.seq).received_at for found in accepted}

    bench.clock = Ticking()  # type: ignore[assignment]
    assert len(bench.run(story)) == 1


def test_events_that_arrive_together_share_a_commit(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> list[int]:
        sizes: list[int] = []
        accept_all = runner.store.accept_all

        def counted(events: Any) -> Any:
            sizes.append(len(events))
            return accept_all(events)

        runner.store.accept_all = counted  # type: ignore[method-assign]
        accepted = await asyncio.gather(*(runner.submit(bench.returned(f"r{i}")) for i in range(50)))
        assert sorted(found.seq for found in accepted) == list(range(1, 51))
        return sizes

    sizes = bench.run(story)
    assert sum(sizes) == 50
    assert len(sizes) < 10


def test_a_store_that_takes_nothing_is_told_to_everybody_who_waits(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        def refuse(events: Any) -> Any:
            raise StoreUnavailable("locked")

        accept_all = runner.store.accept_all
        runner.store.accept_all = refuse  # type: ignore[method-assign]
        results = await asyncio.gather(*(runner.submit(bench.returned()) for _ in range(3)), return_exceptions=True)
        assert [type(result) for result in results] == [StoreUnavailable] * 3
        runner.store.accept_all = accept_all  # type: ignore[method-assign]
        assert not (await runner.submit(bench.returned())).duplicate

    bench.run(story)


def test_subjects_are_worked_on_side_by_side_and_each_alone(bench: Bench) -> None:
    together: list[int] = []
    inside: dict[str, int] = {}
    three = asyncio.Event()
    send = bench.shop.send

    async def slow(call: Call, plan: Any = None) -> Any:
        subject = call.key.partition("/")[0]
        inside[subject] = inside.get(subject, 0) + 1
        assert inside[subject] == 1, "one writer per subject"
        together.append(sum(inside.values()))
        if together[-1] == 3:
            three.set()
        await asyncio.wait_for(three.wait(), 60)
        inside[subject] -= 1
        return await send(call, plan)

    bench.shop.send = slow  # type: ignore[method-assign]
    events = [bench.returned(f"r{i}", note="x", refund="a") for i in range(6)]
    bench.deliver(*events, concurrency=3)
    assert len(bench.shop.calls) == 12
    assert max(together) == 3


def test_two_drains_at_once_do_not_send_twice(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        for i in range(10):
            await runner.submit(bench.returned(f"r{i}", refund="a"))
        await asyncio.gather(runner.drain(), runner.drain())

    bench.run(story)
    assert len(bench.sent("refunds.send")) == 10


def test_a_second_worker_of_a_file_is_refused_but_may_accept(file_bench: Bench) -> None:
    bench = file_bench

    async def story(runner: AsyncRunner) -> None:
        await runner.drain()
        async with bench.runner() as other:
            await other.submit(bench.returned(refund="a"))
            with pytest.raises(WorkerRunning):
                await other.drain()
        await runner.drain()

    bench.run(story)
    assert bench.effects() == ["applied"]


def test_drain_wakes_nothing_that_is_not_due(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)

    async def story(runner: AsyncRunner) -> int:
        await runner.submit(bench.returned(refund="a"))
        await runner.drain()
        return len(bench.sent("refunds.send"))

    assert bench.run(story) == 1


def test_without_threads_everything_works_the_same(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=2)
    bench.deliver(bench.returned(refund="a"), wait=True, threads=False)
    assert bench.effects() == ["applied"]


async def until(condition: Any) -> None:
    for _ in range(2000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it did not happen")


def test_run_takes_new_events_until_it_is_stopped(bench: Bench) -> None:
    bench.clock = SystemClock()  # type: ignore[assignment]

    async def story(runner: AsyncRunner) -> None:
        running = asyncio.create_task(runner.run())
        await runner.submit(bench.returned("r1", note="x"))
        await until(lambda: len(bench.sent("notes.set")) == 1)
        await runner.submit(bench.returned("r2", note="y"))
        await until(lambda: len(bench.sent("notes.set")) == 2)
        runner.stop()
        await running

    bench.run(story, poll=30.0)


def test_run_finds_what_another_process_accepted(bench: Bench) -> None:
    bench.clock = SystemClock()  # type: ignore[assignment]

    async def story(runner: AsyncRunner) -> None:
        running = asyncio.create_task(runner.run())
        async with bench.runner() as other:
            await other.submit(bench.returned("r1", note="x"))
        await until(lambda: len(bench.sent("notes.set")) == 1)
        runner.stop()
        await running

    bench.run(story, poll=0.01)


def test_run_goes_on_when_one_subject_breaks_down(bench: Bench) -> None:
    bench.clock = SystemClock()  # type: ignore[assignment]

    async def story(runner: AsyncRunner) -> None:
        case = runner.store.case

        def fragile(subject: str, now: datetime) -> Any:
            if subject == "r1":
                raise StoreUnavailable("this page only")
            return case(subject, now)

        runner.store.case = fragile  # type: ignore[method-assign]
        running = asyncio.create_task(runner.run())
        await runner.submit(bench.returned("r1", note="x"))
        await runner.submit(bench.returned("r2", note="y"))
        await until(lambda: [body["text"] for body in bench.sent("notes.set")] == ["y"])
        runner.stop()
        await running

    bench.run(story, poll=0.01)


def test_the_runner_without_asyncio(bench: Bench) -> None:
    with Runner(bench.runner) as runner:
        runner.submit(bench.returned("r1", note="x"))
        assert runner.accept("desk", b"9 r1", {"signature": "right"}).seq == 2
        runner.drain()
        assert runner.status().effects == {"applied": 1}
        assert runner.store.subjects() == ("r1",)


def test_the_runner_without_asyncio_runs_in_a_thread_until_stopped(bench: Bench) -> None:
    bench.clock = SystemClock()  # type: ignore[assignment]
    with Runner(bench.runner) as runner:
        thread = threading.Thread(target=runner.run)
        thread.start()
        runner.submit(bench.returned("r1", note="x"))
        asyncio.run(until(lambda: len(bench.sent("notes.set")) == 1))
        runner.stop()
        thread.join()


def test_the_runner_needs_a_with(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match="inside `with`"):
        Runner(bench.runner).drain()


def test_a_runner_that_cannot_be_built_says_so(bench: Bench) -> None:
    def build() -> AsyncRunner:
        raise StoreUnavailable("no such folder")

    with pytest.raises(StoreUnavailable), Runner(build):
        pass
