"""Each check finds the damage it is for, names the return and the money, and is content without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.reports import ReturnBooks
from retoure.reports.returns import Question
from retoure.settlement import Case, InvoiceLine, Outcome, Rounding, Terms, checked, settlement
from retoure.settlement.invoice import Invoice

from .conftest import APRIL, DAY, MADE, line, returned

Found = list[tuple[str, str, str | None, str]]


def outcome(letter: str, lines: Sequence[InvoiceLine], returns: Sequence[ReturnBooks], **terms: Any) -> Outcome:
    case = Case(lines, returns, APRIL, Terms(**terms))
    return next(each for each in checked(case) if each.letter == letter)


def found(letter: str, lines: Sequence[InvoiceLine], returns: Sequence[ReturnBooks], **terms: object) -> Found:
    findings = outcome(letter, lines, returns, **terms).findings
    return [
        (each.subject, each.currency, None if each.drift is None else str(each.drift), each.what) for each in findings
    ]


INSTANT = returned("r1", "39.90 EUR", paid="39.90 EUR")
YEN = returned("r2", "12000 JPY", paid="12000 JPY")


def test_a_agrees_by_return_and_currency() -> None:
    lines = [line("disbursement", "39.9000 EUR", "r1"), line("disbursement", "12000 JPY", "r2")]
    came = outcome("a", lines, [INSTANT, YEN])
    assert (came.findings, came.checked) == ((), 2)
    assert came.ours == came.theirs == {"EUR": Decimal("39.90"), "JPY": Decimal(12000)}


@pytest.mark.parametrize(
    ("lines", "drift", "what"),
    [
        ([], "-39.90", "transferred, and not on the invoice"),
        ([line("disbursement", "41.90 EUR", "r1")], "2.00", "another amount was transferred"),
        ([line("disbursement", "40.00 EUR")], "0.10", "the disbursements differ in total"),
    ],
)
def test_a_finds_what_differs(lines: list[InvoiceLine], drift: str, what: str) -> None:
    assert [each[2:] for each in found("a", lines, [INSTANT])] == [(drift, what)]


def test_a_knows_no_such_return_and_no_transfer_of_another_month() -> None:
    march = returned("r1", "39.90 EUR", paid="39.90 EUR", at=datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
    assert found("a", [line("disbursement", "5 EUR", "ghost")], []) == [
        ("ghost", "EUR", "5.00", "billed, and no such return is in the journal")
    ]
    billed = [line("disbursement", "39.90 EUR", "r1")]
    assert found("a", billed, [march])[0][3] == "billed, and nothing was transferred in the period"


def test_a_leaves_alone_what_the_shop_pays_itself() -> None:
    assert found("a", [], [returned("r1", "39.90 EUR", paid="39.90 EUR", instant=False)]) == []


def test_b_finds_a_return_billed_twice_for_one_thing() -> None:
    once = [line("disbursement", "39.90 EUR", "r1"), line("return_fee", "0.35 EUR", "r1"), line("plan", "9 EUR")]
    assert found("b", once, [INSTANT]) == []
    twice = [*once, line("return_fee", "0.35 EUR", "r1"), line("plan", "9 EUR")]
    assert found("b", twice, [INSTANT]) == [("r1", "EUR", "0.35", "return_fee 2 times: row return_fee; row return_fee")]


PARTLY = returned("r1", "20.00 EUR", rejected=("39.90 EUR",), paid="59.90 EUR")
BILLED = line("disbursement", "59.90 EUR", "r1")


def test_c_claims_what_was_advanced_for_rejected_goods() -> None:
    assert [each[:3] for each in found("c", [BILLED], [PARTLY])] == [("r1", "EUR", "39.90")]
    assert found("c", [BILLED, line("credit", "-39.90 EUR", "r1")], [PARTLY]) == []


def test_c_waits_for_the_verdict() -> None:
    waiting = returned("r1", rejected=("59.90 EUR",), paid="59.90 EUR", ended_at=None)
    assert found("c", [BILLED], [waiting]) == []


def original(paid: str, *credited: str, **more: Any) -> ReturnBooks:
    way = "original_payment_method"
    return returned("r1", "39.90 EUR", paid=paid, way=way, instant=False, credited=credited, **more)


def test_d_holds_original_payments_against_scayle() -> None:
    assert found("d", [], [original("39.90 EUR", "39.90 EUR")]) == []
    assert found("d", [], [original("39.90 EUR", "34.95 EUR")])[0][2] == "4.95"
    assert found("d", [], [original("39.90 EUR")])[0][3] == "Reveni says refunded, SCAYLE did not"


CREDITED = returned("r1", "39.90 EUR", paid="44.90 EUR", way="store_credit")


def test_e_keeps_bonus_and_goods_apart() -> None:
    assert found("e", [line("bonus", "5.0000 EUR", "r1")], [CREDITED]) == []
    assert found("e", [line("bonus", "6 EUR", "r1")], [CREDITED])[0][2:] == ("1.00", "another bonus is billed")
    mixed = found("e", [line("disbursement", "44.90 EUR", "r1")], [CREDITED])
    assert [each[3] for each in mixed] == ["store credit is billed as a disbursement: goods and bonus are mixed"]
    assert found("e", [line("bonus", "5 EUR", "r9")], [])[0][0] == "r9"


def test_e_finds_store_credit_that_was_refunded_as_money_too() -> None:
    both = returned("r1", "39.90 EUR", paid="44.90 EUR", way="store_credit", instant=False, credited=("39.90 EUR",))
    assert [each[2:] for each in found("e", [], [both])] == [
        ("39.90", "the shopper has store credit, and SCAYLE refunded the payment too")
    ]


def test_f_finds_a_fee_that_both_deducted() -> None:
    assert found("f", [], [original("36.40 EUR", "39.90 EUR")]) == []
    assert found("f", [], [original("36.40 EUR", "36.40 EUR")]) == [
        ("r1", "EUR", "0.00", "both deducted something from goods worth 39.90")
    ]
    asked = Question(1, "correction", "refund", "why", "finance", "x:1", DAY)
    assert found("f", [], [original("36.40 EUR", "36.40 EUR", questions=(asked,))]) == []


LINES = [line("plan", "0.0050 EUR"), line("plan", "0.0050 EUR")]


def test_g_finds_amounts_rounded_at_the_total() -> None:
    assert found("g", [*LINES, line("total", "0.02 EUR")], []) == []
    assert found("g", [*LINES, line("total", "0.01 EUR")], []) == [
        ("", "EUR", "-0.01", "rounded at the total and not at each line")
    ]
    assert found("g", [*LINES, line("total", "0.05 EUR")], [])[0][3] == "the total is not the sum of the lines"


def test_g_rounds_as_it_is_told() -> None:
    even = {"rounding": Rounding.HALF_EVEN}
    assert found("g", [*LINES, line("total", "0.00 EUR")], [], **even) == []


def test_a_tolerance_takes_small_differences() -> None:
    lines = [line("disbursement", "39.92 EUR", "r1")]
    assert found("a", lines, [INSTANT], tolerance=Decimal("0.01"))[0][2] == "0.02"
    assert found("a", lines, [INSTANT], tolerance=Decimal("0.02")) == []
    assert outcome("a", lines, [INSTANT], tolerance=Decimal("0.02")).theirs == {"EUR": Decimal("39.92")}


def test_lines_of_another_month_are_left_out_and_counted() -> None:
    inside = line("disbursement", "39.90 EUR", "r1", date(2026, 4, 30))
    late = line("disbursement", "39.90 EUR", "r1", date(2026, 5, 1))
    report = settlement(Invoice((inside, late), 1, "map 1"), [INSTANT], MADE, Terms())
    assert report.table("findings").rows == ()
    assert report.summary == (
        "1 lines, 0 findings; nothing to check for c, d, e, f, g",
        "left out: 1 lines dated outside the period, 1 rows that the map skips",
    )
    assert "map 1" in report.made.mappings
