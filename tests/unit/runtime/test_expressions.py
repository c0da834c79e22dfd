"""Every operator of the mapping language, on values as the schemas give them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.runtime.convert import ConversionFailed
from retoure.runtime.evaluate import Notes
from retoure.runtime.scope import Ended
from retoure.runtime.values import Refused, shown
from retoure.types.kinds import Money

from .conftest import Evaluate

EUR, USD = Money(Decimal("12.50"), "EUR"), Money(Decimal("12.50"), "USD")
ITEMS = [
    {"id": "a", "quantity": 1, "price": Money(Decimal("10"), "EUR"), "sku": "TEE"},
    {"id": "b", "quantity": 2, "price": Money(Decimal("2.5"), "EUR")},
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("-2 + 5", 3),
        ("0.1 + 0.2", Decimal("0.3")),
        ("7 / 2", Decimal("3.5")),
        ("1 is 1.0", True),
        ("2 > 1 and not (1 > 2)", True),
        ("1 <= 1", True),
        ("1 >= 2 or 3 < 2", False),
        ("3 is one of (1, 2, 3)", True),
        ("3 is not 4", True),
        ("if 1 > 2 then 10 else 20", 20),
        ("true is false", False),
        ("return reached received", True),
        ("return reached approved", False),
        ('"a" is "A"', False),
        ("count(nothing)", 0),
        ("now", datetime(2026, 4, 12, 10, tzinfo=UTC)),
    ],
)
def test_operators(value: Evaluate, text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x.a exists", False),
        ("x.a is missing", True),
        ("x.a.b is missing", True),
        ("x.a default 5", 5),
        ("x.a is 1", False),
        ("x.a is not 1", True),
        ("x.a is one of (1, 2)", False),
        ("-x.a default 5", 5),
        ("x.a as cents in EUR default 7", 7),
        ("x.t", False),
        ("x.t default true", False),
    ],
)
def test_missing_values(value: Evaluate, text: str, expected: Any) -> None:
    assert value(text, x={"t": False}, EUR="EUR") == expected


def test_a_value_that_is_missing_after_all_stops_arithmetic_and_order(value: Evaluate) -> None:
    for text in ("x.a + 1", "x.a < 1", "1 * x.a", "sum(e.a for each e in x.l)", "max(e.a for each e in x.l)"):
        with pytest.raises(Refused, match="missing"):
            value(text, x={"l": [{}]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m + m", "25.00 EUR"),
        ("m - m", "0.00 EUR"),
        ("m * 3", "37.50 EUR"),
        ("0.5 * m", "6.25 EUR"),
        ("m / 4", "3.125 EUR"),
        ("-m", "-12.50 EUR"),
        ("sum(each.price * each.quantity for each each in items)", "15.0 EUR"),
        ("max(i.price for each i in items)", "10 EUR"),
        ("min(i.price for each i in items)", "2.50 EUR"),
    ],
)
def test_money(value: Evaluate, text: str, expected: str) -> None:
    amount, _, currency = expected.partition(" ")
    assert value(text, m=EUR, items=ITEMS) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("m + n", "two currencies"),
        ("m - n", "two currencies"),
        ("m < n", "two currencies"),
        ("max(x for each x in both)", "two currencies"),
        ("sum(x for each x in both)", "two currencies"),
        ("m / 0", "division by zero"),
        ("1 / (1 - 1)", "division by zero"),
        ("0 / 0", "division by zero"),
        ("m + 1", "only one of them is money"),
        ("1 / m", "only one of them is money"),
        ("m < 1", "only one is money"),
    ],
)
def test_what_has_no_exact_result_is_refused(value: Evaluate, text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        value(text, m=EUR, n=USD, both=[EUR, USD])


def test_money_of_two_currencies_is_never_equal(value: Evaluate) -> None:
    assert value("m is n", m=EUR, n=USD) is False
    assert value("m is n", m=EUR, n=Money(Decimal("12.5"), "EUR")) is True


def test_sums_and_products_keep_every_digit(value: Evaluate) -> None:
    big = Decimal("9" * 28 + "." + "9" * 28)
    assert value("x * x", x=big) == Decimal("9" * 55 + "8." + "0" * 55 + "1")
    assert value("x - y", x=Decimal(10**28), y=Decimal("0." + "0" * 27 + "1")) == Decimal("9" * 28 + "." + "9" * 28)
    assert value("x + 1", x=10**60) == 10**60 + 1


def test_a_result_with_absurdly_many_digits_is_refused(value: Evaluate) -> None:
    wide = " * ".join(["x"] * 20)
    with pytest.raises(Refused, match="more than 400 digits"):
        value(wide, x=Decimal("1." + "3" * 28))


def test_a_quotient_without_end_is_cut_where_nobody_looks(value: Evaluate) -> None:
    assert value("x / 3", x=1) == Decimal("0." + "3" * 60)
    assert value("x / 3 as cents in EUR rounded half_up", x=100, EUR="EUR") == 3333


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(items)", 2),
        ("count(i for each i in items where i.quantity > 1)", 1),
        ("sum(i.quantity for each i in items)", 3),
        ("sum(i.quantity for each i in nothing)", 0),
        ("min(i.quantity for each i in nothing)", None),
        ("first(i.id for each i in items where i.quantity is 2)", "b"),
        ("first(i.id for each i in nothing)", None),
        ("any(i.sku exists for each i in items)", True),
        ("every(i.sku exists for each i in items)", False),
        ("any(i.sku exists for each i in nothing)", False),
        ("every(i.sku exists for each i in nothing)", True),
    ],
)
def test_aggregates(value: Evaluate, text: str, expected: Any) -> None:
    assert value(text, items=ITEMS) == expected


def test_first_looks_no_further_than_it_must(value: Evaluate) -> None:
    text = 'first(i.sku default hold "no SKU" for care for each i in items)'
    assert value(text, items=ITEMS) == "TEE"
    with pytest.raises(Ended, match="no SKU"):
        value(text, items=ITEMS[::-1])


def test_records_for_each_element_repeated(value: Evaluate) -> None:
    made = value(
        "for each i in items where i.quantity > 0 repeated i.quantity times { id = i.id sku = i.sku }", items=ITEMS
    )
    assert made == [{"id": "a", "sku": "TEE"}, {"id": "b"}, {"id": "b"}]
    assert value("for each i in items repeated 0 times { id = i.id }", items=ITEMS) == []
    assert value("for each i in items repeated 0 - 3 times { id = i.id }", items=ITEMS) == []


def test_repeating_without_measure_is_refused(value: Evaluate) -> None:
    with pytest.raises(Refused, match="more than 10000 records"):
        value("for each i in items repeated x times { id = i.id }", items=ITEMS, x=10**20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"a {x} b"', "a 1 b"),
        ('"{y default "none"}"', "none"),
        ('"{"in {x}"}"', "in 1"),
        ('"{{x}} {x}"', "{x} 1"),
        ('"{b} {m} {d} {t}"', "yes 12.50 EUR 2026-04-12 2026-04-12T10:00:00+00:00"),
        ('"{n}"', "1230000000000000000000000000000"),
    ],
)
def test_texts(value: Evaluate, text: str, expected: str) -> None:
    day, moment = date(2026, 4, 12), datetime(2026, 4, 12, 10, tzinfo=UTC)
    assert value(text, x=1, y=None, b=True, m=EUR, d=day, t=moment, n=Decimal("1.23E+30")) == expected


def test_fallbacks_catch_what_they_name_and_nothing_else(value: Evaluate) -> None:
    assert value("x as integer on error 0", x="many") == 0
    assert value("x as integer on error 0 default 1", x=None) == 1
    with pytest.raises(ConversionFailed, match='"many" is not a number'):
        value("x as integer default 0", x="many")
    with pytest.raises(Refused, match="division by zero"):
        value("1 / 0 on error 5")
    with pytest.raises(Ended, match="no x") as ended:
        value('x default hold "no x" for boss', x=None)
    assert ended.value.outcome.team == "the boss"


def test_settings_and_templates(value: Evaluate) -> None:
    assert value("setting.mode") == "slow"
    assert value("setting.label(item)", item={"sku": "TEE"}) == "<TEE>"
    assert value("setting.label(item)", item={}) == "<none>"


def test_a_field_named_setting_hides_the_settings(value: Evaluate) -> None:
    assert value("setting.mode", setting={"mode": "mine"}) == "mine"


def test_origins_name_paths_settings_constants_and_fallbacks(value: Evaluate) -> None:
    notes = Notes()
    value('"{x.a default "none"} {setting.mode} {now}"', notes, x={})
    found = [(origin.kind, origin.what) for origin in notes.origins]
    assert found == [
        ("input", "x.a"),
        ("default", "default"),
        ("constant", '"none"'),
        ("setting", "setting.mode"),
        ("clock", "now"),
    ]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (Money(Decimal("76.4800"), "EUR"), "76.48 EUR"),
        (Money(Decimal("1.2345"), "EUR"), "1.2345 EUR"),
        (Money(Decimal("12"), "EUR"), "12.00 EUR"),
        (Money(Decimal("12.5"), "KWD"), "12.500 KWD"),
        (Money(Decimal("500"), "JPY"), "500 JPY"),
        (Money(Decimal("500.0000"), "JPY"), "500 JPY"),
        (Money(Decimal("0.50"), "JPY"), "0.5 JPY"),
        (Money(Decimal("1.2500"), "XAU"), "1.25 XAU"),
        (Money(Decimal("-0.10"), "EUR"), "-0.10 EUR"),
        (None, ""),
        (False, "no"),
        (Decimal("1E+3"), "1000"),
    ],
)
def test_values_in_texts(raw: Any, expected: str) -> None:
    assert shown(raw) == expected
