"""What the steps of a rule want, where they stop, and what they must read first."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from retoure.runtime.decision import Answer, Ending, Outcome, State
from retoure.types import json_text

from .small import Small, after, told

NOTE = "keep scayle.orders.annotate with note(return, item) per return.id, item.id on error follow quiet"
STOCK = "keep scayle.stock.add with stock(item) per return.id, item.id on error follow quiet"
READ = "read order from scayle.orders.get(return.order.external_id) on error follow quiet"
PICK = f"""{READ}
  for each item in return.return_items
  for each unit in pick item.quantity from order.items
  where unit.variant.referenceKey is item.sku and unit.returnedAt is missing
  otherwise hold "too few {{item.sku default "units"}}" for desk
  keep scayle.orders.annotate with unit_note(unit) per return.id, item.id, unit.id on error follow quiet"""
BOOKED = PICK.replace("scayle.orders.annotate with unit_note(unit)", "scayle.stock.add with stock(item)")
KEY = "scayle.orders.get(70001)"


def received(steps: str, name: str = "r") -> str:
    return f"rule {name} {{ when return becomes received\n {steps} }}\n"


def order(*skus: str, claimed: tuple[str, ...] = (), **changes: Any) -> dict[str, Answer]:
    """An order with a unit for each SKU, numbered from 1."""
    units = [{"id": number, "variant": {"id": 1, "referenceKey": sku}} for number, sku in enumerate(skus, 1)]
    document = {"id": 70001, "status": "open", "currencyCode": "EUR", "items": units, **changes}
    return {KEY: Answer(json_text.parse(json_text.dump(document)), claimed=frozenset(claimed))}


# ---- loops and endings


def test_one_effect_for_each_element_with_its_key_and_body() -> None:
    decision = Small(received(f"for each item in return.return_items {STOCK}")).decide()
    assert [(want.key, want.body["variant"], want.body["quantity"]) for want in decision.wanted] == [
        (("r1", "a"), "key=TEE", 1),
        (("r1", "b"), "key=SOCK", 2),
    ]
    assert [(want.verb, want.rule, want.starts) for want in decision.wanted] == [("keep", "r", True)] * 2


def test_an_empty_list_and_a_where_that_nothing_passes_are_told_apart() -> None:
    s = Small(received(f"for each item in return.return_items where item.quantity > 9 {STOCK}"))
    (note, *_) = s.decide(return_items=[]).notes
    assert note.text == "there is no item"
    assert s.decide().notes[0].text == "no item passes its `where` (item.quantity is 1 and 2)"


def test_elements_that_are_left_out_are_named_with_the_values_that_decided() -> None:
    s = Small(received(f"for each item in return.return_items where item.quantity > 1 {STOCK}"))
    assert [note.text for note in s.decide().notes] == ["leaves out item a (item.quantity is 1)"]


def test_a_bad_element_in_where_stops_itself_alone() -> None:
    where = '(item.sku default hold "line {item.id} has no SKU" for desk) is not "X"'
    s = Small(received(f"for each item in return.return_items where {where} {STOCK}"))
    lines = [
        {"id": "a", "quantity": 1, "status": "accepted"},
        {"id": "b", "sku": "TEE", "quantity": 1, "status": "accepted"},
    ]
    decision = s.decide(return_items=lines)
    assert told(decision) == [("r", "line a has no SKU")]
    assert decision.stops[0].key == ("a",)
    assert [want.key for want in decision.wanted] == [("r1", "b")]
    assert "r" not in decision.reviewed, "what the rule wanted before must not be taken back"


def test_a_bad_element_in_an_if_or_a_map_stops_itself_alone() -> None:
    step = 'for each item in return.return_items if item.quantity > 1 hold "line {item.id} is too much" for desk'
    decision = Small(received(step)).decide()
    assert told(decision) == [("r", "line b is too much")]
    assert decision.notes[0].text == "its `if` does not hold (item.quantity is 1)"


def test_elements_that_end_alike_make_one_stop_for_what_they_have_in_common() -> None:
    where = 'return.instant default hold "who paid?" for desk'
    decision = Small(received(f"for each item in return.return_items where ({where}) {STOCK}")).decide()
    assert [(stop.key, stop.outcome.reason) for stop in decision.stops if stop.rule == "r"] == [((), "who paid?")]


def test_rules_that_end_alike_are_told_once_and_the_others_say_so() -> None:
    twice = received('hold "look at it" for desk', "one") + received('hold "look at it" for desk', "two")
    decision = Small(twice).decide()
    assert told(decision) == [("one", "look at it")]
    assert ("two", "stops for the same reason as rule one") in [(n.rule, n.text) for n in decision.notes]
    assert not {"one", "two"} & decision.reviewed


def test_the_same_words_for_two_teams_are_two_holds() -> None:
    twice = received('hold "look" for desk', "one") + received('hold "look" for care', "two")
    assert told(Small(twice).decide()) == [("one", "look"), ("two", "look")]


def test_two_stops_under_one_key_do_not_hide_each_other() -> None:
    lines = [{"id": "a", "quantity": number, "status": "accepted"} for number in (1, 2)]
    step = 'for each item in return.return_items hold "line with {item.quantity}" for desk'
    decision = Small(received(step)).decide(return_items=lines)
    assert [stop.key for stop in decision.stops if stop.rule == "r"] == [("a",), ("a", "2")]


def test_a_skip_reviews_the_rule_a_hold_does_not() -> None:
    decision = Small(received('skip "fine"', "s") + received('hold "no" for desk', "h")).decide()
    assert [(stop.rule, stop.outcome.ending) for stop in decision.stops] == [
        ("s", Ending.SKIP),
        ("h", Ending.HOLD),
        ("rest", Ending.SKIP),
    ]
    assert "s" in decision.reviewed
    assert "h" not in decision.reviewed


def test_quantifiers_tell_the_values_of_all_elements_together() -> None:
    every = 'if every(item.status is rejected for each item in return.return_items) hold "all" for desk'
    s = Small(received(every))
    assert s.decide().notes[0].text == "its `if` does not hold (item.status is accepted)"
    some = 'if any(item.status is pending for each item in return.return_items) hold "some" for desk'
    s = Small(received(some))
    assert s.decide().notes[0].text == "its `if` does not hold (item.status is accepted and rejected)"
    same = [{"id": "a", "quantity": 1, "status": "accepted"}, {"id": "b", "quantity": 1, "status": "accepted"}]
    assert s.decide(return_items=same).notes[0].text == "its `if` does not hold (item.status is accepted each time)"


# ---- what cannot be calculated

ONE = '"1.00" as money in "{}" on error hold "x" for care'


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        ("1 / (count(return.return_items) - 2) > 1", "division by zero"),
        (f'({ONE.format("EUR")}) < ({ONE.format("USD")})', "1.00 EUR and 1.00 USD are in two currencies"),
        ('(((return.currency as integer on error hold "{return.currency} is no number" for care)) > 1)',
         "EUR is no number"),
    ],
)  # fmt: skip
def test_what_cannot_be_calculated_is_a_stop_with_its_place(condition: str, why: str) -> None:
    s = Small(received(f'if {condition}\n hold "never" for desk'))
    decision = s.decide()
    assert told(decision) == [("r", why)]
    assert decision.stops[0].place.line == s.line(f"if {condition}")
    assert decision.stops[0].outcome.team == "care"


def test_a_sum_of_money_without_elements_is_missing_and_other_sums_are_zero() -> None:
    prices = (
        'sum(item.price default hold "no price" for desk for each item in return.return_items where item.quantity > 9)'
    )
    s = Small(received(f'if ({prices} default hold "nothing to add up" for desk) is return.amount\n hold "x" for desk'))
    assert told(s.decide()) == [("r", "nothing to add up")]
    units = "sum(item.quantity for each item in return.return_items where item.quantity > 9) is 0"
    assert told(Small(received(f'if {units} hold "none" for desk')).decide()) == [("r", "none")]


# ---- gates


GATE = """
gate fine(return : reveni.Return) {
  require "it has lines": count(return.return_items) > 0
  require "it is instant": return.instant is true
  require return.currency is "EUR"
  otherwise hold "not so: {failed}" for boss
}
"""


def test_a_gate_names_everything_that_failed_with_the_values() -> None:
    s = Small(GATE + received(f"only if fine(return) for each item in return.return_items {STOCK}"))
    decision = s.decide(return_items=[], currency="USD")
    ((_, reason),) = told(decision)
    assert reason == 'not so: it has lines; it is instant; return.currency is "EUR"'
    stop = decision.stops[0]
    assert (stop.outcome.team, stop.place.line) == ("the boss", s.line('require "it has lines"'))
    assert [(origin.what, origin.value) for origin in stop.because if origin.kind == "input"] == [
        ("return.instant", None),
        ("return.currency", "USD"),
    ]


def test_a_gate_that_opens_lets_the_rule_go_on() -> None:
    s = Small(GATE + received(f"only if fine(return) for each item in return.return_items {STOCK}"))
    decision = s.decide(instant=True)
    assert (len(decision.wanted), told(decision)) == (2, [])


def test_values_that_held_are_no_reason() -> None:
    s = Small(GATE + received(f"only if fine(return) for each item in return.return_items {STOCK}"))
    stop = s.decide().stops[0]
    assert [origin.what for origin in stop.because if origin.kind == "input"] == ["return.instant"]


# ---- reads


def test_a_read_is_needed_before_the_rule_goes_on() -> None:
    s = Small(received(PICK))
    decision = s.decide()
    (need,) = decision.needs
    assert (need.read.key, need.rule, need.policy.name) == (KEY, "r", "quiet")
    assert need.policy.arms[-1].steps[0].reason == "{error}"
    assert (decision.wanted, "r" in decision.reviewed) == ((), False)


def test_two_rules_ask_the_same_question_once() -> None:
    s = Small(received(PICK, "one") + received(BOOKED, "two"))
    assert [need.read.key for need in s.decide().needs] == [KEY]


def test_a_failed_read_ends_in_what_its_policy_came_to() -> None:
    s = Small(received(PICK))
    outcome = Outcome(Ending.HOLD, "SCAYLE is asleep", "desk")
    assert told(s.decide(answers={KEY: Answer(error="503", outcome=outcome)})) == [("r", "SCAYLE is asleep")]
    assert told(s.decide(answers={KEY: Answer(error="503")})) == [("r", f"{KEY} could not be read: 503")]


def test_an_answer_that_does_not_fit_its_schema_is_held() -> None:
    s = Small(received(PICK))
    ((_, reason),) = told(s.decide(answers=order("TEE", currencyCode="XX")))
    assert reason.startswith(f"the answer of {KEY} does not fit its schema: ")
    assert told(s.decide(answers={KEY: Answer("nonsense")}))[0][1].startswith(f"the answer of {KEY} does not fit")
    assert told(s.decide(answers={KEY: Answer(None)}))[0][1].startswith(f"the answer of {KEY} does not fit")


# ---- picks


def picked(decision: Any) -> list[tuple[str, ...]]:
    return [want.key[1:] for want in decision.wanted]


def test_units_are_picked_in_order_and_remembered() -> None:
    s = Small(received(PICK))
    decision = s.decide(answers=order("SOCK", "TEE", "SOCK", "SOCK"))
    assert picked(decision) == [("a", "2"), ("b", "1"), ("b", "3")]
    assert decision.picks == {"item=a": ("2",), "item=b": ("1", "3")}


def test_remembered_units_come_first_even_when_they_no_longer_pass() -> None:
    s = Small(received(PICK))
    state = State(picks={"item=b": ("3", "4")})
    gone = order("SOCK", "TEE", "SOCK", "SOCK")
    gone[KEY].value["items"][2]["returnedAt"] = "2026-04-12T10:00:00+00:00"
    assert picked(s.decide(state, answers=gone)) == [("a", "2"), ("b", "3"), ("b", "4")]


def test_fewer_units_keep_the_first_and_forget_none() -> None:
    s = Small(received(PICK))
    line = [{"id": "b", "sku": "SOCK", "quantity": 1, "status": "accepted"}]
    decision = s.decide(State(picks={"item=b": ("3", "4")}), answers=order(*["SOCK"] * 4), return_items=line)
    assert (picked(decision), decision.picks) == ([("b", "3")], {"item=b": ("3", "4")})


def test_rules_share_the_units_of_a_line() -> None:
    s = Small(received(PICK, "one") + received(BOOKED, "two"))
    assert picked(s.decide(answers=order("SOCK", "TEE", "SOCK"))) == [("a", "2"), ("b", "1"), ("b", "3")] * 2


def test_a_unit_is_not_given_twice_inside_one_return() -> None:
    s = Small(received(PICK))
    lines = [{"id": name, "sku": "TEE", "quantity": 1, "status": "accepted"} for name in ("x", "y", "z")]
    decision = s.decide(answers=order("TEE", "TEE"), return_items=lines)
    assert picked(decision) == [("x", "1"), ("y", "2")]
    assert told(decision) == [("r", "too few TEE")]
    assert (decision.stops[0].key, decision.picks) == (("z",), {"item=x": ("1",), "item=y": ("2",)})


def test_units_of_other_returns_are_taken() -> None:
    s = Small(received(PICK))
    line = [{"id": "x", "sku": "TEE", "quantity": 1, "status": "accepted"}]
    assert picked(s.decide(answers=order("TEE", "TEE", claimed=("1",)), return_items=line)) == [("x", "2")]
    assert told(s.decide(answers=order("TEE", claimed=("1",)), return_items=line)) == [("r", "too few TEE")]


def test_a_claim_does_not_take_away_what_was_picked_before() -> None:
    s = Small(received(PICK))
    line = [{"id": "x", "sku": "TEE", "quantity": 1, "status": "accepted"}]
    state = State(picks={"item=x": ("1",)})
    assert picked(s.decide(state, answers=order("TEE", claimed=("1",)), return_items=line)) == [("x", "1")]


def test_a_negative_number_of_units_is_refused() -> None:
    s = Small(received(PICK.replace("pick item.quantity", "pick (item.quantity - 5)")))
    assert told(s.decide(answers=order("TEE"))) == [
        ("r", "-4 units cannot be picked"),
        ("r", "-3 units cannot be picked"),
    ]


# ---- effects


def test_a_body_that_does_not_fit_the_operation_is_held() -> None:
    s = Small(received(f"for each item in return.return_items {NOTE}"))
    lines = [
        {"id": "with space", "quantity": 1, "status": "accepted"},
        {"id": "b", "quantity": 1, "status": "accepted"},
    ]
    decision = s.decide(return_items=lines)
    ((_, reason),) = told(decision)
    assert reason.startswith("scayle.orders.annotate cannot be sent: name")
    assert [want.key for want in decision.wanted] == [("r1", "b")]


def test_policies_are_filled_with_the_values_of_their_effect() -> None:
    rules = """
