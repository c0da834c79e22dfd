"""Webhook silence: longer than usual at this hour, held until something comes again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from retoure.connectors.port import Event
from retoure.delivery.silence import OVER, silence
from retoure.runner import AsyncRunner

from .conftest import START, Bench

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
BUSY = [START - timedelta(days=1) + number * MINUTE for number in range(-60, 60)]
"""Yesterday an event came every minute around this hour."""


@pytest.mark.parametrize(
    ("last", "silent"),
    [(30 * MINUTE, None), (59 * MINUTE, None), (61 * MINUTE, 61 * MINUTE), (5 * HOUR, 5 * HOUR)],
)
def test_it_is_silent_after_longer_than_usual(last: timedelta, silent: timedelta | None) -> None:
    assert silence([*BUSY, START - last], START, HOUR) == silent


def test_where_pauses_are_usual_nothing_is_said() -> None:
    slow = [START - timedelta(days=day) - at * 40 * MINUTE for day in range(14, 0, -1) for at in (2, 1, 0)]
    assert silence([*slow, START - 90 * MINUTE], START, HOUR) is None


def test_what_is_usual_is_not_known_of_a_few() -> None:
    assert silence([*BUSY[:10], START - 5 * HOUR], START, HOUR) is None


def test_other_hours_say_nothing_about_this_one() -> None:
    night = [at - 8 * HOUR for at in BUSY]
    assert silence(night, START, HOUR) is None


def test_an_outage_of_before_is_not_usual() -> None:
    many = [START - 20 * MINUTE - number * timedelta(seconds=2) for number in range(1500)]
    after_an_outage = [*(at - 40 * MINUTE for at in many[500:]), *many[:500]]
    assert silence(sorted(after_an_outage), START, MINUTE) == 20 * MINUTE


def look(bench: Bench) -> timedelta | None:
    async def story(runner: AsyncRunner) -> timedelta | None:
        return await runner.watch_silence()

    return bench.run(story)


def test_a_silence_is_held_once_and_closes_when_something_comes(bench: Bench) -> None:
    for number in range(30):
        bench.deliver(bench.returned(f"r{number}"))
    assert look(bench) is None
    bench.clock.time += timedelta(hours=1, minutes=1)
    assert look(bench) == timedelta(hours=1, minutes=1)
    look(bench)
    (hold,) = bench.ask(lambda store: store.holds())
    assert (hold.subject, hold.kind, hold.difference, hold.team) == ("desk", "watch", "missing here", "integration")
    bench.deliver(Event("desk", "return_updated", "audit:r1:x", "r1", b"x"))
    assert look(bench) is not None, "what an audit found is no message"
    bench.deliver(bench.returned("r1", 2))
    assert look(bench) is None
    (closed,) = bench.ask(lambda store: store.holds(closed=True))
    assert closed.closed_why == OVER
