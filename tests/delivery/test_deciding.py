"""From event to decision: order, the newest record, reads and their failures, physical units, broken mappings."""

from __future__ import annotations

import asyncio
from typing import Any

from retoure.connectors.port import Call, Event
from retoure.delivery.store.port import EventState
from retoure.runner import AsyncRunner

from .conftest import START, Bench

ORDER = {"items": [{"id": 11}, {"id": 12}]}


def states(bench: Bench, subject: str = "r1") -> list[str]:
    return [event["state"] for event in bench.ask(lambda store: store.story(subject)).events]


def note(event: str, version: int, **content: Any) -> Event:
    """An event that carries its record and cannot be read again."""
    snapshot = {"id": "r1", "version": version, **content}
    return Event("desk", "return_noted", event, "r1", event.encode(), snapshot)


def test_the_newest_record_decides_whatever_the_event_says(bench: Bench) -> None:
    early = bench.returned(stock={"A": 1})
    late = bench.returned(version=2, stock={"A": 3})
    bench.deliver(early, late)
    assert [body["quantity"] for body in bench.sent("stock.add")] == [3]
    assert states(bench) == ["done", "done"]
    assert bench.desk.counts()["returns.get"] == 1


def test_without_a_reread_events_are_decided_one_by_one(bench: Bench) -> None:
    bench.deliver(note("a", 1, stock={"A": 1}), note("b", 2, stock={"A": 3}))
    assert [body["quantity"] for body in bench.sent("stock.add")] == [3]
    assert [occurrence.record["version"] for occurrence, _ in bench.mapping.seen] == [1, 2]


def test_reread_off_takes_the_snapshot(bench: Bench) -> None:
    event = Event("desk", "return_updated", "e1", "r1", b"", {"id": "r1", "version": 1, "note": "as told"})
    bench.deliver(event, reread=False)
    assert [body["text"] for body in bench.sent("notes.set")] == ["as told"]


def test_an_older_version_is_superseded(bench: Bench) -> None:
    bench.deliver(note("b", 2, stock={"A": 3}), note("a", 1, stock={"A": 1}))
    assert states(bench) == ["done", "superseded"]
    assert [body["quantity"] for body in bench.sent("stock.add")] == [3]


def test_an_event_without_a_record_is_held(bench: Bench) -> None:
    bench.deliver(Event("desk", "return_noted", "e1", "r1", b"{}"))
    assert states(bench) == ["held"]
    assert bench.open_holds()[0][2] == "integration"


def test_events_of_other_records_are_ignored_and_kept(bench: Bench) -> None:
    bench.deliver(
        Event("desk", "claim_made", "e1", "r1", b"claim", {"id": "r1"}), Event("shop", "refund", "e2", "r1", b"refund")
    )
    assert states(bench) == ["ignored", "ignored"]
    assert bench.mapping.seen == []


