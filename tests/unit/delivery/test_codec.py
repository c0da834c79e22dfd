"""What goes into the database comes out the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.delivery.store.codec import dump, dump_moments, load, moment, outcome_of, policy_of, stamp
from retoure.runtime.decision import Answer, Ending, Origin, Outcome
from retoure.runtime.policy import Arm, Instead, Policy, Retry, Step
from retoure.types import json_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=10,
)
MOMENTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC))


def test_decimals_keep_every_digit() -> None:
    assert dump({"amount": Decimal("76.4800")}) == '{"amount":76.4800}'
    assert load('{"amount":76.4800}') == {"amount": Decimal("76.4800")}


@given(JSON)
def test_both_encoders_write_the_same(value: object) -> None:
    assert dump(value) == json_text.dump(value)
    assert load(dump(value)) == value


def test_moments_that_are_told_are_written_as_python_writes_them() -> None:
    told = (Origin("call", "now", datetime(2026, 3, 2, 10, tzinfo=UTC)), Origin("input", "at", "2026-03-02T10:00:00Z"))
    values = [origin["value"] for origin in load(dump_moments({"told": told}))["told"]]
    assert values == ["2026-03-02T10:00:00+00:00", "2026-03-02T10:00:00Z"]
    with_decimal = {"at": datetime(2026, 3, 2, tzinfo=UTC), "amount": Decimal("1.10")}
    assert dump_moments(with_decimal) == '{"amount":1.10,"at":"2026-03-02T00:00:00+00:00"}'


def test_policies_come_back_equal() -> None:
    arms = (
        Arm(("TIMEOUT",), (Step("check"), Step("retry", retry=Retry(5, 0.5, 1800.0)))),
        Arm(("GONE",), (Step("instead", instead=Instead("shop.vouchers.send", ("r1",), {"amount": Decimal("1.50")})),)),
        Arm((), (Step("hold", "a"),)),
    )
    assert policy_of(dump(Policy("money", arms))) == Policy("money", arms)


def test_outcomes_come_back_equal() -> None:
    outcome = Outcome(Ending.HOLD, "why", "finance")
    assert outcome_of(load(dump(outcome))) == outcome
    assert outcome_of(None) is None


def test_sets_and_foreign_values_have_a_form() -> None:
    assert dump(Answer(1.5, claimed=frozenset({"b", "a"}))) == (
        '{"claimed":["a","b"],"error":"","outcome":null,"queue":"","value":1.5}'
    )


@given(MOMENTS, MOMENTS)
def test_stamps_sort_as_the_moments_do(left: datetime, right: datetime) -> None:
    assert (stamp(left) < stamp(right)) == (left < right)
    assert moment(stamp(left)) == left


def test_stamps_are_utc_and_need_a_zone() -> None:
    berlin = timezone(timedelta(hours=1))
    assert stamp(datetime(2026, 1, 1, 1, tzinfo=berlin)) == "2026-01-01T00:00:00.000000+00:00"
    with pytest.raises(ValueError, match="no zone"):
        stamp(datetime(2026, 1, 1))
