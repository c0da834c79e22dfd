"""Effects against platforms that fail: retries, unknown outcomes, the ends of policies, corrections."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from retoure.connectors.port import Call, CallFailed, Settled
from retoure.delivery.errors import StoreUnavailable
from retoure.delivery.ledger import EffectState
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner

from .conftest import START, Bench


def attempts(bench: Bench, subject: str = "r1") -> list[tuple[str, str]]:
    rows = bench.ask(lambda store: store.story(subject)).attempts
    return [(row["step"], row["outcome"]) for row in rows]


def test_a_retry_is_durable_and_spaced(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned(refund="a"))
    assert bench.effects() == ["waiting"]
    due = bench.ask(lambda store: store.next_due())
    assert due is not None
    assert 10 <= (due - START).total_seconds() <= 20
    bench.deliver()
    assert len(bench.sent("refunds.send")) == 1, "it is not due yet"
    bench.deliver(wait=True)
    assert len(bench.sent("refunds.send")) == 2
    assert bench.effects() == ["applied"]


def test_the_budget_ends_in_the_queue(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "RATE_LIMITED")
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert len(bench.sent("refunds.send")) == 4
    assert bench.effects() == ["queued"]
    (letter,) = bench.ask(lambda store: store.letters(queue="failed"))
    assert (letter.what, letter.error) == ('shop.refunds.send ["r1"]', "RATE_LIMITED: scripted for refunds.send")


def test_the_platforms_wait_is_honoured(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "RATE_LIMITED", times=1, retry_after=500)
    bench.deliver(bench.returned(refund="a"))
    due = bench.ask(lambda store: store.next_due())
    assert due is not None
    assert (due - START).total_seconds() == 500


def test_a_business_error_is_held_for_its_team_and_closes_on_success(bench: Bench) -> None:
    bench.shop.fails("stock.add", "GONE", times=1)
    bench.deliver(bench.returned(stock={"A": 1}))
    assert bench.open_holds() == [("effect", "adjust by hand: GONE: scripted for stock.add", "operations")]
    bench.ask(lambda store: store.replay(bench.clock.now(), subject="r1"))
    bench.deliver()
    assert (bench.effects(), bench.open_holds()) == (["applied"], [])


@pytest.mark.parametrize(
    ("error", "state", "why"),
    [
        ("HARMLESS", "skipped", "nothing to do"),
        ("INVALID", "queued", "it was tried again and lies in queue failed"),
    ],
)
def test_a_hold_goes_when_the_replayed_effect_ends_otherwise(bench: Bench, error: str, state: str, why: str) -> None:
    bench.shop.fails("stock.add", "GONE", times=1)
    bench.deliver(bench.returned(stock={"A": 1}))
    bench.shop.fails("stock.add", error, times=1)
    bench.ask(lambda store: store.replay(bench.clock.now(), subject="r1"))
    bench.deliver()
    (closed,) = bench.ask(lambda store: store.holds(subject="r1", closed=True))
    assert (bench.effects(), bench.open_holds(), closed.closed_why) == ([state], [], why)


def test_a_hold_stays_while_the_replayed_effect_is_tried_again(bench: Bench) -> None:
    bench.shop.fails("stock.add", "GONE", times=1)
    bench.deliver(bench.returned(stock={"A": 1}))
    bench.shop.fails("stock.add", "UNAVAILABLE", times=1)
    bench.ask(lambda store: store.replay(bench.clock.now(), subject="r1"))
    bench.deliver()
    assert (bench.effects(), len(bench.open_holds())) == (["waiting"], 1)
    bench.deliver(wait=True)
    assert (bench.effects(), bench.open_holds()) == (["applied"], [])


def test_skip_lets_an_effect_go(bench: Bench) -> None:
    bench.shop.fails("notes.set", "HARMLESS")
    bench.deliver(bench.returned(note="x"))
    bench.deliver(bench.returned(version=2, note="x"))
    assert bench.effects() == ["skipped"]
    assert len(bench.sent("notes.set")) == 1


def test_a_waiting_effect_blocks_nobody(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned("r1", refund="a", note="x"), bench.returned("r2", note="y"))
    assert bench.effects("r1") == ["waiting", "applied"]
    assert bench.effects("r2") == ["applied"]


def test_a_newer_version_replaces_a_waiting_difference(bench: Bench) -> None:
    bench.shop.fails("stock.add", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned(stock={"A": 1}))
    bench.deliver(bench.returned(version=2, stock={"A": 4}))
    assert [body["quantity"] for body in bench.sent("stock.add")] == [1, 4]
    assert bench.effects() == ["superseded", "applied"]


def test_corrections_send_differences(bench: Bench) -> None:
    for version, quantity in enumerate((1, 0, 3), start=1):
        bench.deliver(bench.returned(version=version, stock={"A": quantity}))
    bench.deliver(bench.returned(version=4, stock={"B": 1}))
    sent = [(body["sku"], body["quantity"]) for body in bench.sent("stock.add")]
    assert sent == [("A", 1), ("A", -1), ("A", 3), ("A", -3), ("B", 1)]


def test_a_kept_note_is_undone(bench: Bench) -> None:
    bench.deliver(bench.returned(note="x"))
    bench.deliver(bench.returned(version=2))
    assert bench.sent("notes.set")[-1] == {"order": "1", "name": "return", "remove": True}


def test_a_changed_refund_is_held_once_and_never_sent_again(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    bench.deliver(bench.returned(version=2, refund="b"))
    bench.deliver(bench.returned(version=3, refund="c"))
    assert bench.open_holds() == [("correction", "already reported", "finance")]
    assert [body["reason"] for body in bench.sent("refunds.send")] == ["a"]


def test_a_stopped_rule_leaves_its_effects_alone(bench: Bench) -> None:
    bench.deliver(bench.returned(stock={"A": 1}, refund="a"))
    bench.deliver(bench.returned(version=2, status="hold"))
    assert bench.open_holds() == [("decision", "look at this", "desk")]
    assert len(bench.shop.calls) == 2


# --- unknown outcomes


def crash_during(bench: Bench, operation: str, **content: Any) -> None:
    """The process ends while the call is under way: the platform may or may not have acted."""

    class Killed(BaseException):
        pass

    def die(call: Call) -> Any:
        raise Killed

    bench.shop.once(operation, die)
    with pytest.raises(Killed):
        bench.deliver(bench.returned(**content))
    assert EffectState.SENDING in bench.effects()


def test_a_crash_during_a_call_is_settled_before_anything_is_repeated(bench: Bench) -> None:
    crash_during(bench, "refunds.send", refund="a")
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver()
    assert len(bench.sent("refunds.send")) == 1
    assert attempts(bench) == [("send", "unknown"), ("settle", "applied")]


def test_a_call_that_was_not_applied_is_sent_again(bench: Bench) -> None:
    crash_during(bench, "refunds.send", refund="a")
    bench.shop.settles("refunds.send", Settled.NOT_APPLIED)
    bench.deliver()
    assert attempts(bench) == [("send", "unknown"), ("settle", "not applied"), ("send", "applied")]


def test_a_platform_that_acts_after_the_restart_is_not_outrun(file_bench: Bench, tmp_path: Path) -> None:
    crash_during(file_bench, "refunds.send", refund="a")
    acts = file_bench.clock.now() + timedelta(seconds=15)

    async def settle(call: Call, plan: Any = None) -> Settled:
        return Settled.APPLIED if file_bench.clock.now() >= acts else Settled.NOT_APPLIED

    file_bench.shop.settle = settle  # type: ignore[method-assign]
    file_bench.look = partial(SqliteStore, tmp_path / "retoure.db", settle_after=20)
    file_bench.deliver()
    assert (file_bench.effects(), attempts(file_bench)) == (["waiting"], [("send", "unknown")])
    file_bench.deliver(wait=True)
    assert (file_bench.effects(), len(file_bench.sent("refunds.send"))) == (["applied"], 1)


def test_a_call_nobody_can_tell_of_is_held(bench: Bench) -> None:
    crash_during(bench, "refunds.send", refund="a")
    bench.deliver()
    assert bench.effects() == ["held"]
    assert len(bench.sent("refunds.send")) == 1
    (hold,) = bench.open_holds()
    assert hold == (
        "effect",
        "nobody can tell whether shop.refunds.send took effect; it was not sent again",
        "operations",
    )


def test_a_call_without_any_check_is_held_after_a_crash(bench: Bench) -> None:
    crash_during(bench, "mails.send", mail="hello")
    bench.deliver()
    assert (bench.effects(), bench.shop.settled) == (["held"], [])


def test_a_harmless_call_is_repeated_after_a_crash(bench: Bench) -> None:
    crash_during(bench, "notes.set", note="x")
    bench.deliver()
    assert (bench.effects(), len(bench.sent("notes.set"))) == (["applied"], 2)


def test_a_time_out_waits_and_is_settled_before_each_try(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "TIMEOUT", times=2)
    bench.shop.settles("refunds.send", Settled.NOT_APPLIED)
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert attempts(bench) == [("send", "unknown"), ("settle", "not applied")] * 2 + [("send", "applied")]


def test_a_time_out_that_was_applied_is_done(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "TIMEOUT", times=1)
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert (bench.effects(), len(bench.sent("refunds.send"))) == (["applied"], 1)


def test_a_policy_that_asks_for_a_check_gets_it_even_when_the_platform_said_no(bench: Bench) -> None:
    failed = CallFailed("TIMEOUT", "504 from a gateway", outcome_unknown=False)
    bench.shop.once("refunds.send", failed)
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert (bench.effects(), len(bench.sent("refunds.send"))) == (["applied"], 1)


def test_a_time_out_of_a_call_without_check_is_held_at_once(bench: Bench) -> None:
    bench.shop.fails("mails.send", "TIMEOUT")
    bench.deliver(bench.returned(mail="hello"), wait=True)
    assert (bench.effects(), len(bench.sent("mails.send"))) == (["held"], 1)


def test_a_last_look_saves_a_call_from_the_queue(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "TIMEOUT")
    answers = iter([Settled.NOT_APPLIED] * 3 + [Settled.APPLIED])

    async def settle(call: Call, plan: Any = None) -> Settled:
        return next(answers)

    bench.shop.settle = settle  # type: ignore[method-assign]
    bench.deliver(bench.returned(refund="a"), wait=True)
    assert bench.effects() == ["applied"]


def test_a_settle_that_fails_follows_the_policy(bench: Bench) -> None:
    crash_during(bench, "refunds.send", refund="a")

    async def settle(call: Call, plan: Any = None) -> Settled:
        raise CallFailed("UNAVAILABLE", "down")

    bench.shop.settle = settle  # type: ignore[method-assign]
    bench.deliver(wait=True)
    assert bench.effects() == ["queued"]
    assert len(bench.sent("refunds.send")) == 1, "never repeated blindly"
    assert bench.ask(lambda store: store.letters())[0].unsettled


def test_a_replayed_letter_of_unknown_outcome_is_settled_first(bench: Bench) -> None:
    test_a_settle_that_fails_follows_the_policy(bench)
    del bench.shop.settle  # the platform is back
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1"))
    bench.deliver()
    assert (bench.effects(), len(bench.sent("refunds.send"))) == (["applied"], 1)


def test_an_unknown_difference_counts_until_it_is_known(bench: Bench) -> None:
    crash_during(bench, "stock.add", stock={"A": 2})
    bench.shop.settles("stock.add", Settled.NOT_APPLIED)
    bench.deliver(bench.returned(version=2, stock={"A": 5}))
    assert [body["quantity"] for body in bench.sent("stock.add")] == [2, 2, 3]


def test_nothing_is_written_over_a_call_of_unknown_outcome(bench: Bench) -> None:
    """Another return's addition to the same stock would cover the traces of the first."""
    crash_during(bench, "stock.add", stock={"A": 2})

    async def settle(call: Call, plan: Any = None) -> Settled:
        raise CallFailed("UNAVAILABLE", "down")

    bench.shop.settle = settle  # type: ignore[method-assign]
    bench.deliver(bench.returned("r2", stock={"A": 3, "B": 4}))
    assert (bench.effects("r1"), bench.effects("r2")) == (["waiting"], ["waiting", "applied"])
    del bench.shop.settle  # the platform is back
    bench.shop.settles("stock.add", Settled.APPLIED)
    bench.deliver(wait=True)
    assert (bench.effects("r1"), bench.effects("r2")) == (["applied"], ["applied", "applied"])


