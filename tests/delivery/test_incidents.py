"""Alerts that went off: told durably, escalated while nobody acts, over when their cause has gone."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from retoure.delivery.notices import GIVEN_UP, Notifier, NotTold, Route, pause
from retoure.delivery.store.port import Notice
from retoure.runner import AsyncRunner

from .conftest import START, Bench

MINUTE = timedelta(minutes=1)
ROUTE = Route((30 * MINUTE, 120 * MINUTE))


@dataclass
class Board:
    """Channels that note what they are told; `refuses` so many times first."""

    kind: Route = ROUTE
    refuses: int = 0
    told: list[tuple[str, int, str]] = field(default_factory=list)

    def routed(self) -> Collection[str]:
        return ("oncall",)

    def route(self, alert: str) -> Route:
        return self.kind

    async def tell(self, notice: Notice) -> None:
        if self.refuses:
            self.refuses -= 1
            raise NotTold("nobody at home")
        self.told.append((notice.kind, notice.step, notice.text))

    async def aclose(self) -> None:
        pass

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(kind, step) for kind, step, _ in self.told]


def refused(bench: Bench, board: Board, subject: str = "r1") -> None:
    """A refund that ends in the queue, which rings `oncall`."""
    bench.shop.fails("refunds.send", "INVALID", times=1)
    bench.deliver(bench.returned(subject, refund="a"), notifier=Notifier(board))


def later(bench: Bench, board: Board, by: timedelta) -> None:
    """So much later another process looks after incidents."""
    bench.clock.time += by
    bench.run(AsyncRunner.tend_incidents, notifier=Notifier(board))


def mended(bench: Bench) -> None:
    """Somebody replays the letter, and it works."""
    bench.shop.always("refunds.send", {"done": True})
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1", who="ada"))
    bench.deliver()


def not_told(bench: Bench) -> list[tuple[str, str, str]]:
    with closing(bench.look()) as store:
        return [(each.alert, each.text, each.why) for each in store.status().untold]


@pytest.fixture
def board() -> Board:
    return Board()


# --- told


def test_an_alert_is_told_once(bench: Bench, board: Board) -> None:
    refused(bench, board)
    later(bench, board, MINUTE)
    assert board.told == [("alert", 0, "1 queued waiting")]


def test_what_was_not_taken_is_told_later_by_another_process(bench: Bench, board: Board) -> None:
    board.refuses = 2
    refused(bench, board)
    later(bench, board, 3 * timedelta(seconds=1))
    assert board.told == []
    later(bench, board, pause(1))
    later(bench, board, pause(2))
    assert board.kinds == [("alert", 0)]


def test_it_is_given_up_after_a_day(bench: Bench, board: Board) -> None:
    board.refuses = 100
    board.kind = Route()
    refused(bench, board)
    later(bench, board, GIVEN_UP)
    board.refuses = 0
    later(bench, board, GIVEN_UP)
    assert board.told == []
    assert not_told(bench) == [("oncall", "1 queued waiting", "nobody at home")]
    mended(bench)
    later(bench, board, MINUTE)
    assert not_told(bench) == []


def test_a_worker_that_dies_while_it_tells_leaves_it_to_the_next(bench: Bench, board: Board) -> None:
    class Dying(Board):
        async def tell(self, notice: Notice) -> None:
            raise asyncio.CancelledError

    refused(bench, Dying())
    later(bench, board, MINUTE)
    assert board.told == []
    later(bench, board, MINUTE)
    assert board.kinds == [("alert", 0)]


def test_two_workers_do_not_tell_the_same(bench: Bench) -> None:
    refused(bench, Board(refuses=1))
    now = START + MINUTE
    one, two = bench.look(), bench.look()
    try:
        assert len(one.claim_notices(now, now + MINUTE)) == 1
        assert two.claim_notices(now, now + MINUTE) == ()
    finally:
        one.close()
        two.close()


# --- escalated


def test_while_nobody_acts_one_channel_after_the_other_is_told(bench: Bench, board: Board) -> None:
    refused(bench, board)
    later(bench, board, 29 * MINUTE)
    assert board.kinds == [("alert", 0)]
    later(bench, board, MINUTE)
    later(bench, board, MINUTE)
    assert board.told[1:] == [("escalation", 1, "nobody acted for 0h 30m: 1 queued waiting")]
    later(bench, board, 90 * MINUTE)
    assert board.kinds[2:] == [("escalation", 2)]


def test_whoever_acts_has_the_time_anew(bench: Bench, board: Board) -> None:
    refused(bench, board)
    bench.clock.time += 20 * MINUTE
    bench.shop.fails("refunds.send", "INVALID", times=1)
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1", who="ada"))
    bench.deliver()
    later(bench, board, 15 * MINUTE)
    assert ("escalation", 1) not in board.kinds
    later(bench, board, 20 * MINUTE)
    assert ("escalation", 1) in board.kinds


def test_what_is_done_about_another_return_does_not_count(bench: Bench, board: Board) -> None:
    refused(bench, board)
    bench.deliver(bench.returned("r2", status="hold"))
    (hold,) = bench.ask(lambda store: store.holds(subject="r2"))
    bench.ask(lambda store: store.close_hold(hold.id, "all is well", bench.clock.now(), who="ada"))
    later(bench, board, 30 * MINUTE)
    assert ("escalation", 1) in board.kinds


# --- over


def test_when_the_cause_has_gone_all_hear_of_it_who_heard_of_the_alert(bench: Bench, board: Board) -> None:
    refused(bench, board)
    later(bench, board, 30 * MINUTE)
    mended(bench)
    later(bench, board, MINUTE)
    later(bench, board, MINUTE)
    assert sorted(board.told[2:]) == [("recovery", step, "over after 0h 31m: 1 queued waiting") for step in (0, 1)]


def test_nobody_hears_of_it_where_nobody_wants_to(bench: Bench) -> None:
    board = Board(Route(recovery=False))
    refused(bench, board)
    mended(bench)
    later(bench, board, MINUTE)
    assert board.kinds == [("alert", 0)]


def test_the_next_time_is_another_incident(bench: Bench, board: Board) -> None:
    refused(bench, board)
    mended(bench)
    later(bench, board, 31 * MINUTE)
    refused(bench, board, "r2")
    later(bench, board, 30 * MINUTE)
    assert board.kinds == [("alert", 0), ("recovery", 0), ("alert", 0), ("escalation", 1)]