policy own extends quiet { on NOT_FOUND hold "{item.id} of {return.id}: {error}" for boss }
rule r { when return becomes received for each item in return.return_items
  keep scayle.stock.add with stock(item) per return.id, item.id on error follow own }
"""
    (first, second) = Small(rules).decide().wanted
    assert first.policy.arms[first.policy.arm_for("NOT_FOUND")].steps[0].reason == "a of r1: {error}"
    assert second.policy.arms[second.policy.arm_for("NOT_FOUND")].steps[0].name == "the boss"
    conflict = second.policy.arms[second.policy.arm_for("CONFLICT")]
    assert [step.do for step in conflict.steps] == ["retry", "hold"]
    assert second.policy.arm_for("TIMEOUT") == len(second.policy.arms) - 1


def test_undo_and_on_change_are_filled_in_too() -> None:
    rules = """
map unsettled(item : reveni.ReturnItem) -> scayle.BillingStatus {
  order = 1  code = billing_completed  reason = "{item.id}"
  items = for each one in nothing { id = 1 code = billing_completed }
}
"""
    assert "unsettled" in Small(rules).program.maps
    decision = Small(received(f"for each item in return.return_items {NOTE}")).decide()
    assert [(want.on_change, want.undo) for want in decision.wanted] == [(None, None)] * 2


# ---- where fields come from


def test_every_field_says_where_it_comes_from() -> None:
    s = Small(received(f"for each item in return.return_items {NOTE}"))
    trace = {field.field: field for field in s.decide().wanted[0].trace}
    assert list(trace) == ["order", "name", "status", "text"]
    assert [(o.kind, o.what, o.value) for o in trace["name"].origins] == [("input", "item.id", "a")]
    assert [(o.kind, o.what) for o in trace["order"].origins] == [("constant", "1")]
    assert trace["text"].place.line == s.line("text   =")
    assert [o.what for o in trace["text"].origins] == ["item.sku", "setting.label", "now"]


def test_a_hold_inside_a_map_keeps_the_values_that_led_to_it() -> None:
    rules = """
