from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.types.kinds import Money
from retoure.types.minor_units import NotWhole, UnknownCurrency, digits, from_minor, to_minor


@pytest.mark.parametrize(("currency", "places"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("XAU", None)])
def test_decimals_of_a_currency_follow_iso_4217(currency: str, places: int | None) -> None:
    assert digits(currency) == places


@pytest.mark.parametrize("code", ["eur", "ZZZ", "", "EURO", "jpy"])
def test_a_wrong_code_is_named(code: str) -> None:
    with pytest.raises(UnknownCurrency, match=f'"{code}" is not an ISO 4217 currency code'):
        digits(code)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("12.50", "EUR", 1250),
        ("76.4800", "EUR", 7648),
        ("-0.01", "EUR", -1),
        ("500", "JPY", 500),
        ("5E+2", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("0.0000", "EUR", 0),
    ],
)
def test_whole_minor_units(amount: str, currency: str, units: int) -> None:
    assert to_minor(Money(Decimal(amount), currency)) == units


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("12.505", "EUR"), ("0.5", "JPY"), ("1.2345", "KWD"), ("1E-999999", "EUR"), ("1E+999999", "EUR"), ("NaN", "EUR")],
)
def test_a_fraction_of_a_cent_is_refused_not_rounded(amount: str, currency: str) -> None:
    with pytest.raises(NotWhole):
        to_minor(Money(Decimal(amount), currency))


def test_the_refusal_names_amount_and_remedy() -> None:
    with pytest.raises(NotWhole, match=r"12\.505 EUR is not a whole number of minor units: round it in the mapping"):
        to_minor(Money(Decimal("12.505"), "EUR"))


def test_gold_has_no_minor_unit() -> None:
    with pytest.raises(UnknownCurrency, match="XAU has no minor unit"):
        from_minor(1, "XAU")


def test_amounts_show_the_decimals_of_their_currency() -> None:
    assert str(from_minor(1250, "EUR")) == "12.50 EUR"
    assert str(from_minor(-5, "EUR")) == "-0.05 EUR"
    assert str(from_minor(500, "JPY")) == "500 JPY"
    assert str(from_minor(1, "KWD")) == "0.001 KWD"


@given(st.integers(-(10**20), 10**20), st.sampled_from(["EUR", "JPY", "KWD", "CLF", "USD"]))
def test_there_and_back_is_the_same(units: int, currency: str) -> None:
    assert to_minor(from_minor(units, currency)) == units
