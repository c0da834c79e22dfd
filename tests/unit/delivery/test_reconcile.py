"""What is sent for which history. Each test tells a short story of decisions and what became of the calls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from retoure.delivery.ledger import Change, Standing
from retoure.delivery.reconcile import CANNOT_UNDO, CHANGED, TOO_COARSE
from retoure.runtime.decision import Ending, Outcome

from .conftest import ON_CHANGE, Ledger, decision, note, refund, stock, want

APPLIED, MAYBE, OPEN, GONE = Standing.APPLIED, Standing.MAYBE, Standing.OPEN, Standing.GONE


def sent(changes: tuple[Change, ...]) -> list[Any]:
    return [dict(call.body) for change in changes for call in change.send]


def corrected(changes: tuple[Change, ...]) -> list[Outcome]:
    return [change.correction.outcome for change in changes if change.correction is not None]


# --- do


def test_a_do_is_sent_once_and_never_again_while_it_stays_the_same() -> None:
    ledger = Ledger()
    assert sent(ledger.follow(decision(refund({"unit": 1})))) == [{"unit": 1}]
    ledger.mark(APPLIED)
    assert ledger.follow(decision(refund({"unit": 1}))) == ()


def test_a_do_does_not_begin_where_its_rule_may_only_compare() -> None:
    assert Ledger().follow(decision(refund({"unit": 1}, starts=False))) == ()


@pytest.mark.parametrize("standing", [APPLIED, MAYBE])
def test_a_do_that_changed_after_sending_is_corrected_not_sent(standing: Standing) -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"reason": "a"})))
    ledger.mark(standing)
    changes = ledger.follow(decision(refund({"reason": "b"})))
    assert sent(changes) == []
    assert corrected(changes) == [ON_CHANGE]


def test_the_correction_names_what_was_sent_and_what_is_wanted() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"reason": "a"})))
    ledger.mark(APPLIED)
    (change,) = ledger.follow(decision(refund({"reason": "b"})))
    assert change.correction is not None
    assert (change.correction.sent, change.correction.wanted) == ({"reason": "a"}, {"reason": "b"})


def test_a_correction_ends_when_the_old_body_is_wanted_again() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"reason": "a"})))
    ledger.mark(APPLIED)
    ledger.follow(decision(refund({"reason": "b"})))
    assert corrected(ledger.follow(decision(refund({"reason": "a"})))) == []


def test_a_do_that_is_no_longer_wanted_raises_the_stored_outcome() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1})))
    ledger.mark(APPLIED)
    changes = ledger.follow(decision())
    assert (sent(changes), corrected(changes)) == ([], [ON_CHANGE])
    assert ledger.entries[0].body is None


def test_a_do_of_a_rule_that_was_stopped_stays_untouched() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1})))
    ledger.mark(APPLIED)
    assert ledger.follow(decision(reviewed=set())) == ()


def test_a_do_that_was_never_sent_takes_the_new_body() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"reason": "a"})))
    assert sent(ledger.follow(decision(refund({"reason": "b"})))) == [{"reason": "b"}]
    assert [call.body for call in ledger.calls(OPEN)] == [{"reason": "b"}]


def test_a_do_that_was_never_sent_is_dropped_without_a_word() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1})))
    changes = ledger.follow(decision())
    assert (sent(changes), corrected(changes), ledger.calls(OPEN)) == ([], [], [])


def test_a_dropped_do_begins_again_only_where_its_rule_starts() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1})))
    ledger.follow(decision())
    assert ledger.follow(decision(refund({"unit": 1}, starts=False))) == ()
    assert sent(ledger.follow(decision(refund({"unit": 1})))) == [{"unit": 1}]


def test_a_do_without_an_on_change_is_held_all_the_same() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1}, on_change=None)))
    ledger.mark(APPLIED)
    assert corrected(ledger.follow(decision(refund({"unit": 2}, on_change=None)))) == [Outcome(Ending.HOLD, CHANGED)]
    assert corrected(ledger.follow(decision())) == [Outcome(Ending.HOLD, CANNOT_UNDO)]


def test_a_renamed_rule_does_not_send_again() -> None:
    ledger = Ledger()
    ledger.follow(decision(refund({"unit": 1}, rule="old"), stock(1, rule="old stock"), reviewed={"old", "old stock"}))
    ledger.mark(APPLIED)
    both = {"new", "new stock"}
    assert (
        sent(ledger.follow(decision(refund({"unit": 1}, rule="new"), stock(1, rule="new stock"), reviewed=both))) == []
    )
    assert {entry.rule for entry in ledger.entries} == both


def test_two_rules_may_keep_things_under_one_key() -> None:
    ledger = Ledger()
    first, second = note("a", rule="first"), want("shop.billing", {"order": "1"}, rule="second")
    other = note("b", rule="third")
    changes = ledger.follow(decision(first, second, other, reviewed={"first", "second", "third"}))
    assert len(changes) == 3


def test_two_different_bodies_under_one_key_are_told_and_only_the_first_is_sent() -> None:
    changes = Ledger().follow(decision(refund({"unit": 1}), refund({"unit": 2})))
    assert sent(changes) == [{"unit": 1}]
    assert [outcome.reason for outcome in corrected(changes)] == [TOO_COARSE]


def test_the_same_effect_wanted_twice_is_one_effect() -> None:
    changes = Ledger().follow(decision(refund({"unit": 1}), refund({"unit": 1}, rule="another")))
    assert (len(changes), corrected(changes)) == (1, [])


# --- keep, a value


def test_a_kept_value_is_sent_again_only_when_it_differs() -> None:
    ledger = Ledger()
    assert sent(ledger.follow(decision(note("a")))) == [{"order": "1", "name": "return", "text": "a"}]
    ledger.mark(APPLIED)
    assert ledger.follow(decision(note("a"))) == ()
    assert sent(ledger.follow(decision(note("b")))) == [{"order": "1", "name": "return", "text": "b"}]


def test_lists_and_numbers_compare_as_json_does() -> None:
    ledger = Ledger()
    ledger.follow(decision(want("shop.billing", {"order": "1", "items": ({"amount": Decimal("10.0")},), "none": None})))
    ledger.mark(APPLIED)
    assert sent(ledger.follow(decision(want("shop.billing", {"order": "1", "items": [{"amount": 10}]})))) == []
    changes = ledger.follow(decision(want("shop.billing", {"order": "1", "items": [{"amount": True}]})))
    assert len(sent(changes)) == 1


def test_a_value_no_longer_wanted_is_undone_by_its_identity() -> None:
    ledger = Ledger()
    ledger.follow(decision(note("a")))
    ledger.mark(APPLIED)
    assert sent(ledger.follow(decision())) == [{"order": "1", "name": "return", "remove": True}]
    ledger.mark(APPLIED)
    assert ledger.follow(decision()) == ()


def test_a_value_undone_is_sent_again_when_wanted_again() -> None:
    ledger = Ledger()
    ledger.follow(decision(note("a")))
    ledger.mark(APPLIED)
    ledger.follow(decision())
    ledger.mark(APPLIED)
    assert sent(ledger.follow(decision(note("a")))) == [{"order": "1", "name": "return", "text": "a"}]


def test_the_mappings_own_undo_is_used_where_it_has_one() -> None:
    ledger = Ledger()
    billing = want("shop.billing", {"order": "1", "code": "refunded"}, undo={"order": "1", "code": "open"})
    ledger.follow(decision(billing))
    ledger.mark(APPLIED)
    assert sent(ledger.follow(decision())) == [{"order": "1", "code": "open"}]
    ledger.mark(APPLIED)
    assert ledger.follow(decision()) == ()


def test_a_value_nobody_can_take_back_is_told() -> None:
    ledger = Ledger()
    ledger.follow(decision(want("shop.billing", {"order": "1", "code": "refunded"})))
    ledger.mark(APPLIED)
    changes = ledger.follow(decision())
    assert (sent(changes), [outcome.reason for outcome in corrected(changes)]) == ([], [CANNOT_UNDO])


def test_a_value_that_moved_is_undone_where_it_was() -> None:
    ledger = Ledger()
    ledger.follow(decision(note("a")))
    ledger.mark(APPLIED)
    moved = want("shop.note", {"order": "2", "name": "return", "text": "a"})
    assert sent(ledger.follow(decision(moved))) == [
        {"order": "1", "name": "return", "remove": True},
        {"order": "2", "name": "return", "text": "a"},
    ]


def test_only_the_newest_of_several_waiting_values_is_sent() -> None:
    ledger = Ledger()
    for text in "abc":
        ledger.follow(decision(note(text)))
    assert [call.body["text"] for call in ledger.calls(OPEN)] == ["c"]


def test_a_waiting_value_is_dropped_when_the_applied_one_is_wanted_again() -> None:
    ledger = Ledger()
    ledger.follow(decision(note("a")))
    ledger.mark(APPLIED)
    ledger.follow(decision(note("b")))
    assert sent(ledger.follow(decision(note("a")))) == []
    assert ledger.calls(OPEN) == []


def test_a_value_of_unknown_outcome_gives_way_to_a_newer_one() -> None:
    ledger = Ledger()
    ledger.follow(decision(note("a")))
    ledger.mark(MAYBE)
    assert ledger.follow(decision(note("a"))) == ()
    ledger.follow(decision(note("b")))
    assert [(call.body["text"], call.standing) for call in ledger.calls(OPEN, MAYBE)] == [("b", OPEN)]


# --- keep, a sum


def test_a_sum_is_sent_as_differences() -> None:
    ledger = Ledger()
    quantities = []
    for quantity in (1, 1, 3, 0, 2):
        quantities += [body["quantity"] for body in sent(ledger.follow(decision(stock(quantity))))]
        ledger.mark(APPLIED)
    assert quantities == [1, 2, -3, 2]


def test_a_first_sum_of_nothing_sends_nothing_but_is_remembered() -> None:
    ledger = Ledger()
    assert sent(ledger.follow(decision(stock(0)))) == []
    assert len(ledger.entries) == 1


def test_the_time_of_counting_alone_sends_nothing() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(1, counted="monday")))
    ledger.mark(APPLIED)
    assert sent(ledger.follow(decision(stock(1, counted="tuesday")))) == []


def test_another_variant_takes_the_old_one_out_first() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(1, "A")))
    ledger.mark(APPLIED)
    changes = sent(ledger.follow(decision(stock(1, "B"))))
    assert [(body["sku"], body["quantity"]) for body in changes] == [("A", -1), ("B", 1)]


def test_a_sum_no_longer_wanted_is_taken_back() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(2)))
    ledger.mark(APPLIED)
    assert [body["quantity"] for body in sent(ledger.follow(decision()))] == [-2]
    ledger.mark(APPLIED)
    assert ledger.follow(decision()) == ()


def test_a_difference_in_flight_is_not_sent_again() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(1)))
    ledger.mark(MAYBE)
    assert sent(ledger.follow(decision(stock(1)))) == []
    assert [body["quantity"] for body in sent(ledger.follow(decision(stock(3))))] == [2]


def test_only_the_newest_of_several_waiting_differences_is_sent() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(1)))
    ledger.mark(APPLIED)
    for quantity in (5, 0, 2):
        ledger.follow(decision(stock(quantity)))
    assert [call.body["quantity"] for call in ledger.calls(OPEN)] == [1]


def test_a_waiting_difference_is_dropped_when_nothing_is_missing_any_more() -> None:
    ledger = Ledger()
    ledger.follow(decision(stock(1)))
    ledger.mark(APPLIED)
    ledger.follow(decision(stock(2)))
    assert sent(ledger.follow(decision(stock(1)))) == []
    assert ledger.calls(OPEN) == []


def test_fractions_stay_exact() -> None:
    ledger = Ledger()
    ledger.follow(decision(want("shop.stock", {"sku": "A", "quantity": Decimal("0.1")})))
    ledger.mark(APPLIED)
    (body,) = sent(ledger.follow(decision(want("shop.stock", {"sku": "A", "quantity": Decimal("0.3")}))))
    assert body["quantity"] == Decimal("0.2")


def test_an_unknown_operation_is_an_error() -> None:
    with pytest.raises(KeyError):
        Ledger().follow(decision(want("shop.unheard", {})))
