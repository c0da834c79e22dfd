from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.types.json_text import parse
from retoure.types.kinds import (
    Anything,
    Boolean,
    Day,
    Enum,
    Field,
    Instant,
    Integer,
    ListOf,
    Money,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
)
from retoure.types.lift import lift
from retoure.types.load import load_system

pytestmark = pytest.mark.usefixtures("either_way")

OPEN = Enum("Status", ("for_review", "accepted"), open=True, fold=True)
CLOSED = Enum("Verdict", ("accepted", "rejected"))


def said(value: object, type_: Type, root: object = None) -> list[str]:
    return [str(problem) for problem in lift(value, type_, root=root)[1]]


@pytest.mark.parametrize(
    ("value", "type_", "typed"),
    [
        ("x", Text(), "x"),
        (3, Integer(), 3),
        (Decimal("3.0"), Integer(), 3),
        (Decimal("0.19"), Number(), Decimal("0.19")),
        (1, Number(), Decimal(1)),
        ("12.50", Number(quoted=True), Decimal("12.50")),
        (True, Boolean(), True),
        ("2026-03-02T11:14:05+01:00", Instant(), datetime(2026, 3, 2, 10, 14, 5, tzinfo=UTC)),
        ("2026-03-02", Day(), date(2026, 3, 2)),
        ("FOR_REVIEW", OPEN, "for_review"),
        ("Something new", OPEN, "Something new"),
        ("accepted", CLOSED, "accepted"),
        ([1, 2], ListOf(Integer()), [1, 2]),
        ([1, None], ListOf(Optional(Integer())), [1, None]),
        ({"free": [1]}, Opaque(), {"free": [1]}),
        (object, Anything(), object),
        (None, Optional(Text()), None),
        ("x", Optional(Text()), "x"),
    ],
)
def test_values_become_what_kinds_says(value: object, type_: Type, typed: object) -> None:
    found, problems = lift(value, type_)
    assert problems == ()
    assert found == typed
    assert type(found) is type(typed)


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        (3, Text(), "expected text, got 3"),
        ("", Text(min_length=1), 'expected text that is not empty, got ""'),
        ("a", Text(min_length=2), 'expected at least 2 characters, got "a"'),
        ("abc", Text(max_length=2), "expected at most 2 characters, got 3"),
        ("abc", Text(pattern="^x"), 'expected text that fits ^x, got "abc"'),
        ("three", Integer(), 'expected a whole number, got "three"'),
        (True, Integer(), "expected a whole number, got true"),
        (Decimal("1.5"), Integer(), "expected a whole number, got 1.5"),
        (Decimal("1E+300"), Integer(), "expected a whole number, got a number too large to show"),
        (0, Integer(minimum=1), "expected at least 1, got 0"),
        (9, Integer(maximum=8), "expected at most 8, got 9"),
        (0.1, Number(), "expected a number, got float"),
        ("1", Number(), 'expected a number, got "1"'),
        (Decimal(1), Number(quoted=True), 'expected a decimal in quotes like "12.50", got 1'),
        (1, Boolean(), "expected true or false, got 1"),
        (
            "2026-03-02T10:14:05",
            Instant(),
            'expected an instant with an offset like 2026-03-02T10:14:05Z, got "2026-03-02T10:14:05"',
        ),
        ("02.03.2026", Day(), 'expected a day like 2026-03-02, got "02.03.2026"'),
        ("perhaps", CLOSED, 'expected one of accepted, rejected, got "perhaps"'),
        (7, OPEN, "expected text, got 7"),
        ({}, ListOf(Text()), "expected a list, got a record"),
        ("abc", ListOf(Text()), 'expected a list, got "abc"'),
        ([], ListOf(Text(), some=True), "expected at least one entry, got none"),
        ([1], Record("R"), "expected a record, got a list"),
        (None, Record("R"), "expected a record, got nothing"),
        (None, Text(), "expected text, got nothing"),
        ("x" * 100, Integer(), f'expected a whole number, got "{"x" * 59}…"'),
    ],
)
def test_what_does_not_fit_is_said_and_left_out(value: object, type_: Type, message: str) -> None:
    assert said(value, type_) == [message]
    assert lift(value, type_)[0] in (None, [])


LINE = Record("Line", {"id": Field(Text(), True), "quantity": Field(Integer(), True), "note": Field(Text(), False)})
BASKET = Record("Basket", {"lines": Field(ListOf(LINE), True), "open": Field(Boolean(), False)})


def test_null_missing_and_unknown_fields_are_absent() -> None:
    typed, problems = lift({"id": "1", "quantity": 2, "note": None, "colour": "red"}, LINE)
    assert typed == {"id": "1", "quantity": 2}
    assert problems == ()


def test_problems_name_the_place_in_the_order_of_the_schema() -> None:
    lines = [{"id": "1", "quantity": 1}, {"quantity": None}, {"id": "3", "quantity": "three"}]
    assert said({"open": "no", "lines": lines}, BASKET) == [
        "lines[1].id: is missing",
        "lines[1].quantity: is missing",
        'lines[2].quantity: expected a whole number, got "three"',
        'open: expected true or false, got "no"',
    ]