def unknown(bench: Bench, subject: str) -> bool:
    return any(row["unsettled"] for row in bench.ask(lambda store: store.story(subject)).effects)


def test_nor_by_one_that_was_planned_before_its_outcome_became_unknown(bench: Bench) -> None:
    down = True

    async def plan(call: Call) -> Any:
        while down and call.key.startswith("r2/") and not unknown(bench, "r1"):
            await asyncio.sleep(0.01)

    async def settle(call: Call, plan: Any = None) -> Settled:
        if down:
            raise CallFailed("UNAVAILABLE", "down")
        return Settled.APPLIED

    bench.shop.plan, bench.shop.settle = plan, settle  # type: ignore[method-assign]
    bench.shop.once("stock.add", CallFailed("TIMEOUT", "lost", outcome_unknown=True))
    bench.deliver(bench.returned("r1", stock={"A": 2}), bench.returned("r2", stock={"A": 3}))
    assert (bench.effects("r1"), bench.effects("r2")) == (["waiting"], ["waiting"])
    down = False
    bench.deliver(wait=True)
    assert (bench.effects("r1"), bench.effects("r2")) == (["applied"], ["applied"])
    assert [body["quantity"] for body in bench.sent("stock.add")] == [2, 3]


def test_all_unknown_outcomes_of_one_thing_are_known_before_one_is_sent_again(bench: Bench) -> None:
    """Of the first one people have to say when it goes on; meanwhile the second one was sent."""
    crash_during(bench, "stock.add", stock={"A": 2})
    seen: list[tuple[str, Any]] = []
    down = True

    async def settle(call: Call, plan: Any = None) -> Settled:
        if down:
            raise CallFailed("UNAVAILABLE", "down")
        seen.append(("settle", (call.body or {})["quantity"]))
        return Settled.NOT_APPLIED

    bench.shop.settle = settle  # type: ignore[method-assign]
    bench.deliver(wait=True)
    assert bench.effects() == ["queued"]
    bench.shop.once("stock.add", CallFailed("TIMEOUT", "lost", outcome_unknown=True))
    bench.deliver(bench.returned("r2", stock={"A": 3}))
    bench.shop.always("stock.add", lambda call: seen.append(("send", (call.body or {})["quantity"])))
    bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1"))
    down = False
    bench.deliver(wait=True)
    assert sorted(seen[:2]) == [("settle", 2), ("settle", 3)]
    assert sorted(seen[2:]) == [("send", 2), ("send", 3)]


