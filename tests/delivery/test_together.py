"""Calls of a store that are made together: one commit, and each is still all or nothing."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from retoure.connectors.port import Event
from retoure.delivery.errors import StoreUnavailable
from retoure.delivery.store.port import EventState
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.thread import StoreThread

from .conftest import START


class Counting(SqliteStore):
    """Counts its groups."""

    groups = 0

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        self.groups += 1
        with super().together() as finish:
            yield finish


def event(number: int, body: bytes = b"") -> Event:
    return Event("desk", "return_noted", f"e{number}", f"r{number}", body, {"id": f"r{number}"})


def failing(store: SqlStore) -> None:
    """Ends an event, then breaks down: of this call nothing shall remain."""
    with store._data.transaction() as db:
        db.execute("UPDATE events SET state = 'ignored'")
        raise KeyError("broken")


def broken_group(store: SqlStore) -> None:
    with store.together():
        store.accept(event(1), START)
        failing(store)


def group_of_two(store: SqlStore) -> None:
    with store.together():
        store.accept(event(1), START)
        store.accept(event(2), START)


def states(store: SqlStore) -> list[EventState]:
    return [found.state for name in store.subjects() for found in store.waiting_events(name)]


async def while_busy(store: SqlStore, *calls: Callable[[], object]) -> list[object]:
    """What comes of calls that arrive while the store is at another one."""
    thread, busy, free = StoreThread(store), threading.Event(), threading.Event()

    def held() -> None:
        busy.set()
        free.wait()

    first = asyncio.create_task(thread(held))
    await asyncio.to_thread(busy.wait)
    others = [asyncio.create_task(thread(call)) for call in calls]
    await asyncio.sleep(0)
    free.set()
    try:
        return (await asyncio.gather(first, *others, return_exceptions=True))[1:]
    finally:
        thread.close()


def accepting(store: SqlStore, number: int, at: datetime = START, body: bytes = b"") -> Callable[[], object]:
    return partial(store.accept, event(number, body), at)


def test_calls_that_arrive_together_share_a_commit(tmp_path: Path) -> None:
    with closing(Counting(tmp_path / "retoure.db")) as store:
        found = asyncio.run(while_busy(store, *(accepting(store, number) for number in range(5))))
        assert [accepted.seq for accepted in found] == [1, 2, 3, 4, 5]  # type: ignore[attr-defined]
        assert store.groups == 1


def test_one_that_fails_takes_no_other_with_it(tmp_path: Path) -> None:
    with closing(Counting(tmp_path / "retoure.db")) as store:
        calls = (accepting(store, 1), partial(failing, store), accepting(store, 2))
        _, problem, _ = asyncio.run(while_busy(store, *calls))
        assert isinstance(problem, KeyError)
        assert states(store) == [EventState.WAITING, EventState.WAITING]


def test_nobody_sees_any_of_it_before_all_is_on_the_disk(opening: Callable[[], SqlStore]) -> None:
    with closing(opening()) as store, closing(opening()) as other:
        with store.together():
            store.accept(event(1), START)
            assert len(store.waiting_events("r1")) == 1
            assert other.subjects() == ()
        assert other.subjects() == ("r1",)


def test_nothing_is_told_as_stored_that_a_full_disk_undid(tmp_path: Path) -> None:
    """The failing write undoes what came before it in the group, too."""
    large = bytes(number % 251 for number in range(1_000_000)) + bytes(range(256)) * 40
    with closing(Counting(tmp_path / "retoure.db")) as store:
        with store._data.asking() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {pages + 1}")
        calls = (accepting(store, 1), *(accepting(store, number, body=large) for number in range(2, 40)))
        found = asyncio.run(while_busy(store, *calls, accepting(store, 99)))
        stored = [number for number, answer in enumerate(found) if not isinstance(answer, Exception)]
        assert len(store.subjects()) == len(stored)
        assert any(isinstance(answer, StoreUnavailable) for answer in found)


def test_a_group_that_broke_down_leaves_the_store_as_it_was(opening: Callable[[], SqlStore]) -> None:
    with closing(opening()) as store:
        with pytest.raises(KeyError):
            broken_group(store)
        assert store.subjects() == ()
        store.accept(event(2), START)
        assert store.subjects() == ("r2",)


class Lost(SqliteStore):
    """Commits a group, and then loses the answer of the disk."""

    @contextmanager
    def together(self) -> Iterator[Callable[[], None]]:
        with super().together() as finish:
            yield finish
        raise StoreUnavailable("nobody knows")


def test_a_commit_of_unknown_outcome_is_not_made_again(tmp_path: Path) -> None:
    with closing(Lost(tmp_path / "retoure.db")) as store:
        found = asyncio.run(while_busy(store, *(accepting(store, number) for number in range(3))))
        assert [str(answer) for answer in found] == ["nobody knows"] * 3
        assert [row["repeats"] for name in store.subjects() for row in store.story(name).events] == [0, 0, 0]


def test_a_group_gives_way_to_who_holds_a_return(postgres: str) -> None:
    """It never waits with the locks of others in its hands; each call then waits by itself."""
    with closing(PostgresStore(postgres)) as store, closing(PostgresStore(postgres)) as other:
        with other._data.transaction() as db:
            db.lock("r2")
            with pytest.raises(StoreUnavailable, match="lock timeout"):
                group_of_two(store)
        assert store.subjects() == ()


def test_a_claim_is_given_back_though_the_group_came_to_nothing(postgres: str) -> None:
    with closing(PostgresStore(postgres)) as store, closing(PostgresStore(postgres)) as other:
        store.start_work(START)
        assert store.claim("r1", START)
        asyncio.run(while_busy(store, partial(store.release, "r1"), partial(failing, store)))
        assert other.claim("r1", START)