def test_the_input_is_left_as_it_was() -> None:
    value = {"lines": [{"id": "1", "quantity": Decimal("2.0"), "x": 1}]}
    lift(value, BASKET)
    assert value == {"lines": [{"id": "1", "quantity": Decimal("2.0"), "x": 1}]}


PRICE = Record(
    "Price",
    {
        "amount": Field(MoneyType("currency"), False),
        "total": Field(MoneyType("/currency"), False),
        "cents": Field(MoneyType("/currency", minor=True), False),
        "currency": Field(Text(), False),
        "parts": Field(ListOf(Record("Part", {"price": Field(MoneyType("/currency"), False)})), False),
    },
)


def test_amounts_find_their_currency_beside_them_or_at_the_root() -> None:
    value = {"amount": "1.2000", "cents": 1250, "currency": "EUR", "parts": [{"price": "3"}]}
    typed, problems = lift(value, PRICE)
    assert problems == ()
    assert typed["amount"] == Money(Decimal("1.2000"), "EUR")
    assert str(typed["amount"]) == "1.2000 EUR"
    assert typed["cents"] == Money(Decimal("12.50"), "EUR")
    assert typed["parts"] == [{"price": Money(Decimal(3), "EUR")}]


@pytest.mark.parametrize(("currency", "units", "shown"), [("JPY", 500, "500 JPY"), ("KWD", 1234, "1.234 KWD")])
def test_minor_units_follow_the_currency(currency: str, units: int, shown: str) -> None:
    assert str(lift({"cents": units, "currency": currency}, PRICE)[0]["cents"]) == shown


def test_an_element_alone_takes_its_currency_from_the_root_it_is_given() -> None:
    part = Record("Part", {"price": Field(MoneyType("/currency"), True)})
    assert lift({"price": "3"}, part, root={"currency": "EUR"}) == ({"price": Money(Decimal(3), "EUR")}, ())
    assert said({"price": "3"}, part) == ["currency: is missing"]


def test_one_wrong_currency_is_one_problem() -> None:
    value = {"total": "1.00", "cents": 5, "currency": "XYZ", "parts": [{"price": "3"}]}
    typed, problems = lift(value, PRICE)
    assert [str(problem) for problem in problems] == ['currency: "XYZ" is not an ISO 4217 currency code']
    assert typed == {"currency": "XYZ", "parts": [{}]}


def test_an_amount_beside_no_currency_says_which() -> None:
    assert said({"amount": "1.00"}, PRICE) == ["currency: is missing, but `amount` needs a currency"]


@pytest.mark.parametrize("amount", ["1e3", "1,50", "", "NaN", "12.50 EUR", 12, Decimal("12.50"), ["1"]])
def test_an_amount_is_a_plain_decimal_in_quotes(amount: object) -> None:
    assert said({"total": amount, "currency": "EUR"}, PRICE)[0].startswith("total: expected a decimal in quotes")


def test_gold_has_no_cents() -> None:
    assert said({"cents": 5, "currency": "XAU"}, PRICE) == ["currency: XAU has no minor unit"]


RETURN: dict[str, Any] = {
    "id": "r1",
    "status": "Accepted",
    "currency": "EUR",
    "amount": "39.9900",
    "order": {"external_id": "100234"},
    "return_items": [{"id": "i1", "sku": "S", "quantity": 1, "status": "ACCEPTED", "price": "39.9900"}],
    "updated_at": "2026-03-07T11:21:33.650702Z",
}


def test_a_return_as_reveni_sends_it() -> None:
    typed, problems = lift(RETURN, load_system("reveni/merchants-v0").types["Return"])
    assert problems == ()
    assert typed["status"] == "accepted"
    assert typed["amount"] == Money(Decimal("39.99"), "EUR")
    assert typed["updated_at"] == datetime(2026, 3, 7, 11, 21, 33, 650702, UTC)
    assert typed["return_items"][0]["price"] == Money(Decimal("39.99"), "EUR")
    assert "instant" not in typed


def test_an_order_as_scayle_sends_it() -> None:
    text = """{"id": 901, "currencyCode": "JPY", "items": [{"id": 1, "variant": {"referenceKey": "S"},
        "status": "new word", "price": {"withTax": 1190, "tax": {"vat": {"amount": 190, "rate": 0.19}}},
        "returnedAt": null}]}"""
    typed, problems = lift(parse(text), load_system("scayle/admin-v1").types["Order"])
    assert problems == ()
    price = typed["items"][0]["price"]
    assert price["withTax"] == Money(Decimal(1190), "JPY")
    assert price["tax"]["vat"]["rate"] == Decimal("0.19")
    assert typed["items"][0]["status"] == "new word"
    assert "returnedAt" not in typed["items"][0]