def test_a_call_that_may_have_happened_is_undone_though_its_repetition_failed(bench: Bench) -> None:
    """A refused repetition says nothing of the first try."""
    crash_during(bench, "notes.set", note="x")
    bench.shop.fails("notes.set", "UNAVAILABLE", times=1)
    bench.deliver()
    assert (bench.effects(), bench.ask(lambda store: store.effect(1)).unsettled) == (["waiting"], True)
    bench.deliver(bench.returned(version=2), wait=True)
    assert bench.sent("notes.set")[-1] == {"order": "1", "name": "return", "remove": True}
    assert bench.effects() == ["superseded", "applied"]


# --- plans and keys


def test_the_plan_is_stored_before_the_call_and_used_to_settle(bench: Bench) -> None:
    bench.shop.plans("stock.add", {"before": 7})
    crash_during(bench, "stock.add", stock={"A": 2})
    plans: list[Any] = []

    async def settle(call: Call, plan: Any = None) -> Settled:
        plans.append(plan)
        return Settled.APPLIED

    bench.shop.settle = settle  # type: ignore[method-assign]
    bench.deliver()
    assert plans == [{"before": 7}]


def test_a_plan_that_fails_sent_nothing(bench: Bench) -> None:
    bench.shop.plans("stock.add", CallFailed("TIMEOUT", "slow", outcome_unknown=True))
    bench.deliver(bench.returned(stock={"A": 2}))
    assert (bench.effects(), bench.sent("stock.add")) == (["waiting"], [])
    assert not bench.ask(lambda store: store.effect(1)).unsettled