table reason : reveni.ReturnReason -> text {
  too_small => "small"
  otherwise => hold "no word for {key}" for desk
}
map coded(item : reveni.ReturnItem) -> scayle.OrderNote {
  order = 1  name = item.id  status = reason[item.return_reason default other]
}
rule r { when return becomes received for each item in return.return_items
  keep scayle.orders.annotate with coded(item) per return.id, item.id on error follow quiet }
"""
    s = Small(rules)
    decision = s.decide()
    assert told(decision) == [("r", "no word for other")]
    stop = decision.stops[0]
    assert (stop.key, stop.place.line) == (("b",), s.line("otherwise => hold"))
    assert [(o.what, o.value) for o in stop.because if o.kind == "input"] == [("item.return_reason", "other")]
    row = decision.wanted[0].trace[-1].origins[-1]
    assert (row.kind, row.what, row.value) == ("table row", "reason[too_small]", "small")
    assert row.place is not None
    assert row.place.line == s.line('too_small => "small"')


def test_compare_only_mode_keeps_holds_of_gates() -> None:
    s = Small(GATE + received(f"only if fine(return) for each item in return.return_items {STOCK}"))
    state = after(s.decide(instant=True))
    decision = s.decide(state, status="accepted", updated_at="2026-04-08T00:00:00Z")
    assert told(decision) == [("r", "not so: it is instant")]
    assert "r" not in decision.reviewed


def test_exact_amounts_reach_the_command() -> None:
    rules = """
map priced(return : reveni.Return) -> scayle.OrderNote {
  order = 1  name = "sum"
  status = "{sum(item.price default hold "no price" for care for each item in return.return_items)
             default hold "nothing" for care}"
}
rule r { when return becomes received
  keep scayle.orders.annotate with priced(return) per return.id on error follow quiet }
""".replace("\n             default", " default")
    lines = [{"id": n, "quantity": 1, "status": "accepted", "price": "0.1000"} for n in ("a", "b", "c")]
    (want,) = Small(rules).decide(return_items=lines).wanted
    assert want.body["status"] == "0.30 EUR"
    assert Decimal("0.1") * 3 == Decimal("0.3")
