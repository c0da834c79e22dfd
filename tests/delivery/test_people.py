"""What people do: look at holds and letters, close, assign, replay, resolve; and what alerts tell them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from retoure.delivery.store.port import Resolution

from .conftest import START, Bench


def hold(bench: Bench, version: int = 1, why: str = "look at this") -> int:
    bench.deliver(bench.returned(version=version, status="hold", why=why))
    holds = bench.ask(lambda store: store.holds(subject="r1"))
    return holds[-1].id if holds else 0


def test_a_hold_is_opened_once_and_refreshed(bench: Bench) -> None:
    first = hold(bench)
    assert hold(bench, 2, "still so") == first
    assert bench.open_holds() == [("decision", "still so", "desk")]


def test_a_hold_closes_by_itself_and_says_why(bench: Bench) -> None:
    hold(bench)
    bench.deliver(bench.returned(version=2, refund="a"))
    (closed,) = bench.ask(lambda store: store.holds(subject="r1", closed=True))
    assert (closed.closed_at, closed.closed_why) == (bench.clock.now(), "event 2 was decided without it")


def test_a_hold_names_rule_and_place(bench: Bench) -> None:
    hold(bench)
    (found,) = bench.ask(lambda store: store.holds())
    assert (found.rule, found.place, found.mapping) == ("refund", "returns.rmap:12", bench.mapping.identity)


def test_a_hold_closed_by_hand_stays_closed_for_the_same_finding(bench: Bench) -> None:
    number = hold(bench)
    bench.ask(lambda store: store.close_hold(number, "told the shopper", bench.clock.now()))
    assert hold(bench, 2) == 0
    assert hold(bench, 3, "something new") != number


def test_a_hold_is_closed_once(bench: Bench) -> None:
    number = hold(bench)
    bench.ask(lambda store: store.close_hold(number, "done", bench.clock.now()))
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.close_hold(number, "done", bench.clock.now()))


def test_a_hold_is_given_to_another_team_and_stays_there(bench: Bench) -> None:
    number = hold(bench)
    bench.ask(lambda store: store.assign_hold(number, "finance", START))
    hold(bench, 2, "still so")
    assert [found.id for found in bench.ask(lambda store: store.holds(team="finance"))] == [number]


def test_the_hold_of_an_effect_goes_with_the_effect(bench: Bench) -> None:
    bench.shop.fails("stock.add", "GONE", times=1)
    bench.deliver(bench.returned(stock={"A": 1}))
    bench.deliver(bench.returned(version=2, stock={"A": 2}))
    assert bench.open_holds() == []


def queued(bench: Bench, *subjects: str) -> None:
    bench.shop.fails("refunds.send", "INVALID", times=len(subjects))
    bench.deliver(*(bench.returned(subject, refund="a") for subject in subjects))


def test_one_letter_is_replayed_with_fresh_tries(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=3)
    (letter,) = bench.ask(lambda store: store.letters(subject="r1"))
    assert bench.ask(lambda store: store.replay(bench.clock.now(), letter=letter.id)) == 1
    bench.deliver(wait=True)
    assert (bench.effects("r1"), bench.effects("r2")) == (["applied"], ["queued"])


def test_a_queue_is_replayed_as_a_whole(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    assert bench.ask(lambda store: store.replay(bench.clock.now(), queue="failed")) == 2
    bench.deliver()
    assert bench.ask(lambda store: store.letters()) == ()


def test_letters_of_one_subject_are_replayed(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    assert bench.ask(lambda store: store.replay(bench.clock.now(), subject="r2")) == 1
    bench.deliver()
    assert (bench.effects("r1"), bench.effects("r2")) == (["queued"], ["applied"])


@pytest.mark.parametrize("letter", ["effect-99", "event-99", "7", "effect-x", "hold-1"])
def test_an_unknown_letter_is_an_error(bench: Bench, letter: str) -> None:
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.replay(bench.clock.now(), letter=letter))


def test_replaying_what_is_done_does_nothing(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    assert bench.ask(lambda store: store.replay(bench.clock.now(), letter="effect-1")) == 0


def test_a_letter_gives_way_to_a_newer_version(bench: Bench) -> None:
    queued(bench, "r1")
    bench.deliver(bench.returned(version=2))
    assert (bench.ask(lambda store: store.letters()), bench.effects()) == ((), ["superseded"])


@pytest.mark.parametrize(
    ("how", "state", "calls"),
    [(Resolution.APPLIED, "applied", 1), (Resolution.SEND_AGAIN, "applied", 2), (Resolution.LET_GO, "skipped", 1)],
)
def test_a_person_says_what_became_of_an_effect(bench: Bench, how: Resolution, state: str, calls: int) -> None:
    bench.shop.fails("mails.send", "TIMEOUT", times=1)
    bench.deliver(bench.returned(mail="hello"))
    bench.ask(lambda store: store.resolve(1, how, "looked it up", bench.clock.now()))
    bench.deliver()
    bench.deliver(bench.returned(version=2, mail="hello"))
    assert (bench.effects(), len(bench.sent("mails.send")), bench.open_holds()) == ([state], calls, [])


def test_only_what_waits_for_a_person_can_be_resolved(bench: Bench) -> None:
    bench.deliver(bench.returned(mail="hello"))
    with pytest.raises(ValueError, match="applied"):
        bench.ask(lambda store: store.resolve(1, Resolution.APPLIED, "", bench.clock.now()))
    with pytest.raises(KeyError):
        bench.ask(lambda store: store.resolve(7, Resolution.APPLIED, "", bench.clock.now()))


def test_an_alert_rings_once_within_its_quiet_time(bench: Bench) -> None:
    queued(bench, "r1", "r2")
    assert [fired.alert for fired in bench.fired] == ["oncall"]
    bench.clock.time += timedelta(minutes=31)
    queued(bench, "r3")
    assert [fired.text for fired in bench.fired][1:] == ["3 queued waiting"]


def test_status_counts_everything(bench: Bench) -> None:
    queued(bench, "r1")
    hold_it = bench.returned("r2", status="hold")
    bench.deliver(hold_it)
    status = bench.ask(lambda store: store.status())
    assert (status.events, status.effects, status.holds, status.queues) == (
        {"done": 2},
        {"queued": 1},
        {"desk": 1},
        {"failed": 1},
    )
    assert (status.oldest_waiting, status.next_due) == (None, None)


def test_a_story_has_every_part(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned(refund="a"), wait=True)
    story = bench.ask(lambda store: store.story("r1"))
    assert [len(part) for part in (story.events, story.decisions, story.effects, story.attempts)] == [1, 1, 1, 2]
    assert story.effects[0]["body"] == {"order": "1", "reason": "a"}
    assert story.state.version == "1"
    assert bench.ask(lambda store: store.subjects()) == ("r1",)