def test_every_try_of_a_call_has_one_key_and_every_call_its_own(bench: Bench) -> None:
    bench.shop.fails("stock.add", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned(stock={"A": 2}), wait=True)
    bench.deliver(bench.returned(version=2, stock={"A": 3}))
    keys = [call.key for call in bench.shop.called("stock.add")]
    assert keys == ["r1/shop.stock.add(r1, A)#1"] * 2 + ["r1/shop.stock.add(r1, A)#2"]


def test_a_fault_inside_a_connector_holds_the_effect(bench: Bench) -> None:
    def broken(call: Call) -> Any:
        raise RuntimeError("out of cheese")

    bench.shop.always("refunds.send", broken)
    bench.deliver(bench.returned("r1", refund="a", note="x"))
    assert bench.effects() == ["held", "applied"]
    assert bench.ask(lambda store: store.effect(1)).unsettled, "it broke during the call"
    assert bench.open_holds()[0][1] == "shop.refunds.send failed inside: RuntimeError: out of cheese"


def test_an_outcome_that_could_not_be_stored_is_found_out_later(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        conclude = runner.store.conclude

        def full(*args: Any) -> None:
            runner.store.conclude = conclude  # type: ignore[method-assign]
            raise StoreUnavailable("the disk is full")

        runner.store.conclude = full  # type: ignore[method-assign, assignment]
        bench.shop.settles("refunds.send", Settled.APPLIED)
        await runner.submit(bench.returned(refund="a"))
        with pytest.raises(StoreUnavailable):
            await runner.drain()
        await runner.drain()

    bench.run(story)
    assert (bench.effects(), len(bench.sent("refunds.send"))) == (["applied"], 1)


def test_a_do_its_policy_let_go_is_not_sent_again_when_it_changes(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "HARMLESS")
    bench.deliver(bench.returned(refund="a"))
    bench.deliver(bench.returned(version=2, refund="b"))
    assert [body["reason"] for body in bench.sent("refunds.send")] == ["a"]
    assert bench.open_holds() == [("correction", "already reported", "finance")]


def test_stop_finishes_the_call_in_flight_and_leaves_the_rest(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        def stopping(call: Call) -> Any:
            runner.stop()
            return {"done": True}

        bench.shop.always("refunds.send", stopping)
        await runner.submit(bench.returned(refund="a", note="x"))
        await runner.drain()

    bench.run(story)
    assert bench.effects() == ["applied", "waiting"]
    bench.deliver()
    assert bench.effects() == ["applied", "applied"]


def test_a_cancelled_drain_finishes_its_call(bench: Bench) -> None:
    async def story(runner: AsyncRunner) -> None:
        reached, go = asyncio.Event(), asyncio.Event()
        send = bench.shop.send

        async def slow(call: Call, plan: Any = None) -> Any:
            reached.set()
            await go.wait()
            return await send(call, plan)

        bench.shop.send = slow  # type: ignore[method-assign]
        await runner.submit(bench.returned(refund="a"))
        draining = asyncio.create_task(runner.drain())
        await reached.wait()
        draining.cancel()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await draining

    bench.run(story, reread=True)
    assert bench.effects() == ["applied"]