def test_now_is_the_moment_the_event_came(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        await runner.submit(bench.returned(stock={"A": 1}))
        await bench.clock.sleep(3600)
        await runner.drain()

    bench.run(story)
    assert bench.sent("stock.add")[0]["at"] == START.isoformat()


def test_the_now_of_an_effect_stays_frozen_in_later_decisions(bench: Bench) -> None:
    bench.deliver(bench.returned(stock={"A": 1}))
    bench.clock.time = START.replace(hour=20)
    bench.deliver(bench.returned(version=2, stock={"A": 1}))
    (entry,) = bench.mapping.seen[-1][1].ledger.values()
    assert entry.decided_at == START


def test_a_reread_that_fails_is_tried_again_later(bench: Bench) -> None:
    bench.desk.fails("returns.get", "UNAVAILABLE", times=2)
    event = bench.returned(note="x")
    bench.deliver(event)
    assert states(bench) == ["waiting"]
    bench.deliver(wait=True)
    assert states(bench) == ["done"]
    assert bench.desk.counts()["returns.get"] == 3


def test_a_reread_that_fails_for_good_is_held_and_can_be_replayed(bench: Bench) -> None:
    bench.desk.fails("returns.get", "UNAVAILABLE", times=9)
    bench.deliver(bench.returned(note="x"), wait=True)
    assert states(bench) == ["held"]
    assert bench.desk.counts()["returns.get"] == 9
    assert bench.ask(lambda store: store.replay(bench.clock.now(), letter="event-1")) == 1
    bench.deliver()
    assert states(bench) == ["done"]
    assert bench.open_holds() == []


def test_a_newer_event_takes_the_place_of_a_held_one(bench: Bench) -> None:
    bench.deliver(bench.returned(explode=True))
    bench.deliver(bench.returned(version=2, note="x"))
    assert states(bench) == ["superseded", "done"]
    assert bench.open_holds() == []


def test_a_mapping_that_breaks_holds_its_event_and_nothing_else(bench: Bench) -> None:
    bench.deliver(bench.returned("r1", explode=True), bench.returned("r2", note="fine"))
    assert bench.open_holds() == [("event", "cannot be decided: ZeroDivisionError: the mapping broke", "integration")]
    assert states(bench, "r2") == ["done"]
    assert bench.ask(lambda store: store.event(1).event.raw) == b"e1 r1"


def test_a_record_of_somebody_else_is_held(bench: Bench) -> None:
    event = bench.returned()
    bench.desk.records["r1"] = {"id": "r2", "version": 1}
    bench.deliver(event)
    assert bench.open_holds() == [("event", "the record is r2, but the event is about r1", "integration")]


# --- reads


def test_reads_are_answered_once_per_event(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=2)
    bench.deliver(bench.returned(order="1"), wait=True)
    assert bench.shop.counts()["orders.get"] == 1


def test_a_read_that_waits_is_durable_and_other_subjects_go_on(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.shop.fails("orders.get", "RATE_LIMITED", times=1)
    bench.deliver(bench.returned("r1", order="1"), bench.returned("r2", note="x"))
    assert (states(bench, "r1"), states(bench, "r2")) == (["waiting"], ["done"])
    bench.deliver(wait=True)
    assert states(bench, "r1") == ["done"]
    assert bench.desk.counts()["returns.get"] == 2, "the record is journaled too"


def test_a_read_that_fails_for_good_queues_its_event(bench: Bench) -> None:
    bench.shop.fails("orders.get", "UNAVAILABLE")
    bench.deliver(bench.returned(order="1", note="the rest goes on"), wait=True)
    assert states(bench) == ["queued"]
    assert bench.sent("notes.set") != []
    (letter,) = bench.ask(lambda store: store.letters())
    assert (letter.id, letter.queue, letter.subject) == ("event-1", "failed", "r1")
    assert bench.shop.counts()["orders.get"] == 4
    assert bench.open_holds() == [], "the letter says it"
    assert [fired.alert for fired in bench.fired] == ["oncall"]


def test_replaying_a_queued_event_reads_afresh(bench: Bench) -> None:
    bench.shop.fails("orders.get", "UNAVAILABLE", times=4)
    bench.deliver(bench.returned(order="1"), wait=True)
    bench.shop.always("orders.get", ORDER)
    assert bench.ask(lambda store: store.replay(bench.clock.now(), queue="failed")) == 1
    bench.deliver()
    assert states(bench) == ["done"]
    assert bench.ask(lambda store: store.letters()) == ()
    assert [body["unit"] for body in bench.sent("refunds.send")] == ["11"]


def test_a_read_may_end_in_a_hold(bench: Bench) -> None:
    bench.shop.fails("orders.get", "GONE")
    bench.deliver(bench.returned(order="1"))
    assert bench.open_holds() == [("decision", "adjust by hand: GONE: scripted for orders.get", "operations")]
    assert states(bench) == ["done"]


# --- units


def test_two_returns_of_one_order_get_different_units(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.deliver(bench.returned("r1", order="1"), bench.returned("r2", order="1"))
    assert sorted(body["unit"] for body in bench.sent("refunds.send")) == ["11", "12"]


def test_a_third_return_finds_no_unit_left(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.deliver(*(bench.returned(subject, order="1") for subject in ("r1", "r2", "r3")))
    assert len(bench.sent("refunds.send")) == 2
    holds = bench.ask(lambda store: store.holds())
    assert [hold.reason for hold in holds] == ["no unit is left"]


def test_a_unit_taken_while_deciding_is_noticed_at_the_commit(bench: Bench) -> None:
    """Both read the claims before either stores its pick; the second commit hits the constraint."""
    bench.shop.always("orders.get", ORDER)
    store_decided = bench.mapping.decide
    raced: list[str] = []

    def decide(occurrence: Any, state: Any) -> Any:
        decision = store_decided(occurrence, state)
        if decision.picks and decision.subject == "r2" and not raced:
            raced.append("r1 takes unit 11 now")
            other = bench.look()
            with other._data.transaction() as db:
                db.execute("INSERT INTO picks VALUES ('11', 'r1', 'line', 0)")
            other.close()
        return decision

    bench.mapping.decide = decide  # type: ignore[method-assign]
    bench.deliver(bench.returned("r2", order="1"))
    assert raced
    assert [body["unit"] for body in bench.sent("refunds.send")] == ["12"]


def test_a_return_keeps_its_units(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.deliver(bench.returned("r1", order="1"))
    bench.deliver(bench.returned("r1", version=2, order="1"))
    assert bench.ask(lambda store: store.state("r1")).picks == {"line": ("11",)}
    assert len(bench.sent("refunds.send")) == 1


# --- decisions


def test_decisions_are_stored_with_what_they_saw(bench: Bench) -> None:
    bench.shop.always("orders.get", ORDER)
    bench.deliver(bench.returned(order="1"))
    (decision,) = bench.ask(lambda store: store.story("r1")).decisions
    assert decision["mapping"] == bench.mapping.identity
    assert decision["record"]["order"] == "1"
    assert decision["answers"]["shop.orders.get(1)"]["value"] == ORDER
    assert decision["decision"]["wanted"][0]["body"] == {"order": "1", "unit": "11"}


def test_a_connector_may_fail_in_ways_nobody_foresaw(bench: Bench) -> None:
    def broken(call: Call) -> Any:
        raise RuntimeError("out of cheese")

    bench.shop.always("orders.get", broken)
    bench.deliver(bench.returned("r1", order="1"), bench.returned("r2", note="x"))
    assert bench.open_holds()[0][1] == "cannot be decided: RuntimeError: out of cheese"
    assert states(bench, "r2") == ["done"]


def test_a_system_without_a_connector_is_a_failed_read(bench: Bench) -> None:
    async def story() -> None:
        async with bench.runner(connectors={"desk": bench.desk}) as runner:
            await runner.submit(bench.returned(order="1"))
            await runner.drain()

    asyncio.run(story())
    assert bench.ask(lambda store: store.event(1).state) is EventState.QUEUED
