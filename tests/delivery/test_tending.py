"""Dead-letter queues by the clock: letters that lie too long are held; those of an outage go on when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from retoure.delivery.store.tending import AGAIN
from retoure.runner import AsyncRunner
from retoure.runtime.program import Queue

from .conftest import Bench

DAY = timedelta(days=1)


def tend(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        await runner.tend_queues()
        await runner.drain(wait=True)

    bench.run(story)


def queued(bench: Bench, *subjects: str, error: str = "UNAVAILABLE") -> None:
    """Refunds that ended in the queue, in this order."""
    bench.shop.always("refunds.send", {"done": True})
    for subject in subjects:
        bench.shop.fails("refunds.send", error, times=4)
        bench.deliver(bench.returned(subject, refund="a"), wait=True)
        bench.clock.time += timedelta(minutes=1)


def waiting(bench: Bench) -> list[str]:
    return [letter.subject for letter in bench.ask(lambda store: store.letters())]


# --- letters that lie too long


def test_a_letter_that_lay_too_long_is_held_for_the_owner(bench: Bench) -> None:
    queued(bench, "r1", error="INVALID")
    bench.clock.time += 91 * DAY
    tend(bench)
    assert (waiting(bench), bench.effects()) == ([], ["held"])
    (hold,) = bench.open_holds()
    assert hold[0::2] == ("effect", "integration")
    assert "lay in queue failed" in hold[1]


def test_it_can_still_be_replayed_and_its_hold_closes_then(bench: Bench) -> None:
    queued(bench, "r1", error="INVALID")
    bench.shop.always("refunds.send", {"done": True})
    bench.clock.time += 91 * DAY
    tend(bench)
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1"))
    bench.deliver()
    assert (bench.effects(), bench.open_holds()) == (["applied"], [])


def test_before_its_time_a_letter_stays(bench: Bench) -> None:
    queued(bench, "r1", error="INVALID")
    bench.clock.time += 89 * DAY
    tend(bench)
    assert waiting(bench) == ["r1"]


def test_an_event_that_lay_too_long_is_held_too(bench: Bench) -> None:
    bench.shop.fails("orders.get", "INVALID", times=1)
    bench.deliver(bench.returned(order="1"))
    bench.clock.time += 91 * DAY
    tend(bench)
    assert (waiting(bench), [kind for kind, *_ in bench.open_holds()]) == ([], ["event"])
    bench.shop.always("orders.get", {"items": [{"id": 11}]})
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="event-1"))
    bench.deliver()
    assert bench.open_holds() == []


# --- after an outage


def test_while_nothing_works_nothing_goes_on(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    tend(bench)
    assert waiting(bench) == ["r1", "r2"]


def test_when_the_operation_works_again_letters_go_on_one_at_a_time_in_order(bench: Bench) -> None:
    queued(bench, "r2", "r1", "r3")
    bench.deliver(bench.returned("r9", refund="a"))
    seen = []
    for _ in range(4):
        seen.append(waiting(bench))
        bench.clock.time += timedelta(seconds=30)
        tend(bench)
    assert seen == [["r2", "r1", "r3"], ["r1", "r3"], ["r3"], []]
    assert [call.key.partition("/")[0] for call in bench.shop.called("refunds.send")][-4:] == ["r9", "r2", "r1", "r3"]


def test_the_next_waits_until_the_one_before_is_through(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    bench.deliver(bench.returned("r9", refund="a"))

    async def story(runner: AsyncRunner) -> None:
        for _ in range(3):
            await runner.tend_queues()

    bench.run(story)
    assert waiting(bench) == ["r2"]


def test_another_operation_that_works_proves_nothing(bench: Bench) -> None:
    queued(bench, "r1")
    bench.deliver(bench.returned("r9", mail="hello"))
    tend(bench)
    assert waiting(bench) == ["r1"]


@pytest.mark.parametrize("error", ["INVALID", "CONFLICT"])
def test_letters_of_another_cause_stay(bench: Bench, error: str) -> None:
    queued(bench, "r1", error=error)
    bench.shop.always("refunds.send", {"done": True})
    bench.deliver(bench.returned("r9", refund="a"))
    tend(bench)
    assert waiting(bench) == ["r1"]


def test_a_queue_by_hand_is_left_to_people(bench: Bench) -> None:
    bench.mapping.queues = {"failed": Queue("failed", 90 * DAY, by_hand=True)}
    queued(bench, "r1")
    bench.deliver(bench.returned("r9", refund="a"))
    tend(bench)
    assert waiting(bench) == ["r1"]


def test_a_letter_that_fails_all_the_same_is_left_to_people_in_the_end(bench: Bench) -> None:
    queued(bench, "r1")
    for number in range(AGAIN + 2):
        bench.clock.time += timedelta(minutes=1)
        bench.deliver(bench.returned(f"ok{number}", refund="a"))
        bench.clock.time += timedelta(minutes=1)
        bench.shop.fails("refunds.send", "UNAVAILABLE")
        tend(bench)
        bench.shop.always("refunds.send", {"done": True})
    calls = [call for call in bench.shop.called("refunds.send") if call.key.startswith("r1/")]
    assert (waiting(bench), len(calls)) == (["r1"], 4 * (1 + AGAIN))


def test_events_go_on_when_the_same_read_is_answered_again(bench: Bench) -> None:
    bench.shop.always("orders.get", {"items": [{"id": 11}, {"id": 12}]})
    bench.shop.fails("orders.get", "UNAVAILABLE", times=4)
    bench.deliver(bench.returned("r1", order="1"), wait=True)
    bench.clock.time += timedelta(minutes=1)
    tend(bench)
    assert waiting(bench) == ["r1"]
    bench.deliver(bench.returned("r2", order="1"))
    tend(bench)
    assert waiting(bench) == []
    assert sorted(body["unit"] for body in bench.sent("refunds.send")) == ["11", "12"]
