"""`instead do`: another effect in place of one that failed."""

from __future__ import annotations

from typing import Any

import pytest

from retoure.delivery.store.port import Resolution

from .conftest import ON_CHANGE, START, Bench

VOUCHER = {"text": "10 EUR"}


def gone(bench: Bench, version: int = 1, voucher: str = "10 EUR", **content: Any) -> None:
    bench.shop.fails("refunds.send", "GONE")
    bench.deliver(bench.returned(version=version, **{"voucher": voucher, "refund": "a", **content}))


def test_the_other_effect_is_sent_and_the_failed_one_says_so(bench: Bench) -> None:
    gone(bench)
    assert bench.sent("vouchers.send") == [VOUCHER]
    assert (bench.effects(), bench.open_holds()) == (["replaced", "applied"], [])
    failed = bench.ask(lambda store: store.effect(1))
    assert failed.error == "replaced by shop.vouchers.send(r1) after GONE: scripted for refunds.send"


def test_retries_come_first(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "RATE_LIMITED")
    bench.deliver(bench.returned(voucher="10 EUR", refund="a"), wait=True)
    assert (len(bench.sent("refunds.send")), bench.sent("vouchers.send")) == (4, [VOUCHER])


def test_it_is_sent_once_however_often_the_return_is_decided(bench: Bench) -> None:
    for version in (1, 2, 3):
        gone(bench, version)
    assert (len(bench.sent("refunds.send")), bench.sent("vouchers.send")) == (1, [VOUCHER])
    assert bench.open_holds() == []


def test_a_changed_original_is_a_correction(bench: Bench) -> None:
    gone(bench)
    gone(bench, 2, refund="b")
    assert len(bench.sent("refunds.send")) == 1
    assert bench.open_holds() == [("correction", ON_CHANGE.reason, "finance")]


def test_what_is_no_longer_wanted_is_corrected_once_for_what_was_sent(bench: Bench) -> None:
    gone(bench)
    bench.deliver(bench.returned(version=2))
    (hold,) = bench.ask(lambda store: store.holds())
    assert (hold.kind, hold.key[0], hold.reason) == ("correction", "shop.vouchers.send", ON_CHANGE.reason)
    gone(bench, 3)
    assert (bench.open_holds(), len(bench.sent("refunds.send")), len(bench.sent("vouchers.send"))) == ([], 1, 1)


def test_a_failed_replacement_follows_otherwise_and_is_not_replaced(bench: Bench) -> None:
    bench.shop.fails("vouchers.send", "GONE")
    bench.shop.fails("refunds.send", "GONE")
    bench.deliver(bench.returned(voucher="10 EUR", refund="a"), wait=True)
    assert (bench.effects(), len(bench.sent("vouchers.send"))) == (["replaced", "queued"], 4)
    assert [letter.queue for letter in bench.ask(lambda store: store.letters())] == ["failed"]


def test_a_replacement_never_sent_is_withdrawn_with_its_original_and_both_begin_again(bench: Bench) -> None:
    bench.shop.fails("vouchers.send", "INVALID", times=4)
    bench.shop.fails("refunds.send", "GONE")
    bench.deliver(bench.returned(voucher="10 EUR", refund="a"), wait=True)
    bench.deliver(bench.returned(version=2))
    assert (bench.effects(), bench.open_holds()) == (["replaced", "superseded"], [])
    gone(bench, 3)
    assert bench.effects() == ["replaced", "superseded", "replaced", "applied"]
    assert len(bench.sent("vouchers.send")) == 5


def test_two_failed_effects_share_one_replacement(bench: Bench) -> None:
    bench.shop.fails("stock.add", "GONE")
    bench.deliver(bench.returned(voucher="10 EUR", stock={"A": 1, "B": 2}))
    assert (bench.effects(), bench.sent("vouchers.send")) == (["replaced", "replaced", "applied"], [VOUCHER])


def test_a_replacement_that_would_say_something_else_is_held(bench: Bench) -> None:
    bench.shop.fails("stock.add", "GONE")
    bench.deliver(bench.returned(voucher="10 EUR", stock={"A": 1}))
    bench.deliver(bench.returned(version=2, voucher="20 EUR", stock={"A": 1, "B": 2}))
    assert bench.sent("vouchers.send") == [VOUCHER]
    (hold,) = bench.open_holds()
    assert hold[0] == "effect"
    assert hold[1].endswith("shop.vouchers.send(r1), which was sent before with another command")


def test_a_kept_thing_that_was_replaced_is_not_sent_while_it_stays_the_same(bench: Bench) -> None:
    bench.shop.fails("notes.set", "GONE")
    for version in (1, 2):
        bench.deliver(bench.returned(version=version, voucher="10 EUR", note="x"))
    assert (len(bench.sent("notes.set")), bench.sent("vouchers.send")) == (1, [VOUCHER])
    bench.deliver(bench.returned(version=3))
    assert len(bench.sent("notes.set")) == 1, "there is nothing to undo"


def test_an_unknown_outcome_is_never_replaced(bench: Bench) -> None:
    bench.shop.fails("mails.send", "TIMEOUT")
    bench.deliver(bench.returned(voucher="10 EUR", mail="hello"), wait=True)
    assert (bench.effects(), bench.sent("vouchers.send")) == (["held"], [])


def test_a_replaced_effect_is_over_for_people_too(bench: Bench) -> None:
    gone(bench)
    assert bench.ask(lambda store: store.replay(START, subject="r1")) == 0
    with pytest.raises(ValueError, match="replaced"):
        bench.ask(lambda store: store.resolve(1, Resolution.SEND_AGAIN, "", START))


def test_replacements_survive_a_restart_between_the_two(bench: Bench) -> None:
    bench.shop.fails("vouchers.send", "UNAVAILABLE", times=1)
    gone(bench)
    assert bench.effects() == ["replaced", "waiting"]
    bench.deliver(wait=True)
    assert (bench.effects(), len(bench.sent("vouchers.send"))) == (["replaced", "applied"], 2)
