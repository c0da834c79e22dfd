"""Letters that go on: by cause, paced, by which version; changed by a person, or dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from retoure.delivery.store.port import Again, EventState, ReplayBy
from retoure.delivery.store.sql import SqlStore
from retoure.runtime.decision import Decision, Occurrence, State

from .conftest import START, Bench, ReturnsMapping


def given_up(bench: Bench, subject: str, error: str, **content: Any) -> None:
    bench.shop.fails("refunds.send", error, times=1)
    bench.deliver(bench.returned(subject, **{"refund": "a", **content}))


def test_letters_are_found_and_replayed_by_cause(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    given_up(bench, "r2", "DENIED")
    assert [letter.subject for letter in bench.ask(lambda store: store.letters(cause="denied"))] == ["r2"]
    assert bench.ask(lambda store: store.replay(bench.clock.now(), cause="DENIED")) == 1
    bench.deliver()
    assert (bench.effects("r1"), bench.effects("r2")) == (["queued"], ["applied"])


def test_everything_is_replayed_only_when_it_is_said(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    with pytest.raises(ValueError, match="say which letters"):
        bench.ask(lambda store: store.replay(bench.clock.now()))
    assert bench.ask(lambda store: store.replay(bench.clock.now(), everything=True)) == 1


def test_a_paced_replay_sends_one_after_the_other_and_needs_nobody(bench: Bench) -> None:
    for subject in ("r1", "r2", "r3"):
        given_up(bench, subject, "INVALID")
    assert bench.ask(lambda store: store.replay(START, everything=True, per_second=0.5)) == 3
    bench.deliver()
    assert [bench.effects(subject) for subject in ("r1", "r2", "r3")] == [["applied"], ["queued"], ["queued"]]
    bench.deliver(until=START + timedelta(seconds=2))
    assert [bench.effects(subject) for subject in ("r1", "r2", "r3")] == [["applied"], ["applied"], ["queued"]]
    bench.deliver(wait=True)
    assert (bench.clock.now(), len(bench.sent("refunds.send"))) == (START + timedelta(seconds=4), 6)


def test_the_pace_is_kept_when_no_worker_ran_for_a_while(bench: Bench) -> None:
    for subject in ("r1", "r2", "r3"):
        given_up(bench, subject, "INVALID")
    bench.ask(lambda store: store.replay(START, everything=True, per_second=0.5))
    bench.clock.time = START + timedelta(hours=1)
    bench.deliver()
    assert bench.ask(lambda store: (len(store.letters()), store.status().paced)) == (2, 2)
    bench.deliver(wait=True)
    assert bench.clock.now() == START + timedelta(hours=1, seconds=4)
    assert bench.ask(lambda store: (store.letters(), store.status().paced, store.next_due())) == ((), 0, None)


def test_what_went_on_without_its_turn_takes_none(bench: Bench) -> None:
    for subject in ("r1", "r2", "r3"):
        given_up(bench, subject, "INVALID")
    letters = bench.ask(lambda store: store.letters())
    bench.ask(lambda store: store.replay(START + timedelta(seconds=1), everything=True, per_second=0.5))
    bench.ask(lambda store: store.drop(letters[0].id, "done by hand", START))
    bench.ask(lambda store: store.replay(START, letter=letters[1].id))
    assert bench.ask(lambda store: [store.is_paced(letter.id) for letter in letters]) == [True] * 3
    bench.deliver(wait=True)
    assert (bench.clock.now(), len(bench.sent("refunds.send"))) == (START + timedelta(seconds=1), 5)


def test_returns_are_decided_again_at_a_pace(bench: Bench) -> None:
    for subject in ("r1", "r2"):
        bench.deliver(bench.returned(subject))
    again = [Again(subject) for subject in ("r1", "r2", "unheard of")]
    assert bench.ask(lambda store: store.replay_paced(again, START, 0.1)) == 3
    bench.deliver(wait=True)
    causes = [[row["cause"] for row in bench.ask(partial(_decisions, subject))] for subject in ("r1", "r2")]
    assert (causes, bench.clock.now()) == ([["event", "replay"]] * 2, START + timedelta(seconds=20))


def _decisions(subject: str, store: SqlStore) -> Sequence[Mapping[str, Any]]:
    return store.story(subject).decisions


def test_a_replay_that_is_said_twice_sends_once(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    assert bench.ask(lambda store: store.replay(START, everything=True)) == 1
    assert bench.ask(lambda store: store.replay(START, everything=True)) == 0
    bench.deliver()
    assert len(bench.sent("refunds.send")) == 2


# -- by which version -------------------------------------------------------------------------------------------------


class Corrected(ReturnsMapping):
    """The same mapping with another reason in every refund."""

    identity = "returns 1.0.1 beefbeef"

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        decision = super().decide(occurrence, state)
        return replace(decision, wanted=tuple(replace(want, body=_louder(want.body)) for want in decision.wanted))


def _louder(body: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "reason": str(body.get("reason", "")).upper()}


@pytest.mark.parametrize(
    ("by", "sent", "states"),
    [
        (None, "a", ["applied"]),
        (ReplayBy.ORIGINAL, "a", ["applied"]),
        (ReplayBy.CURRENT, "A", ["superseded", "applied"]),
    ],
)
def test_a_call_goes_on_as_it_was_wanted_or_as_it_is_wanted_now(
    bench: Bench, by: ReplayBy | None, sent: str, states: list[str]
) -> None:
    given_up(bench, "r1", "INVALID")
    bench.mapping = Corrected()
    bench.ask(lambda store: store.replay(START, letter="effect-1", by=by))
    bench.deliver()
    assert (bench.sent("refunds.send")[1:], bench.effects()) == ([{"order": "1", "reason": sent}], states)


def test_a_call_that_is_wanted_all_the_same_goes_on_once_it_was_decided_again(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    bench.ask(lambda store: store.replay(START, letter="effect-1", by=ReplayBy.CURRENT))
    assert bench.effects() == ["queued"]
    bench.deliver()
    assert (bench.effects(), len(bench.sent("refunds.send"))) == (["applied"], 2)


def test_a_call_stays_given_up_when_it_cannot_be_decided_again(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID", order="1")
    bench.shop.fails("orders.get", "INVALID", times=1)
    bench.ask(lambda store: store.replay(START, letter="effect-1", by=ReplayBy.CURRENT))
    bench.deliver()
    assert "applied" not in bench.effects()
    assert {letter.id for letter in bench.ask(lambda store: store.letters())} == {"effect-1", "event-1"}


def test_a_return_is_decided_again_when_somebody_asks_for_it(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    bench.ask(lambda store: store.decide_again("r1", START))
    bench.deliver()
    causes = [decision["cause"] for decision in bench.ask(lambda store: store.story("r1")).decisions]
    assert (causes, len(bench.sent("refunds.send"))) == (["event", "replay"], 1)
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.decide_again("r9", START))


# -- changed ----------------------------------------------------------------------------------------------------------


def changed(bench: Bench, **body: Any) -> None:
    bench.ask(lambda store: store.edit(1, {"order": "1", **body}, "mira", "wrong reason", START))


def test_a_changed_call_is_sent_and_its_trail_is_kept(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    changed(bench, reason="b")
    bench.ask(lambda store: store.replay(START, letter="effect-1"))
    bench.deliver()
    assert bench.sent("refunds.send")[1:] == [{"order": "1", "reason": "b"}]
    (edit,) = bench.ask(lambda store: store.edits(1))
    assert (edit.who, edit.why, edit.at) == ("mira", "wrong reason", START)
    assert (edit.before["reason"], edit.after["reason"]) == ("a", "b")
    (effect,) = bench.ask(lambda store: store.story("r1")).effects
    assert (effect["original"], effect["body"]["reason"]) == ({"order": "1", "reason": "a"}, "b")


def test_a_changed_call_has_an_idempotency_key_of_its_own(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    before = bench.ask(lambda store: store.effect(1)).call_key
    changed(bench, reason="b")
    assert bench.ask(lambda store: store.effect(1)).call_key == f"{before}.1"


def test_a_changed_call_stands_for_what_the_mapping_wanted(bench: Bench) -> None:
    """Neither is it sent again nor corrected when a newer version of the return wants the same as before."""
    given_up(bench, "r1", "INVALID")
    changed(bench, reason="b")
    bench.ask(lambda store: store.replay(START, letter="effect-1"))
    bench.deliver()
    bench.deliver(bench.returned(version=2, refund="a"))
    assert (len(bench.sent("refunds.send")), bench.open_holds()) == (2, [])
    bench.deliver(bench.returned(version=3, refund="c"))
    assert [hold[1] for hold in bench.open_holds()] == ["already reported"]


def test_a_changed_sum_is_counted_as_the_sum_that_was_wanted(bench: Bench) -> None:
    bench.shop.fails("stock.add", "INVALID", times=1)
    bench.deliver(bench.returned(stock={"A": 3}))
    bench.ask(lambda store: store.edit(1, {"sku": "A", "quantity": 2}, "mira", "one is broken", START))
    bench.ask(lambda store: store.replay(START, letter="effect-1"))
    bench.deliver()
    bench.deliver(bench.returned(version=2, stock={"A": 4}))
    assert [body["quantity"] for body in bench.sent("stock.add")] == [3, 2, 1]


def test_a_newer_version_of_the_return_takes_the_place_of_a_changed_call(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    changed(bench, reason="b")
    bench.deliver(bench.returned(version=2, refund="c"))
    assert (bench.effects(), bench.sent("refunds.send")[1:]) == (
        ["superseded", "applied"],
        [{"order": "1", "reason": "c"}],
    )


def test_what_may_have_happened_is_not_changed(bench: Bench) -> None:
    bench.shop.fails("mails.send", "TIMEOUT", times=1)
    bench.deliver(bench.returned(mail="hello"))
    with pytest.raises(ValueError, match="may have happened"):
        changed(bench, text="hi")


def test_what_is_done_is_not_changed(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    with pytest.raises(ValueError, match="is applied"):
        changed(bench, reason="b")
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.edit(9, {}, "mira", "no", START))


# -- dropped ----------------------------------------------------------------------------------------------------------


def test_a_dropped_call_is_never_sent_and_says_why(bench: Bench) -> None:
    given_up(bench, "r1", "INVALID")
    bench.ask(lambda store: store.drop("effect-1", "cancelled", START))
    bench.deliver(bench.returned(version=2, refund="a"))
    (effect,) = bench.ask(lambda store: store.story("r1")).effects
    assert (effect["state"], effect["error"], len(bench.sent("refunds.send"))) == ("skipped", "cancelled", 1)


def test_a_dropped_event_is_not_decided_and_its_hold_goes(bench: Bench) -> None:
    bench.deliver(bench.returned(explode=True))
    assert [hold[0] for hold in bench.open_holds()] == ["event"]
    bench.ask(lambda store: store.drop("event-1", "a test of theirs", START))
    event = bench.ask(lambda store: store.event(1))
    assert (event.state, event.reason, bench.open_holds()) == (EventState.DROPPED, "a test of theirs", [])
    bench.deliver(until=START + timedelta(days=1))
    assert bench.ask(lambda store: store.event(1)).state is EventState.DROPPED
    with pytest.raises(ValueError, match="is dropped"):
        bench.ask(lambda store: store.drop("event-1", "again", START))


def test_an_unknown_letter_cannot_be_dropped(bench: Bench) -> None:
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.drop("event-99", "no", START))
