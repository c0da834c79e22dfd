"""Several workers on one PostgreSQL database: what may happen at the same time, and what must not."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import psycopg
import pytest

from retoure.connectors.port import Event, Json, Settled
from retoure.delivery.errors import Fenced, StoreUnavailable
from retoure.delivery.ledger import Effect, EffectState
from retoure.delivery.store.port import Attempt, Conclusion, EventState, NewHold, Signal, Tallies
from retoure.delivery.store.postgres import PostgresStore

from .conftest import Bench

T = TypeVar("T")

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
SHORT: float = 0.6


def event(number: str, subject: str = "r1", raw: bytes = b"{}") -> Event:
    return Event("desk", "return_updated", number, subject, raw)


@pytest.fixture
def stores(postgres: str) -> Iterator[Callable[[], PostgresStore]]:
    """Opens the database as another process would; a worker counts as dead after a moment."""
    opened: list[PostgresStore] = []

    def another() -> PostgresStore:
        opened.append(PostgresStore(postgres, lease=SHORT))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


def at_once(*works: Callable[[], T]) -> list[T]:
    """What each gives, started together in threads of their own."""
    gate = threading.Barrier(len(works))

    def started(work: Callable[[], T]) -> T:
        gate.wait()
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(started, works))


def dead(store: PostgresStore) -> None:
    """As if its process had stopped: no more signs of life, and no farewell."""
    store._pulse._leave = lambda connection: connection.close()  # type: ignore[method-assign]
    store._pulse.stop()
    time.sleep(SHORT)


# --- accepting


def test_an_event_that_comes_to_several_at_once_is_stored_once(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    for number in range(20):
        same = event(f"e{number}")
        found = at_once(*(partial(store.accept, same, NOW) for store in (one, two, one, two)))
        assert sorted(each.duplicate for each in found) == [False, True, True, True]
        assert len({each.seq for each in found}) == 1


def test_the_same_id_with_other_content_is_seen_across_returns(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    for number in range(20):
        works = (partial(store.accept, event(f"e{number}", subject, subject.encode()), NOW) for store, subject in
                 ((one, "r1"), (two, "r2")))  # fmt: skip
        assert sorted(each.conflict for each in at_once(*works)) == [False, True]


def test_batches_that_cross_do_not_wait_for_each_other_for_ever(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    for turn in range(10):
        there = [(event(f"a{turn}-{number}", f"r{number}"), NOW) for number in range(30)]
        back = [(event(f"b{turn}-{number}", f"r{number}"), NOW) for number in reversed(range(30))]
        at_once(partial(one.accept_all, there), partial(two.accept_all, back))
    assert one.status().events == {"waiting": 600}


def test_the_order_of_a_return_is_the_order_of_storing(stores: Callable[[], PostgresStore]) -> None:
    """A number is given when nobody else can store for the return: none appears before one that is seen already."""
    writers, looker = [stores(), stores()], stores()
    seen: list[int] = []
    done = threading.Event()

    def look() -> None:
        while not done.is_set():
            seen.extend(each.seq for each in looker.waiting_events("r1") if each.seq not in seen)

    def write(store: PostgresStore, name: str) -> None:
        for number in range(100):
            store.accept(event(f"{name}{number}"), NOW)

    looking = threading.Thread(target=look)
    looking.start()
    at_once(*(partial(write, store, name) for store, name in zip(writers, "ab", strict=True)))
    done.set()
    looking.join()
    assert len(seen) > 1
    assert seen == sorted(seen)


# --- claims


def test_one_of_many_gets_a_claim(stores: Callable[[], PostgresStore]) -> None:
    workers = [stores() for _ in range(4)]
    for worker in workers:
        worker.start_work(NOW)
    for number in range(10):
        assert sum(at_once(*(partial(worker.claim, f"r{number}", NOW) for worker in workers))) == 1


def test_a_claim_that_is_given_back_is_free(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    two.start_work(NOW)
    assert one.claim("r1", NOW)
    assert not two.claim("r1", NOW)
    one.release("r1")
    assert two.claim("r1", NOW)


def test_who_lives_keeps_what_it_claimed(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    two.start_work(NOW)
    assert one.claim("r1", NOW)
    time.sleep(2 * SHORT)
    assert not two.claim("r1", NOW)


def test_without_a_claim_nothing_is_written(stores: Callable[[], PostgresStore]) -> None:
    store = stores()
    seq = store.accept(event("e1"), NOW).seq
    with pytest.raises(Fenced):
        store.postpone([seq], NOW + timedelta(hours=1))
    assert store.event(seq).due_at == NOW


def test_calls_for_the_same_thing_begin_one_after_the_other(postgres: str) -> None:
    """Two workers that read a stock, add to it and write it at a time would lose one addition."""
    bench = Bench(partial(PostgresStore, postgres))
    bench.shop.fails("stock.add", "UNAVAILABLE", times=2)
    bench.deliver(bench.returned("r1", stock={"A": 1}), bench.returned("r2", stock={"A": 1}))
    with closing(bench.look()) as one, closing(bench.look()) as two:
        later = NOW + timedelta(hours=1)
        for store, subject in ((one, "r1"), (two, "r2")):
            store.start_work(NOW)
            assert store.claim(subject, NOW)
        calls = [*one.due_effects("r1", later), *two.due_effects("r2", later)]
        begun = at_once(partial(one.begin, calls[0], None, NOW), partial(two.begin, calls[1], None, NOW))
        assert sorted(begun) == [False, True]
        (first, done), (late, left) = ((one, calls[0]), (two, calls[1]))[:: 1 if begun[0] else -1]
        assert late.due_effects(left.subject, later) == ()
        first.conclude(done, Attempt("send", "applied"), Conclusion(EffectState.APPLIED), NOW)
        assert [effect.id for effect in late.due_effects(left.subject, later)] == [left.id]
        assert late.begin(left, None, NOW)


def test_a_transaction_in_which_a_process_was_stopped_is_undone_and_no_damage(postgres: str) -> None:
    with closing(PostgresStore(postgres)) as store:
        with pytest.raises(StoreUnavailable, match="stopped in a transaction"):
            stopped_in_a_transaction(store, postgres)
        assert store.status().events == {}


def test_rows_are_not_sent_in_a_pipeline(postgres: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped in one keeps its locks, however long it sleeps."""
    monkeypatch.setattr(psycopg.Connection, "pipeline", None)
    with closing(PostgresStore(postgres)) as store, store._data.transaction() as db:
        db.executemany("DELETE FROM wakes WHERE id = ?", [(1,), (2,)])


