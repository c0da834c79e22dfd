"""The guard against paying twice: refunds that nobody here asked for are held at once, and no other one is sent."""

from __future__ import annotations

from typing import Any

import pytest

from retoure.connectors.port import Event
from retoure.runtime.differences import DifferenceClass

from .conftest import START, Bench


def refunded(bench: Bench, order: str, number: str = "") -> Event:
    """The shop tells that it has refunded an order."""
    bench.events += 1
    snapshot = {"number": number} if number else {}
    return Event("shop", "refunded", f"s{bench.events}", order, f"s{bench.events}".encode(), snapshot)


def known(bench: Bench, booked: int, wanted: int, order: str = "o1", **content: Any) -> Event:
    """A return that has read its order, in which the shop has booked an amount."""
    bench.shop.always("orders.get", {"amount": booked, "items": [{"id": 1}]}, arguments=(order,))
    return bench.returned("r1", **{"order": order, "paid_for": order, "amount": wanted, **content})


@pytest.mark.parametrize(
    ("booked", "wanted", "kind"), [(5, 0, DifferenceClass.ORPHAN), (10, 5, DifferenceClass.DUPLICATE)]
)
def test_what_was_paid_unasked_is_held_at_once(bench: Bench, booked: int, wanted: int, kind: DifferenceClass) -> None:
    bench.deliver(known(bench, booked, wanted))
    bench.deliver(refunded(bench, "o1"))
    (hold,) = bench.ask(lambda store: store.holds(subject="r1"))
    assert (hold.kind, hold.difference, hold.team) == ("audit", kind, "finance")


def test_a_refund_that_was_asked_for_is_none_of_its_business(bench: Bench) -> None:
    bench.deliver(known(bench, 5, 5))
    bench.deliver(refunded(bench, "o1"))
    assert bench.ask(lambda store: store.holds()) == ()


def test_what_is_missing_is_left_to_the_audits(bench: Bench) -> None:
    bench.deliver(known(bench, 0, 5))
    bench.deliver(refunded(bench, "o1"))
    assert bench.ask(lambda store: store.holds()) == ()


def test_a_record_read_under_its_other_name_is_found(bench: Bench) -> None:
    bench.deliver(known(bench, 5, 0, order="key=SC-1"))
    bench.deliver(refunded(bench, "o1", "SC-1"))
    assert [hold.subject for hold in bench.ask(lambda store: store.holds())] == ["r1"]


def test_a_refund_that_no_return_is_about_is_held_under_the_name_of_the_order(bench: Bench) -> None:
    bench.deliver(refunded(bench, "o9"))
    (hold,) = bench.ask(lambda store: store.holds())
    assert (hold.subject, hold.difference, hold.team) == ("o9", DifferenceClass.ORPHAN, "finance")


def test_no_refund_is_sent_until_somebody_has_looked(bench: Bench) -> None:
    bench.deliver(known(bench, 5, 0))
    bench.deliver(refunded(bench, "o1"))
    before = len(bench.sent("refunds.send"))
    bench.deliver(bench.returned("r1", 2, refund="late", mail="m", paid_for="o1", amount=0))
    assert len(bench.sent("refunds.send")) == before
    assert len(bench.sent("mails.send")) == 1, "only what pays is blocked"
    (blocked,) = [hold for hold in bench.ask(lambda store: store.holds(subject="r1")) if hold.kind == "effect"]
    assert (blocked.team, blocked.reason) == ("finance", "not sent while this is open: amount: 0 / 5")
    (cause,) = [hold for hold in bench.ask(lambda store: store.holds(subject="r1")) if hold.kind == "audit"]
    bench.ask(lambda store: store.close_hold(cause.id, "it was for another return", START))
    bench.ask(lambda store: store.replay(START, letter=f"effect-{blocked.effect}"))
    bench.deliver()
    assert len(bench.sent("refunds.send")) == before + 1
