"""Many letters take no more memory than few, and none is forgotten between two pages."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from retoure.connectors.port import Event
from retoure.delivery.store import queues
from retoure.delivery.store.codec import stamp
from retoure.delivery.store.port import Selection
from retoure.delivery.store.sql import SqlStore
from retoure.planning import exporting

from .conftest import START, Bench

LONG = "x" * 2000


def dead(store: SqlStore, names: Iterable[str]) -> None:
    """An event of each return lies in a queue, the last one for the longest time."""
    events = [Event("desk", "return_updated", f"e-{name}", name, name.encode()) for name in names]
    store.accept_all([(event, START) for event in events])
    with store._data.transaction() as db:
        for age, event in enumerate(events):
            put = "UPDATE events SET state = 'queued', queue = 'failed', reason = ?, ended_at = ? WHERE event_id = ?"
            reason = "DENIED: no" if age % 2 else "INVALID: no"
            db.execute(put, (reason, stamp(START - timedelta(seconds=age)), event.id))


def names(number: int) -> list[str]:
    return [f"r{each:05}-{LONG}" for each in range(number)]


@pytest.fixture
def pages_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "PAGE", 3)
    monkeypatch.setattr(exporting, "PAGE", 3)


@pytest.mark.usefixtures("pages_of_three")
@pytest.mark.parametrize(("selection", "number"), [({"everything": True}, 10), ({"cause": "denied"}, 5)])
def test_pages_leave_nothing_out(bench: Bench, selection: dict[str, Any], number: int) -> None:
    bench.ask(lambda store: dead(store, names(10)))
    assert bench.ask(lambda store: store.replay(START, **selection)) == number
    left = bench.ask(lambda store: store.letters())
    assert len(left) == 10 - number
    assert [letter.at for letter in left] == sorted(letter.at for letter in left)


@pytest.mark.usefixtures("pages_of_three")
def test_a_pace_begins_with_the_oldest_over_all_pages(bench: Bench) -> None:
    bench.ask(lambda store: dead(store, names(7)))
    assert bench.ask(lambda store: store.replay(START, queue="failed", per_second=1)) == 7

    def turns(store: SqlStore) -> list[str]:
        with store._data.reading() as db:
            return [row["subject"] for row in db.execute("SELECT subject FROM paced ORDER BY id").fetchall()]

    assert bench.ask(turns) == names(7)[::-1]


@pytest.mark.usefixtures("pages_of_three")
def test_what_lies_too_long_leaves_the_queue_over_all_pages(bench: Bench) -> None:
    bench.ask(lambda store: dead(store, names(8)))
    before = START - timedelta(seconds=3)
    assert bench.ask(lambda store: store.expire("failed", before, "desk", START)) == 4
    assert [letter.subject for letter in bench.ask(lambda store: store.letters())] == names(4)[::-1]


@pytest.mark.usefixtures("pages_of_three")
def test_an_export_has_all_returns_in_their_order(bench: Bench) -> None:
    bench.ask(lambda store: dead(store, names(7)))
    rows = bench.ask(lambda store: [each.row["return"] for each in exporting.exported(store)])
    assert rows == names(7)


def peak(store: SqlStore, what: Any) -> int:
    tracemalloc.start()
    try:
        what(store)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def replayed(store: SqlStore) -> None:
    """Goes through all letters twice, as a replay does: to lock whom it touches, and to let them go on."""
    with store._data.transaction() as db:
        queues.lock(db, Selection(everything=True))
        assert queues.replay(db, START, Selection(everything=True)) > 0


def exported(store: SqlStore) -> None:
    assert sum(1 for _ in exporting.exported(store)) > 0


@pytest.mark.parametrize("what", [exported, replayed])
def test_memory_does_not_grow_with_the_letters(bench: Bench, what: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "PAGE", 50)
    monkeypatch.setattr(exporting, "PAGE", 50)
    with closing(bench.look()) as store:
        dead(store, names(100))
        few = peak(store, what)
        dead(store, (f"s{name}" for name in names(1000)))
        assert peak(store, what) < 4 * few