def stopped_in_a_transaction(store: PostgresStore, url: str) -> None:
    with store._data.transaction() as db:
        db.execute("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        until_gone(db.execute("SELECT pg_backend_pid() AS pid").fetchone()["pid"], url)
        db.execute("SELECT 1")


def until_gone(backend: int, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (backend,)).fetchone():
            time.sleep(0.02)


def test_after_a_take_over_the_first_one_writes_and_calls_nothing(bench_of: Callable[[], Bench]) -> None:
    """Every write of a drain is refused, whatever it is, and leaves no trace."""
    bench = bench_of()
    bench.deliver(bench.returned(refund="a"))
    with closing(bench.look()) as opened, closing(bench.look()) as other:
        assert isinstance(opened, PostgresStore)
        opened.start_work(NOW)
        other.start_work(NOW)
        opened.accept(bench.returned(refund="b"), NOW)
        (waiting,) = opened.waiting_events("r1")
        assert opened.claim("r1", NOW)
        effect = opened.effect(1)
        opened.begin(effect, None, NOW)
        opened.wake("r1", "wake", NOW)
        dead(opened)
        assert other.claim("r1", NOW)
        before = other.story("r1")
        hold = NewHold("event", "", (), "late", "desk")
        for write in (
            partial(opened.postpone, [waiting.seq], NOW),
            partial(opened.end_events, [waiting.seq], EventState.HELD, "late", NOW, hold),
            partial(opened.begin, effect, None, NOW),
            partial(opened.conclude, effect, Attempt("send", "applied"), Conclusion(EffectState.APPLIED), NOW),
            partial(opened.recover, "r1", NOW),
            partial(opened.begin_wake, "r1", NOW),
            partial(opened.may_call, "r1"),
        ):
            with pytest.raises(Fenced):
                write()
        assert other.story("r1") == before
        assert [effect["state"] for effect in before.effects] == ["waiting"]
        assert before.effects[0]["unsettled"], "nobody knows whether the dead worker's call took effect"
        opened.release("r1")
        other.postpone([waiting.seq], NOW)


def test_what_a_dead_worker_left_under_way_is_due(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    one.claim("r1", NOW)
    assert two.due_subjects(NOW) == ()
    dead(one)
    assert two.due_subjects(NOW) == ("r1",)


def test_who_leaves_in_order_leaves_nothing_claimed(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    one.claim("r1", NOW)
    one.close()
    assert two.due_subjects(NOW) == ("r1",)
    assert two.claim("r1", NOW)


def test_what_another_works_on_is_not_due(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    two.accept(event("e1"), NOW)
    assert two.next_due() == NOW
    one.claim("r1", NOW)
    assert (two.due_subjects(NOW), two.next_due()) == ((), None)
    one.release("r1")
    assert (two.due_subjects(NOW), two.next_due()) == (("r1",), NOW)


# --- waking


def test_workers_hear_of_what_others_accept(stores: Callable[[], PostgresStore]) -> None:
    one, two = stores(), stores()
    heard = threading.Event()
    one.listen(heard.set)
    one.start_work(NOW)
    two.accept(event("e1"), NOW)
    assert heard.wait(30)


def fail_while_storing(store: PostgresStore) -> None:
    with store._data.transaction() as db:
        db.lock("r1")
        raise ZeroDivisionError


def test_an_event_that_is_not_stored_wakes_nobody(stores: Callable[[], PostgresStore]) -> None:
    """The wake is part of the transaction."""
    one, two = stores(), stores()
    heard: list[bool] = []
    one.listen(lambda: heard.append(True))
    one.start_work(NOW)
    with pytest.raises(ZeroDivisionError):
        fail_while_storing(two)
    seen = threading.Event()
    one.listen(seen.set)
    two.accept(event("e1"), NOW)
    assert seen.wait(30)
    assert heard == []


# --- once in a cluster


def test_an_alert_goes_off_once(stores: Callable[[], PostgresStore]) -> None:
    workers = [stores() for _ in range(4)]

    def judge(new: Sequence[Signal], tallies: Tallies) -> Mapping[str, str]:
        return {"oncall": "one hold"} if tallies.last_fired("oncall") is None else {}

    subject = workers[0].accept(event("e1"), NOW).seq
    workers[0].claim("r1", NOW)
    workers[0].end_events([subject], EventState.HELD, "why", NOW, NewHold("event", "", (), "why", "desk"))
    fired = at_once(*(partial(worker.ring, judge, NOW) for worker in workers))
    assert sum(map(len, fired)) == 1


def test_an_alert_is_not_lost_with_the_worker_that_judged_it(stores: Callable[[], PostgresStore]) -> None:
    store = stores()
    seq = store.accept(event("e1"), NOW).seq
    store.claim("r1", NOW)
    store.end_events([seq], EventState.HELD, "why", NOW, NewHold("event", "", (), "why", "desk"))

    def dies(new: Sequence[Signal], tallies: Tallies) -> Mapping[str, str]:
        raise SystemExit

    with pytest.raises(SystemExit):
        store.ring(dies, NOW)
    assert store.ring(lambda new, tallies: {"oncall": f"{len(new)}"}, NOW)[0].text == "1"


def test_an_audit_is_run_by_one(stores: Callable[[], PostgresStore]) -> None:
    workers = [stores() for _ in range(4)]
    for worker in workers:
        worker.start_work(NOW)
    assert sum(at_once(*(partial(worker.claim_audit, "money") for worker in workers))) == 1


def test_letters_expire_once(bench_of: Callable[[], Bench]) -> None:
    bench = bench_of()
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=4)
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert bench.effects() == ["queued"]
    late = bench.clock.now() + timedelta(days=100)
    with closing(bench.look()) as one, closing(bench.look()) as two:
        moved = at_once(*(partial(store.expire, "failed", late, "desk", late) for store in (one, two)))
    assert sorted(moved) == [0, 1]
    assert len(bench.open_holds()) == 1


# --- two workers at once


@pytest.fixture
def bench_of(postgres: str) -> Callable[[], Bench]:
    """Benches on one database, whose workers soon count as dead."""
    return lambda: Bench(partial(PostgresStore, postgres, lease=SHORT))


def test_two_workers_share_the_work_and_double_nothing(postgres: str) -> None:
    bench = Bench(partial(PostgresStore, postgres))
    bench.shop.always("refunds.send", lambda call: {})

    async def story() -> None:
        async with bench.runner(poll=0.05) as one, bench.runner(poll=0.05) as two:
            for number in range(60):
                await one.submit(bench.returned(f"r{number}", refund=str(number)))
            await asyncio.gather(one.drain(), two.drain())

    asyncio.run(story())
    sent = Counter(body["reason"] for body in bench.sent("refunds.send"))
    assert sent == {str(number): 1 for number in range(60)}


def test_a_unit_is_claimed_by_one_return_only(postgres: str) -> None:
    """Forty returns want one of ten units of an order, decided by two workers at a time."""
    bench = Bench(partial(PostgresStore, postgres))
    order = {"items": [{"id": number} for number in range(10)]}
    bench.shop.always("orders.get", lambda call: order)
    bench.shop.always("refunds.send", lambda call: {})

    async def story() -> None:
        async with bench.runner(poll=0.05) as one, bench.runner(poll=0.05) as two:
            for number in range(40):
                await one.submit(bench.returned(f"r{number}", order="1"))
            await asyncio.gather(one.drain(), two.drain())

    asyncio.run(story())
    assert Counter(body["unit"] for body in bench.sent("refunds.send")) == {str(number): 1 for number in range(10)}
    assert len([hold for n in range(40) for hold in bench.open_holds(f"r{n}")]) == 30


def test_a_call_is_not_made_when_the_claim_was_lost_after_its_intent(bench_of: Callable[[], Bench]) -> None:
    """The worker is silent for too long exactly between intent and call."""
    bench = bench_of()

    async def story() -> None:
        async with bench.runner() as runner:
            store = runner.store
            assert isinstance(store, PostgresStore)
            begin = store.begin

            def stopped(effect: Effect, plan: Json, at: datetime) -> bool:
                begun = begin(effect, plan, at)
                dead(store)
                return begun

            store.begin = stopped  # type: ignore[method-assign]
            await runner.submit(bench.returned(refund="a"))
            await runner.drain()

    asyncio.run(story())
    assert (bench.sent("refunds.send"), bench.effects()) == ([], ["sending"])
    bench.shop.settles("refunds.send", Settled.NOT_APPLIED)
    bench.deliver(wait=True)
    assert (len(bench.sent("refunds.send")), bench.effects()) == (1, ["applied"])


# --- a database that fails


def test_lost_connections_are_told_and_made_anew(stores: Callable[[], PostgresStore], postgres: str) -> None:
    store = stores()
    store.accept(event("e1"), NOW)
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    with pytest.raises(StoreUnavailable, match="postgresql://"):
        store.accept(event("e2"), NOW)
    assert not store.accept(event("e2"), NOW).duplicate


def test_a_worker_whose_connection_is_cut_is_heard_of_again(stores: Callable[[], PostgresStore], postgres: str) -> None:
    one, two = stores(), stores()
    one.start_work(NOW)
    two.start_work(NOW)
    assert one.claim("r1", NOW)
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
    deadline = time.monotonic() + 30
    while True:
        try:
            two.due_subjects(NOW)
            assert one.claim("r1", NOW)
            one.may_call("r1")
            assert two.claim("r1", NOW) is False
            break
        except (Fenced, StoreUnavailable):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_sign_of_life_that_comes_too_late_gives_nothing_back(
    stores: Callable[[], PostgresStore], postgres: str
) -> None:
    """As of a process that was stopped: when it goes on, it tells the database that it lives before it asks."""
    one, two = stores(), stores()
    one.start_work(NOW)
    two.start_work(NOW)
    assert one.claim("r1", NOW)
    with psycopg.connect(postgres) as admin:
        admin.execute("SELECT 1 FROM workers WHERE id = %s FOR UPDATE", (one.worker,))
        until(lambda: two.claim("r1", NOW))
    until(lambda: one.claim("r3", NOW) and _may_call(one, "r3"))
    assert not _may_call(one, "r1")
    assert not one.claim("r1", NOW)
    assert not _may_call(one, "r1")


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _may_call(store: PostgresStore, subject: str) -> bool:
    try:
        store.may_call(subject)
    except Fenced:
        return False
    return True


@pytest.mark.parametrize(
    "url", ["postgresql://nobody:hush@127.0.0.1:1/nothing", "postgresql://u:hush@/x?host=/nowhere"]
)
def test_a_database_that_does_not_answer_is_named_without_its_password(url: str) -> None:
    with pytest.raises(StoreUnavailable) as caught:
        PostgresStore(url)
    assert str(caught.value).startswith("postgresql://")
    assert "hush" not in str(caught.value)


def test_a_database_of_something_else_is_left_alone(postgres: str) -> None:
    with psycopg.connect(postgres) as connection:
        connection.execute("CREATE TABLE events (id INTEGER)")
    with pytest.raises(Exception, match="something else"):
        PostgresStore(postgres)


def test_another_layout_is_refused(postgres: str) -> None:
    PostgresStore(postgres).close()
    with psycopg.connect(postgres) as connection:
        connection.execute("UPDATE retoure_layout SET version = 999")
    with pytest.raises(Exception, match="newer retoure"):
        PostgresStore(postgres)


def test_several_may_make_the_tables_at_once(postgres: str) -> None:
    for store in at_once(*(partial(PostgresStore, postgres) for _ in range(4))):
        store.close()


def test_texts_that_postgresql_cannot_hold(stores: Callable[[], PostgresStore]) -> None:
    store = stores()
    odd = Event("desk", "return_updated", "e\0", "r\0", b"\0", {"a": "\0"})
    seq = store.accept(odd, NOW).seq
    assert store.accept(odd, NOW).duplicate
    assert (store.event(seq).event.raw, store.event(seq).event.snapshot) == (b"\0", {"a": "\0"})
    assert [stored.seq for stored in store.waiting_events("r\0")] == [seq]
