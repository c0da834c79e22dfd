"""The month-end file: sums equal their rows to the smallest unit, in every currency, whatever happened."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from retoure.reports import ReturnBooks, month_end, period_of
from retoure.reports.money import unit_of
from retoure.reports.month_end import SIDES
from retoure.reports.returns import Call, Line, Payout, Purpose, Standing, Verdict
from retoure.types.kinds import Money

from .conftest import NOW, made
from .day import Played

NOVEMBER = period_of(date(2026, 11, 1), date(2026, 11, 30), "Europe/Berlin", NOW)
MOMENTS = st.datetimes(datetime(2026, 10, 25), datetime(2026, 12, 5), timezones=st.just(UTC))
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD"])
PAID = st.decimals("0", "9999", places=4)


@st.composite
def money(draw: st.DrawFn, currency: str) -> Money:
    """As SCAYLE has it: whole units of the currency."""
    units = draw(st.integers(0, 10**6))
    return Money(units * unit_of(currency), currency)


@st.composite
def calls(draw: st.DrawFn, number: int, currency: str) -> Call:
    at = draw(MOMENTS)
    purpose = draw(st.sampled_from([Purpose.REFUND, Purpose.SETTLED]))
    standing, unit = draw(st.sampled_from(Standing)), str(draw(st.integers(1, 3)))
    undo = purpose is Purpose.SETTLED and draw(st.booleans())
    amount = draw(st.none() | money(currency))
    return Call(number, purpose, standing, at, at, line="l1", undo=undo, order="1", unit=unit, amount=amount)


@st.composite
def books(draw: st.DrawFn, number: int) -> ReturnBooks:
    """A return in one currency; now and then a payout is in another."""
    currency, other = draw(CURRENCIES), draw(CURRENCIES)
    payouts = tuple(
        Payout("bank_transfer", Money(draw(PAID), draw(st.sampled_from([currency, currency, other]))), draw(MOMENTS))
        for _ in range(draw(st.integers(0, 3)))
    )
    made_calls = tuple(draw(calls(index, currency)) for index in range(draw(st.integers(0, 4))))
    line = Line("l1", "SKU", 1, Verdict.ACCEPTED, Money(draw(PAID), currency), draw(st.booleans()))
    heard = (draw(MOMENTS),)
    return ReturnBooks(
        f"r{number}", "1", currency=currency, lines=(line,), payouts=payouts, calls=made_calls, heard_at=heard
    )


@st.composite
def many(draw: st.DrawFn) -> list[ReturnBooks]:
    return [draw(books(number)) for number in range(draw(st.integers(0, 6)))]


@given(many())
def test_sums_by_currency_are_the_sums_of_the_rows_to_the_smallest_unit(returns: list[ReturnBooks]) -> None:
    report = month_end(returns, made(NOVEMBER))
    table = report.table("returns")
    sums = {row[0]: row[1:] for row in report.table("sums").rows}
    assert {row[4]: tuple(row[6 : 6 + len(SIDES)]) for row in table.totals} == sums
    for currency, totals in sums.items():
        rows = [row for row in table.rows if row[4] == currency]
        for index, total in enumerate(totals):
            cells = [row[6 + index] for row in rows]
            assert total == sum(cell for cell in cells if isinstance(cell, Decimal))
            assert isinstance(total, Decimal)
            assert total == total.quantize(unit_of(str(currency)))


@given(many())
def test_every_credit_note_is_in_the_credited_sum(returns: list[ReturnBooks]) -> None:
    report = month_end(returns, made(NOVEMBER))
    credited = {row[0]: row[2] for row in report.table("sums").rows if row[2]}
    noted = {row[4]: row[5] for row in report.table("credit-notes").totals if row[5]}
    assert credited == noted


@given(many(), st.dates(date(2026, 11, 1), date(2026, 11, 29)))
def test_two_halves_of_a_month_are_the_month(returns: list[ReturnBooks], middle: date) -> None:
    """Money that moved is counted in one of them, never in both."""
    zone = "Europe/Berlin"
    first = period_of(date(2026, 11, 1), middle, zone, NOW)
    second = period_of(middle + timedelta(days=1), date(2026, 11, 30), zone, NOW)
    halves: dict[tuple[object, str], Decimal] = defaultdict(Decimal)
    whole: dict[tuple[object, str], Decimal] = defaultdict(Decimal)
    for period, into in ((first, halves), (second, halves), (NOVEMBER, whole)):
        for currency, *amounts in month_end(returns, made(period)).table("sums").rows:
            for side, amount in zip(SIDES, amounts, strict=True):
                assert isinstance(amount, Decimal)
                into[currency, side] += amount
    assert {key: sum for key, sum in halves.items() if sum} == {key: sum for key, sum in whole.items() if sum}


def test_both_sides_of_a_day_are_scayles_books(day: Played, returns: list[ReturnBooks]) -> None:
    report = month_end(returns, made())
    notes = {note["orderId"]: note for note in day.books()["correctiveInvoices"]}
    assert {int(str(row[1])) for row in report.table("credit-notes").rows} == set(notes)
    cents = sum(note["amount"] for note in day.books()["correctiveInvoices"])
    (sums,) = report.table("sums").rows
    assert dict(zip(("currency", *SIDES), sums, strict=True))["scayle credited"] == Decimal(cents) / 100


def test_what_differs_between_the_sides_is_what_was_taken_back(day: Played, returns: list[ReturnBooks]) -> None:
    table = month_end(returns, made()).table("returns")
    differs = {row[0]: row[9] for row in table.rows if row[9]}
    assert differs == {day.ids["corrected-instant"]: Decimal("59.90")}


def test_everything_open_is_listed(day: Played, returns: list[ReturnBooks]) -> None:
    left = {row[0] for row in month_end(returns, made()).table("open").rows}
    names = ("unknown-sku", "too-many", "unknown-status", "reopened", "discontinued", "corrected", "sold-out")
    assert left == {day.ids[name] for name in names}
