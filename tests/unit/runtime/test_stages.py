"""Stages, moves, triggers, and which version counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from retoure.runtime.decision import Entry, State

from .small import NOW, Small, after, told

RULES = """
rule on_received { when return becomes received
  for each item in return.return_items
  keep scayle.stock.add with stock(item) per return.id, item.id on error follow quiet }
rule since_received { when return reached received
  for each item in return.return_items keep scayle.orders.annotate with note(return, item) per return.id, item.id
  on error follow quiet }
rule back { when return goes back from approved, refused to judged  hold "opened again" for desk }
rule fast { when return becomes approved and setting.mode is fast  hold "fast" for desk }
"""
S = Small(RULES)


def times(state: State, **changes: Any) -> tuple[int, int]:
    """How many effects `becomes` and `reached` want."""
    wanted = S.decide(state, **changes).wanted
    rules = [want.rule for want in wanted]
    return rules.count("on_received"), rules.count("since_received")


def test_the_first_sight_of_a_record_is_a_move_from_nowhere() -> None:
    decision = S.decide()
    assert decision.entry == Entry(None, ("received",), "2026-04-06T10:00:00.000000+00:00", NOW)
    assert (decision.stage, decision.subject, decision.stale) == ("received", "r1", False)


@pytest.mark.parametrize("status", ["RECEIVED", "Received", "reCeived"])
def test_upper_and_lower_case_of_statuses_do_not_matter(status: str) -> None:
    assert S.decide(status=status).stage == "received"


def test_an_unknown_status_is_held_and_nothing_is_done() -> None:
    decision = S.decide(after(S.decide()), status="on_the_moon", updated_at="2026-04-07T00:00:00Z")
    assert told(decision) == [("", "unknown status on_the_moon")]
    assert (decision.stage, decision.entry, decision.wanted, decision.reviewed) == ("received", None, (), frozenset())
    assert decision.stops[0].outcome.team == "care"
    assert decision.stops[0].place.line == S.line("unknown hold")


def test_a_move_that_is_not_allowed_is_held() -> None:
    closed = State("2026", (Entry(None, ("closed",), "2026"),))
    decision = S.decide(closed, status="received")
    assert told(decision) == [("", "return went from closed to received, a move this mapping does not allow")]
    assert (decision.stage, decision.wanted) == ("closed", ())


def test_stages_passed_by_are_reached_and_become() -> None:
    opened = after(S.decide(status="in_progress", updated_at="2026-04-01T00:00:00Z"))
    decision = S.decide(opened, status="accepted")
    assert decision.entry is not None
    assert (decision.entry.origin, decision.entry.path) == ("open", ("received", "approved"))
    assert times(opened, status="accepted") == (2, 2)


def test_a_record_first_seen_late_has_not_passed_the_stages_before() -> None:
    assert times(State(), status="accepted") == (0, 0)


def test_becomes_holds_while_it_stays_and_reached_for_ever() -> None:
    received = after(S.decide())
    assert times(received, updated_at="2026-04-07T00:00:00Z") == (2, 2)
    fresh = State(received.version, received.entries)
    assert times(fresh, status="accepted") == (0, 2)


def test_after_its_stage_a_rule_compares_what_it_started_and_starts_nothing() -> None:
    started = after(S.decide(return_items=[{"id": "a", "quantity": 1, "status": "accepted"}]))
    later = S.decide(
        started,
        status="accepted",
        return_items=[
            {"id": "a", "quantity": 5, "status": "accepted"},
            {"id": "new", "quantity": 1, "status": "accepted"},
        ],
    )
    mine = [want for want in later.wanted if want.rule == "on_received"]
    assert [(want.key, want.body["quantity"], want.starts) for want in mine] == [(("r1", "a"), 5, False)]
    assert "on_received" in later.reviewed


def test_a_rule_that_never_started_waits_and_says_for_what() -> None:
    decision = S.decide(status="in_progress")
    notes = {note.rule: note.text for note in decision.notes}
    assert notes["on_received"] == "waits for received"
    assert notes["back"] == "waits for judged"
    assert {"on_received", "since_received"} <= decision.reviewed


def test_goes_back_needs_the_move_itself() -> None:
    approved = after(S.decide(status="accepted"))
    back = S.decide(approved, status="for_review", updated_at="2026-04-08T00:00:00Z")
    assert told(back) == [("back", "opened again")]
    still = S.decide(after(back, approved), status="for_review", updated_at="2026-04-09T00:00:00Z")
    assert told(still) == [("back", "opened again")]
    forth = S.decide(after(S.decide()), status="for_review", updated_at="2026-04-09T00:00:00Z")
    assert told(forth) == []


def test_a_condition_beside_the_stage_explains_itself() -> None:
    notes = {note.rule: note.text for note in S.decide(status="accepted").notes}
    assert notes["fast"] == "its condition does not hold (setting.mode is slow)"
    assert told(Small(RULES, {"mode": "fast"}).decide(status="accepted")) == [("fast", "fast")]


@pytest.mark.parametrize(
    ("version", "stale"),
    [
        ("2026-04-06T09:59:59.999999Z", True),
        ("2026-04-06T11:59:59+02:00", True),
        ("2026-04-06T10:00:00Z", False),
        ("2026-04-06T12:00:00.000001+02:00", False),
    ],
)
def test_only_an_older_version_is_stale(version: str, stale: bool) -> None:
    decision = S.decide(after(S.decide()), updated_at=version, status="accepted")
    assert decision.stale is stale
    assert bool(decision.wanted) is not stale
    assert decision.stage == ("received" if stale else "approved")


def test_now_is_frozen_under_the_key_of_each_effect() -> None:
    first = S.decide(return_items=[{"id": "a", "quantity": 1, "status": "accepted"}])
    later = NOW + timedelta(hours=5)
    two = [{"id": "a", "quantity": 1, "status": "accepted"}, {"id": "b", "quantity": 1, "status": "accepted"}]
    second = S.decide(after(first), now=later, return_items=two)
    moments = {want.key[1]: want.body["changedAt"] for want in second.wanted if want.rule == "on_received"}
    assert moments == {"a": "2026-04-12T10:00:00+00:00", "b": "2026-04-12T15:00:00+00:00"}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"currency": "EURO"}, "currency"),
        ({"updated_at": "yesterday"}, "updated_at: expected an instant"),
        ({"return_items": [{"id": "a", "quantity": 0, "status": "accepted"}]}, "return_items[0].quantity"),
        ({"return_items": None}, "return_items: is missing"),
        ({"status": 5}, "status: expected text"),
    ],
)
def test_a_record_that_does_not_fit_its_schema_is_held(changes: dict[str, Any], why: str) -> None:
    state = after(S.decide())
    decision = S.decide(state, **changes)
    ((rule, reason),) = told(decision)
    assert (rule, decision.version, decision.stage, decision.wanted) == ("", "", "received", ())
    assert reason.startswith("reveni.Return does not fit its schema: ")
    assert why in reason


def test_a_version_of_another_kind_than_the_stored_one_is_taken_as_new() -> None:
    number = Small("", None)
    assert number.decide(State("17")).stale is False
