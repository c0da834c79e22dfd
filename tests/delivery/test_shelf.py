"""Books that are kept in memory are those of the file, whatever happens to a return, and whoever else writes."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from retoure.connectors.port import Event
from retoure.delivery.store import decisions
from retoure.delivery.store.port import Case, Decided, Recorded
from retoure.delivery.store.shelf import Book, Shelf
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.runtime.decision import State

from .conftest import Bench

SUBJECTS = ("r1", "r2")
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        "refund": st.sampled_from(["small", "large"]),
        "mail": st.sampled_from(["hello", "goodbye"]),
        "note": st.sampled_from(["a", "b"]),
        "stock": st.sampled_from([{"A": 1}, {"A": 2, "B": 1}, {}]),
        "stage": st.sampled_from(["open", "sent", "closed"]),
        "status": st.sampled_from(["hold", "fine", "fine"]),
        "hours": st.sampled_from([1, 48]),
        "voucher": st.just("instead"),
        "create": st.just("shirt"),
    },
)
STEPS = st.lists(
    st.tuples(st.sampled_from(SUBJECTS), CONTENTS, st.sampled_from(["", "TIMEOUT", "GONE", "HARMLESS", "BROKEN"]))
    | st.sampled_from(["replay", "close", "wait", "elsewhere", "again"]),
    min_size=3,
    max_size=8,
)


class Compared(SqliteStore):
    """Compares what it remembers with what it has stored, each time that is used."""

    used = 0

    def case(self, subject: str, now: datetime) -> Case:
        found = super().case(subject, now)
        self._compare(subject, found.state, found.known)
        return found

    def record(self, decided: Decided) -> Recorded | None:
        left = super().record(decided)
        if left is not None:
            Compared.used += 1
            self._compare(decided.subject, left.state, left.known)
            assert left.calls == self.due_effects(decided.subject, decided.at)
        return left

    def _compare(self, subject: str, state: State, known: Any) -> None:
        with self._data.reading() as db:
            stored = decisions.state(db, subject)
        assert (state, known) == (stored, self.known(subject))


@given(STEPS)
@settings(max_examples=20, deadline=None)
def test_what_is_remembered_is_what_is_stored(steps: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        bench = Bench(partial(Compared, Path(folder) / "retoure.db"))
        bench.run(partial(played, bench, steps), reread=False)


async def played(bench: Bench, steps: list[Any], runner: AsyncRunner) -> None:
    for number, step in enumerate(steps):
        if isinstance(step, tuple):
            await comes(bench, runner, number, *step)
        elif step != "wait":
            DEEDS[step](bench, runner)
        await runner.drain(wait=step == "wait")


async def comes(
    bench: Bench, runner: AsyncRunner, number: int, subject: str, content: dict[str, Any], error: str
) -> None:
    for operation in ("refunds.send", "notes.set", "stock.add", "mails.send") if error else ():
        bench.shop.fails(operation, error, times=1)
    record = {"id": subject, "version": number, **content}
    await runner.submit(Event("desk", "return_noted", f"e{number}", subject, b"", record))


def replay(bench: Bench, runner: AsyncRunner) -> None:
    runner.store.replay(bench.clock.now(), everything=True)


def close(bench: Bench, runner: AsyncRunner) -> None:
    for hold in runner.store.holds():
        runner.store.close_hold(hold.id, "seen", bench.clock.now())


def again(bench: Bench, runner: AsyncRunner) -> None:
    for subject in runner.store.subjects():
        runner.store.wake(subject, "deploy", bench.clock.now())


def elsewhere(bench: Bench, runner: AsyncRunner) -> None:
    """Another process drops what lies in queues."""

    def dropped(store: SqliteStore) -> None:
        for letter in store.letters():
            store.drop(letter.id, "not needed", bench.clock.now())

    bench.ask(dropped)  # type: ignore[arg-type]  # the bench opens files alone here


DEEDS = {"replay": replay, "close": close, "again": again, "elsewhere": elsewhere}


def test_few_events_of_one_return_are_followed_in_memory() -> None:
    """Else the property above would say nothing."""
    Compared.used = 0
    with TemporaryDirectory() as folder:
        bench = Bench(partial(Compared, Path(folder) / "retoure.db"))
        steps = [("r1", {"mail": "hello"}, ""), ("r1", {"mail": "hello", "refund": "small"}, "")]
        bench.run(partial(played, bench, steps), reread=False)
    assert Compared.used == 2
    assert bench.sent("mails.send") == [{"text": "hello"}]


def test_a_shelf_forgets_what_was_used_longest_ago() -> None:
    shelf = Shelf(3)
    for name in ("r1", "r2", "r3"):
        shelf.keep(name, Book(State()))
    assert shelf.find("r1") is not None
    shelf.keep("r4", Book(State()))
    assert [name for name in ("r1", "r2", "r3", "r4") if shelf.find(name)] == ["r1", "r3", "r4"]
    shelf.forget(("r1", "r9"))
    assert shelf.find("r1") is None
    assert Shelf(0).find("r1") is None
