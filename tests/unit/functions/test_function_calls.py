"""Calls as the checker types them and the evaluator answers them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from retoure.runtime.convert import ConversionFailed
from retoure.runtime.values import Refused
from retoure.types.kinds import Enum, Integer, ListOf, Money, MoneyType, Number, Opaque, Optional, Text, Type

from .conftest import Run

EUR, JPY = Money(Decimal("10.00"), "EUR"), Money(Decimal("500"), "JPY")
GOLD = Money(Decimal("1.5"), "XAU")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("uper(x)", ["unknown-map"]),
        ("sum(x)", ["unknown-map"]),
        ("upper()", ["wrong-count"]),
        ("upper(x, x)", ["wrong-count"]),
        ("upper(1)", ["wrong-type"]),
        ("upper(maybe)", ["maybe-missing"]),
        ("count(few)", ["maybe-missing"]),
        ("count(few default nothing)", []),
        ("upper(raw)", ["wrong-type"]),
        ("upper(word)", []),
        ("rounded(2, 1, x)", ["wrong-type"]),
        ("rounded(2, 1, upward)", ["unknown-word"]),
        ("rounded(2, 29, up)", ["out-of-bounds"]),
        ("left(x, -1)", ["out-of-bounds"]),
        ("right(x, 2.5)", ["wrong-type"]),
        ('replaced(x, "", "a")', ["out-of-bounds"]),
        ('day_of(now, "Europe/Berlyn")', ["unknown-zone"]),
        ("day_of(now, x)", []),
        ("smaller_of(1, price)", ["wrong-type"]),
        ("smaller_of(price, price)", []),
        ('later_of(now, day_of(now, "UTC"))', ["wrong-type"]),
        ("rounded_money(price, up)", ["unhandled-failure"]),
        ("rounded_money(price, up) on error price", []),
        ("upper(x) on error x", ["redundant-on-error"]),
        ("first(texts)", []),
        ('upper(first(texts) default "none")', []),
        ("upper(first(texts))", ["maybe-missing"]),
        ('weekday_of(now, "UTC") is one of (saturday, sunday)', []),
        ('weekday_of(now, "UTC") is caturday', ["unknown-word"]),
    ],
)
def test_one_mistake_gives_one_finding(text: str, codes: list[str], ran: Run) -> None:
    types: dict[str, Type] = {
        "x": Text(),
        "maybe": Optional(Text()),
        "few": Optional(ListOf(Text())),
        "texts": ListOf(Text()),
        "raw": Opaque(),
        "word": Enum("shop.Colour", ("red", "blue")),
        "price": MoneyType(),
    }
    assert ran(text, types=types).codes == codes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("first(texts)", Optional(Text())),
        ('first(split_at(x, "-"))', Text()),
        ("last(prices)", Optional(MoneyType())),
        ("distinct(texts)", ListOf(Text())),
        ("smaller_of(1, 2)", Integer()),
        ("smaller_of(1, 2.5)", Number()),
        ("absolute(-4)", Integer()),
        ("percent_of(19, 100)", Number()),
        ("percent_of(19, price)", MoneyType()),
        ('before(x, "-")', Optional(Text())),
        ("shared_evenly(price, 3) on error nothing", ListOf(MoneyType(), some=True)),
    ],
)
def test_results_may_depend_on_the_arguments(text: str, kind: Type, ran: Run) -> None:
    found = ran(text, types={"texts": ListOf(Text()), "prices": ListOf(MoneyType()), "x": Text(), "price": MoneyType()})
    assert (found.codes, found.type) == ([], kind)


def test_a_few_of_some_may_be_none(ran: Run) -> None:
    assert ran('first(first_few(split_at("a", "-"), 0))').type == Optional(Text())


def test_on_error_catches_what_a_function_declares(ran: Run) -> None:
    assert ran("rounded_money(gold, up) on error price", {"gold": GOLD, "price": EUR}).value() == EUR
    with pytest.raises(ConversionFailed, match="XAU has no smallest unit"):
        ran("rounded_money(gold, up)", {"gold": GOLD}).value()


def test_nothing_catches_what_a_function_refuses(ran: Run) -> None:
    with pytest.raises(Refused, match="two currencies"):
        ran("smaller_of(euro, yen) on error euro", {"euro": EUR, "yen": JPY}).value()
    with pytest.raises(Refused, match="two currencies"):
        ran("sorted(prices)", {"prices": [EUR, JPY]}).value()
    with pytest.raises(Refused, match="not the name of a time zone"):
        ran("day_of(now, zone)", {"zone": "Europe/Berlyn"}).value()


def test_no_text_fills_the_memory(ran: Run) -> None:
    long = {"long": "a" * 2_000}
    with pytest.raises(Refused, match="longer than 100000"):
        ran('replaced(long, "a", long)', long).value()
    with pytest.raises(Refused, match="longer than 100000"):
        ran("joined(texts, long)", {"texts": ["a"] * 100, **long}).value()
    with pytest.raises(Refused, match="whole number from 0 to 1000"):
        ran('left_padded("a", width, "-")', {"width": 10**9}).value()


def test_shares_add_up_to_the_amount(ran: Run) -> None:
    for amount in ("10.00", "-0.05", "0", "99999999999999999999.99"):
        shares = ran("shared_evenly(money, 7) on error nothing", {"money": Money(Decimal(amount), "EUR")}).value()
        assert sum(share.amount for share in shares) == Decimal(amount)
        assert len(shares) == 7


def test_many_digits_stay_exact(ran: Run) -> None:
    x = {"x": Decimal("-1234567890123456789012345678901234567890.12345")}
    assert str(ran("absolute(x)", x).value()) == "1234567890123456789012345678901234567890.12345"
    assert str(ran("rounded(x, 4, half_up)", x).value()) == "-1234567890123456789012345678901234567890.1235"
    assert str(ran("percent_of(50, x)", x).value()).rstrip("0") == "-617283945061728394506172839450617283945.061725"
    assert ran("ceiling(x)", x).value() == -1234567890123456789012345678901234567890
    assert ran("floor(x)", x).value() == -1234567890123456789012345678901234567891


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        # Berlin: 2026-03-29 02:00 becomes 03:00, 2026-10-25 03:00 becomes 02:00
        ('plus_days(t, 1, "Europe/Berlin")', "2026-03-28T11:00Z", "2026-03-29T10:00Z"),
        ('plus_days(t, 1, "Europe/Berlin")', "2026-03-28T01:30Z", "2026-03-29T01:30Z"),
        ('plus_days(t, -1, "Europe/Berlin")', "2026-10-26T01:30Z", "2026-10-25T00:30Z"),
        ('plus_days(t, 0, "Europe/Berlin")', "2026-10-25T01:30Z", "2026-10-25T01:30Z"),
        ("plus_hours(t, 24)", "2026-03-28T11:00Z", "2026-03-29T11:00Z"),
        ('start_of_day(t, "Europe/Berlin")', "2026-03-29T12:00Z", "2026-03-28T23:00Z"),
        ('start_of_day(t, "Europe/Berlin")', "2026-10-25T12:00Z", "2026-10-24T22:00Z"),
        # Beirut: midnight of 2026-03-29 is skipped; Havana: midnight of 2026-11-01 comes twice
        ('start_of_day(t, "Asia/Beirut")', "2026-03-29T12:00Z", "2026-03-28T22:00Z"),
        ('start_of_day(t, "America/Havana")', "2026-11-01T12:00Z", "2026-11-01T04:00Z"),
        ('plus_months(t, 1, "Europe/Berlin")', "2026-01-31T12:00Z", "2026-02-28T12:00Z"),
        ('plus_months(t, -11, "Europe/Berlin")', "2028-01-29T12:00Z", "2027-02-28T12:00Z"),
        ('plus_working_days(t, 5, "Europe/Berlin")', "2026-03-27T12:00Z", "2026-04-03T11:00Z"),
    ],
)
def test_local_days_follow_the_clocks(text: str, moment: str, expected: str, ran: Run) -> None:
    given = datetime.fromisoformat(moment).astimezone(UTC)
    assert ran(text, {"t": given}).value() == datetime.fromisoformat(expected)
