"""Records that a word tells apart, from the schema to what is sent; and the checker that knows which one it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retoure import Source, check_source
from retoure.types.kinds import Variants
from retoure.types.lift import lift
from retoure.types.load import load_system
from retoure.types.lower import lower
from retoure.types.validate import problems

pytestmark = pytest.mark.usefixtures("either_way")

SCHEMAS = Path(__file__).resolve().parents[2] / "conformance/schemas"
RETURNS, SHOP = load_system("returns/v1", SCHEMAS), load_system("shop/v1", SCHEMAS)
PAYMENT, PAYOUT = RETURNS.types["Payment"], SHOP.types["Payout"]

MAPPING = """mapping pay {
  language 1
  version  "1.0.0"
  owner    "returns"
  system   returns schema "returns/v1"
  system   shop schema "shop/v1"
  teams    desk
  assume   returns.restocks_by_itself is OFF
}
track return : returns.Return {
  key    id
  newest updated_at
  stage from status {
    open = new, sent, arrived, checked, accepted, refused, cancelled
    unknown hold "status {status} is not known" for desk
  }
}
map values(return : returns.Return) -> shop.Values {
  name   = return.id
  TEXT
  payout = { PAYOUT }
}
rule put {
  when return reached open
  STEP
  keep shop.values.put with values(return) per return.id on error follow plain
}
policy plain { otherwise hold "{error}" for desk }
"""


def codes(
    text: str = 'text = "x"', payout: str = 'way = coupon code = "c"', step: str = "if return.pieces exists"
) -> list[str]:
    """What is found when these stand in the mapping."""
    mapping = MAPPING.replace("TEXT", text).replace("PAYOUT", payout).replace("STEP", step)
    return [finding.code for finding in check_source(Source("pay.rmap", mapping), SCHEMAS).findings]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"kind": "card", "last_digits": "0042"}, []),
        ({"kind": "gift_card", "code": "G1", "expires": "2026-05-01"}, []),
        ({"kind": "card"}, ["last_digits is missing"]),
        ({"kind": "voucher", "code": "V1", "expires": "soon"}, ["expires"]),
        ({"kind": "cheque"}, ["kind"]),
        ({"last_digits": "0042"}, ["kind is missing"]),
    ],
)
def test_a_record_is_read_as_what_its_word_says(value: dict[str, Any], said: list[str]) -> None:
    found = [str(problem) for problem in lift(value, PAYMENT)[1]]
    assert len(found) == len(said)
    assert all(text in problem.replace(":", "") for text, problem in zip(said, found, strict=True)), found
    assert len(problems(value, RETURNS, "Payment")) == len(said)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"way": "coupon", "code": "c"}, ""),
        ({"way": "transfer", "account": "a", "code": "c"}, "is not a field of shop.Transfer"),
        ({"way": "transfer"}, "account"),
        ({"way": "cash"}, "way"),
    ],
)
def test_what_is_sent_fits_the_record_its_word_names(value: dict[str, Any], problem: str) -> None:
    json, found = lower(value, PAYOUT)
    assert [text for text in map(str, found) if problem not in text] == []
    assert bool(found) == bool(problem)
    assert problem or json == value


def test_fields_that_all_have_can_be_named_at_once() -> None:
    assert isinstance(PAYMENT, Variants)
    assert PAYMENT.by == "kind"
    assert list(PAYMENT.choices) == ["card", "voucher", "gift_card", "cash"]


@pytest.mark.parametrize(
    "text",
    [
        'text = if return.payment.kind is card then return.payment.last_digits else "none"',
        'text = if return.payment.kind is one of (voucher, gift_card) then return.payment.code else "none"',
        'text = if (return.payment.kind default cash) is not cash then "some" else "none"',
        'text = if return.payment.kind is card and return.payment.last_digits is "0042" then "mine" else "none"',
    ],
)
def test_a_condition_says_which_record_it_is(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('text = if return.payment.kind is card then return.payment.code else "none"', "unknown-field"),
        ('text = if return.payment.kind is card then "x" else return.payment.last_digits', "unknown-field"),
        (
            'text = if return.payment.kind is card or return.payment.last_digits is "1" then "x" else "y"',
            "unknown-field",
        ),
    ],
)
def test_a_field_of_another_record_is_unknown(text: str, code: str) -> None:
    assert codes(text)[:1] == [code]


def test_a_field_that_not_all_have_may_be_missing() -> None:
    assert codes(step='if return.payment.last_digits is not "0042"') == ["test-on-missing"]


def test_an_if_of_a_rule_narrows_what_follows() -> None:
    assert codes(step='if return.payment.kind is voucher\n  if return.payment.code is "V1"') == []
    assert codes(step='if return.payment.kind is card\n  if return.payment.code is "V1"') == ["unknown-field"]


@pytest.mark.parametrize(
    ("payout", "found"),
    [
        ('way = transfer account = "DE1"', []),
        ('way = transfer code = "c"', ["unknown-target"]),
        ('code = "c"', ["required-not-set"]),
        ('way = return.id code = "c"', ["wrong-type"]),
        ('way = cash code = "c"', ["unknown-word"]),
    ],
)
def test_a_record_that_is_made_says_what_it_is(payout: str, found: list[str]) -> None:
    assert codes(payout=payout) == found
