"""What goes after the retention, and that no book goes with it."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retoure.connectors.port import Event
from retoure.delivery.store import rejected
from retoure.delivery.store.checking import inconsistent
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore

from .conftest import START, Bench

LATER = timedelta(days=100)


def compacted(bench: Bench, before: Any = None) -> int:
    return bench.ask(lambda store: store.compact(before or bench.clock.now()))


def content(bench: Bench, subject: str = "r1") -> tuple[int, int, int]:
    """How many bodies, decisions with all they saw, and tries are kept of a return."""

    def counted(store: SqlStore) -> tuple[int, int, int]:
        story = store.story(subject)
        bodies = [store.event(row["seq"]).event.raw for row in story.events]
        return sum(map(bool, bodies)), len(store.recorded(subject)), len(story.attempts)

    return bench.ask(counted)


# --- what goes


def test_a_closed_return_keeps_its_books_only(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a", note="x", stock={"A": 2}))
    known, state = bench.ask(lambda store: store.known("r1")), bench.ask(lambda store: store.state("r1"))
    assert content(bench) == (1, 1, 3)
    bench.clock.time += LATER
    assert compacted(bench) == 1
    assert content(bench) == (0, 0, 0)
    assert bench.ask(lambda store: store.known("r1")) == known
    assert bench.ask(lambda store: store.state("r1")) == state
    assert compacted(bench) == 0, "nothing is left to do"


def test_a_return_that_something_happened_to_stays(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    bench.clock.time += LATER
    assert compacted(bench, START) == 0
    bench.deliver(bench.returned(version=2, refund="a"))
    assert compacted(bench, START + LATER) == 0
    assert content(bench) == (2, 2, 1)


@pytest.mark.parametrize(
    "content_",
    [{"status": "hold"}, {"hours": 10_000}, {"mail": "refused"}, {"stock": {"C": 1}}, {"order": "4711"}, {"note": "1"}],
    ids=["held decision", "wakes later", "queued", "held call", "queued event", "waiting"],
)
def test_what_is_not_over_stays(bench: Bench, content_: dict[str, Any]) -> None:
    bench.shop.fails("mails.send", "RATE_LIMITED")
    bench.shop.fails("stock.add", "GONE")
    bench.shop.fails("orders.get", "UNAVAILABLE")
    bench.shop.fails("notes.set", "UNAVAILABLE")
    bench.deliver(bench.returned(**content_), wait="note" not in content_)
    kept = content(bench)
    bench.clock.time += LATER
    assert compacted(bench) == 0
    assert content(bench) == kept


def test_an_event_that_comes_again_is_known_for_ever(bench: Bench) -> None:
    event = bench.returned(refund="a")
    bench.deliver(event)
    bench.clock.time += LATER
    compacted(bench)
    found = bench.ask(lambda store: store.accept(event, bench.clock.now()))
    other = Event("desk", "return_updated", event.id, "r1", b"other")
    changed = bench.ask(lambda store: store.accept(other, bench.clock.now()))
    assert (found.duplicate, found.conflict, changed.conflict) == (True, False, True)


def test_an_event_whose_content_is_gone_is_not_replayed(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    bench.clock.time += LATER
    compacted(bench)
    with pytest.raises(ValueError, match="removed after the retention"):
        bench.ask(lambda store: store.replay(bench.clock.now(), letter="event-1"))


def test_a_return_without_content_is_neither_audited_nor_woken(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    bench.clock.time += LATER
    compacted(bench)
    bench.ask(lambda store: store.wake("r1", "audit", bench.clock.now()))
    assert bench.ask(lambda store: store.snapshot("r1")) is None
    assert bench.ask(lambda store: store.wakes("r1")) == ()


def test_the_worker_compacts_but_keeps_what_audits_and_queues_reach_back_to(bench: Bench) -> None:
    """The queue of the mapping keeps letters for 90 days: longer than the retention of one."""
    bench.deliver(bench.returned("r1", refund="a"))
    bench.clock.time += timedelta(days=89)
    worked_for_a_round(bench)
    assert content(bench) == (1, 1, 1)
    bench.clock.time += timedelta(days=2)
    worked_for_a_round(bench)
    assert content(bench) == (0, 0, 0)


def worked_for_a_round(bench: Bench) -> None:
    """A worker runs until it has looked after the retention once."""

    async def work() -> None:
        async with bench.runner(retention=timedelta(days=1), threads=False) as runner:
            looked, compact = asyncio.Event(), runner.store.compact

            def noted(*arguments: Any) -> int:
                looked.set()
                return compact(*arguments)

            runner.store.compact = noted  # type: ignore[method-assign,assignment]
            before = bench.clock.time
            running = asyncio.create_task(runner.run())
            await asyncio.wait_for(looked.wait(), 30)
            await asyncio.sleep(0)
            runner.stop()
            await running
            bench.clock.time = before

    asyncio.run(work())


# --- a property: with or without the retention, the same is sent and the same is known

RECORD = st.fixed_dictionaries(
    {},
    optional={
        "refund": st.sampled_from("ab"),
        "note": st.sampled_from("xy"),
        "stock": st.dictionaries(st.sampled_from("AB"), st.integers(0, 3), max_size=2),
        "create": st.just("thing"),
        "status": st.sampled_from(["open", "hold"]),
        "stage": st.sampled_from(["open", "closed"]),
        "order": st.just("1001"),
    },
)
STORY = st.lists(st.tuples(st.sampled_from(["r1", "r2"]), RECORD, st.booleans()), min_size=1, max_size=8)


def told(folder: Path, story: list[tuple[str, dict[str, Any], bool]], *, compacting: bool) -> Any:
    """What is sent in a story, and what the books say in the end. A long time passes after each part of it."""
    bench = Bench(partial(SqliteStore, folder / f"{compacting}.db"))
    bench.shop.always("orders.get", {"items": [{"id": 1}, {"id": 2}]})
    bench.shop.always("orders.create", {"number": "N1"})
    removed = 0
    for version, (subject, content_, close) in enumerate(story, 1):
        bench.deliver(bench.returned(subject, version, **content_))
        bench.clock.time += LATER
        if close and compacting:
            removed += compacted(bench)
    with closing(bench.look()) as store:
        with store._data.reading() as db:
            assert list(inconsistent(db)) == []
        books = [(store.known(one), store.state(one), store.holds(subject=one, closed=True)) for one in ("r1", "r2")]
    return bench.shop.calls, books, removed


@settings(max_examples=30)
@given(STORY)
def test_the_retention_changes_nothing_that_is_sent_or_known(story: list[tuple[str, dict[str, Any], bool]]) -> None:
    with TemporaryDirectory() as folder:
        kept = told(Path(folder), story, compacting=False)
        gone = told(Path(folder), story, compacting=True)
    assert gone[:2] == kept[:2]


def test_the_property_is_about_something() -> None:
    """In a typical story returns are closed, compacted, and go on."""
    story = [("r1", {"refund": "a", "stock": {"A": 2}}, True), ("r1", {"refund": "a", "stock": {"A": 1}}, True)]
    with TemporaryDirectory() as folder:
        calls, _, removed = told(Path(folder), story, compacting=True)
    assert (removed, [call.operation for call in calls]) == (2, ["refunds.send", "stock.add", "stock.add"])


# --- bodies


def test_bodies_are_compressed_and_come_back_byte_by_byte(opening: Callable[[], SqlStore]) -> None:
    noise = random.Random(1).randbytes(5000)
    bodies = (b'{"status": "accepted"}' * 500, noise, b"", b"\0\xff", b"x")
    with closing(opening()) as store:
        for number, raw in enumerate(bodies):
            seq = store.accept(Event("desk", "return_updated", f"e{number}", "r1", raw), START).seq
            assert store.event(seq).event.raw == raw
        with store._data.reading() as db:
            stored = [row["raw"] for row in db.execute("SELECT raw FROM events ORDER BY seq")]
    assert len(stored[0]) < len(bodies[0]) / 20
    assert len(stored[1]) == len(noise), "what cannot be made smaller is kept as it is"


# --- messages that were refused


def rows(store: SqlStore) -> list[tuple[str, int, int]]:
    with store._data.reading() as db:
        found = db.execute("SELECT digest, raw, times FROM rejected ORDER BY id").fetchall()
    return [(row["digest"], len(row["raw"]), row["times"]) for row in found]


def test_refused_bodies_cannot_fill_the_disk(opening: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected, "KEPT", 10)
    noise = random.Random(1)
    with closing(opening()) as store:
        for number in range(50):
            store.keep_rejected("desk", noise.randbytes(100_000), "signature", START + timedelta(seconds=number))
        kept = rows(store)
        assert store.status().rejected == 50, "all are counted"
    assert len([digest for digest, _, _ in kept if digest]) == 10
    assert max(size for _, size, _ in kept) == rejected.BEGINNING
    assert [times for digest, _, times in kept if not digest] == [40]


def test_a_flood_of_one_kind_pushes_out_no_other(
    opening: Callable[[], SqlStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected, "KEPT", 2)
    with closing(opening()) as store:
        store.keep_rejected("desk", b"a" * 50_000, "unknown", START)
        for number in range(9):
            store.keep_rejected("desk", b"%d" % number, "signature", START)
            store.keep_rejected("shop", b"%d" % number, "malformed", START)
        with store._data.reading() as db:
            found = db.execute(
                "SELECT system, reason, count(*) FROM rejected WHERE digest <> '' GROUP BY 1, 2 ORDER BY 1, 2"
            )
            counts = [tuple(row[index] for index in range(3)) for row in found.fetchall()]
    assert counts == [("desk", "signature", 2), ("desk", "unknown", 1), ("shop", "malformed", 2)]


def test_refused_bodies_go_after_the_retention(opening: Callable[[], SqlStore]) -> None:
    with closing(opening()) as store:
        store.keep_rejected("desk", b"old", "signature", START)
        store.keep_rejected("desk", b"new", "signature", START + LATER)
        store.compact(START + timedelta(days=1))
        assert [bool(digest) for digest, _, _ in rows(store)] == [True, False]
        assert store.status().rejected == 2
