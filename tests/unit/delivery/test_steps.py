"""Policies: how often, how long, and how it ends."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.connectors.port import CallFailed
from retoure.delivery.steps import REREAD_POLICY, Counts, backoff, follow, team_of
from retoure.runtime.policy import Arm, Policy, Retry, Step

QUEUE = Step("queue", "failed")
POLICY = Policy(
    "delivery",
    (
        Arm(("RATE_LIMITED", "TIMEOUT"), (Step("retry", retry=Retry(8, 2, 600)), QUEUE, Step("alert", "oncall"))),
        Arm(("CONFLICT",), (Step("retry", retry=Retry(1, 1, 5)), Step("hold", "desk", "meanwhile: {error}"))),
        Arm((), (Step("skip", reason="does not matter"),)),
    ),
)
JITTER = random.Random(1)


def tries(policy: Policy, failure: CallFailed) -> int:
    """How many attempts the policy makes in all."""
    counts: Counts = {}
    for made in range(1, 100):
        verdict = follow(policy, failure, counts, JITTER)
        if verdict.wait is None:
            return made
        counts = verdict.counts
    raise AssertionError("it never ends")


def test_retry_eight_is_nine_attempts() -> None:
    assert tries(POLICY, CallFailed("RATE_LIMITED", "slow down")) == 9
    assert tries(REREAD_POLICY, CallFailed("UNAVAILABLE", "down")) == 9


def test_each_arm_counts_for_itself() -> None:
    verdict = follow(POLICY, CallFailed("CONFLICT", "busy"), {0: 8}, JITTER)
    assert verdict.wait is not None
    assert verdict.counts == {0: 8, 1: 1}


def test_two_retries_of_one_arm_follow_each_other() -> None:
    steps = (Step("retry", retry=Retry(2, 1, 1)), Step("retry", retry=Retry(1, 60, 60)), QUEUE)
    policy = Policy("p", (Arm((), steps),))
    failure = CallFailed("TIMEOUT", "")
    waits = [follow(policy, failure, {0: used}, JITTER).wait for used in range(4)]
    assert waits == [1, 1, 60, None]


def test_a_faster_pace_shortens_our_waits_and_not_the_platforms() -> None:
    policy = Policy("p", (Arm((), (Step("retry", retry=Retry(1, 60, 60)), QUEUE)),))
    assert follow(policy, CallFailed("TIMEOUT", ""), {}, JITTER, pace=30).wait == 2
    assert follow(policy, CallFailed("RATE_LIMITED", "", retry_after=9.0), {}, JITTER, pace=30).wait == 9


def test_the_end_names_queue_and_alerts() -> None:
    verdict = follow(POLICY, CallFailed("TIMEOUT", "no answer"), {0: 8}, JITTER)
    assert verdict.ending is not None
    assert (verdict.ending.do, verdict.ending.name, verdict.alerts) == ("queue", "failed", ("oncall",))


def test_a_hold_says_the_error() -> None:
    verdict = follow(POLICY, CallFailed("CONFLICT", "row 7 changed"), {1: 1}, JITTER)
    assert verdict.ending is not None
    assert verdict.ending.reason == "meanwhile: CONFLICT: row 7 changed"


def test_an_arm_without_an_end_holds() -> None:
    policy = Policy("p", (Arm((), (Step("alert", "oncall"),)),))
    verdict = follow(policy, CallFailed("INVALID", "no such field"), {}, JITTER)
    assert verdict.ending is not None
    assert (verdict.ending.do, verdict.ending.reason) == ("hold", "INVALID: no such field")


def test_an_arm_may_ask_for_a_check() -> None:
    asking = Policy("p", (Arm((), (Step("check"), QUEUE)),))
    assert follow(asking, CallFailed("TIMEOUT", ""), {}, JITTER).check
    assert not follow(POLICY, CallFailed("TIMEOUT", ""), {}, JITTER).check


def test_the_platforms_wait_is_a_minimum() -> None:
    verdict = follow(POLICY, CallFailed("RATE_LIMITED", "", retry_after=900), {}, JITTER)
    assert verdict.wait == 900


@given(st.integers(0, 200), st.integers())
def test_waits_stay_between_least_and_most(used: int, seed: int) -> None:
    assert 2 <= backoff(Retry(8, 2, 600), used, random.Random(seed)) <= 600


def test_waits_may_grow_with_every_try() -> None:
    class Highest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return b

    assert [backoff(Retry(8, 2, 60), used, Highest()) for used in range(6)] == [4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(("error", "team"), [("CONFLICT", "desk"), ("TIMEOUT", "desk"), ("INVALID", "desk")])
def test_the_team_of_an_unknown_outcome_is_found_in_the_policy(error: str, team: str) -> None:
    assert team_of(POLICY, error) == team


def test_a_policy_without_a_team_names_none() -> None:
    assert team_of(REREAD_POLICY, "TIMEOUT") == ""
