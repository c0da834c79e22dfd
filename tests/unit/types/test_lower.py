from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retoure.types.json_text import dump
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
from retoure.types.lower import lower
from retoure.types.validate import problems

pytestmark = pytest.mark.usefixtures("either_way")

SCAYLE = load_system("scayle/admin-v1")
NOW = datetime(2026, 3, 7, 11, 21, 33, tzinfo=UTC)


def said(value: object, type_: Type) -> list[str]:
    return [str(problem) for problem in lower(value, type_)[1]]


@pytest.mark.parametrize(
    ("value", "type_", "json"),
    [
        ("x", Text(), "x"),
        (3, Integer(), 3),
        (Decimal("3.0"), Integer(), 3),
        (Decimal("0.190"), Number(), Decimal("0.190")),
        (2, Number(), Decimal(2)),
        (Decimal("12.50"), Number(quoted=True), "12.50"),
        (Decimal("1E+2"), Number(quoted=True), "100"),
        (True, Boolean(), True),
        (datetime(2026, 3, 7, 12, 0, tzinfo=timezone(timedelta(hours=1))), Instant(), "2026-03-07T11:00:00+00:00"),
        (date(2026, 3, 7), Day(), "2026-03-07"),
        ("ACCEPTED", Enum("E", ("accepted",), open=True, fold=True), "accepted"),
        ("new", Enum("E", ("accepted",), open=True), "new"),
        (Money(Decimal("12.5000"), "EUR"), MoneyType("/currency"), "12.5000"),
        (Money(Decimal("1E+2"), "EUR"), MoneyType("/currency"), "100"),
        (Money(Decimal("12.5000"), "EUR"), MoneyType("/currency", minor=True), 1250),
        (Money(Decimal(500), "JPY"), MoneyType("/currency", minor=True), 500),
        (1250, MoneyType("/currency", minor=True), 1250),
        ([1, 2], ListOf(Integer()), [1, 2]),
        ((1,), ListOf(Integer()), [1]),
        ([None], ListOf(Optional(Text())), [None]),
        ({"a": [Decimal("1.0"), None]}, Opaque(), {"a": [Decimal("1.0"), None]}),
        ({"at": NOW, "on": date(2026, 3, 7)}, Opaque(), {"at": "2026-03-07T11:21:33+00:00", "on": "2026-03-07"}),
        ("x", Anything(), "x"),
    ],
)
def test_values_become_the_json_that_is_sent(value: object, type_: Type, json: object) -> None:
    found, problems = lower(value, type_)
    assert problems == ()
    assert found == json
    assert dump(found) == dump(json)


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        (3, Text(), "expected text, got 3"),
        ("abc", Text(max_length=2), "expected at most 2 characters, got 3"),
        ("abc", Text(pattern="^x"), 'expected text that fits ^x, got "abc"'),
        ("", Text(min_length=1), 'expected text that is not empty, got ""'),
        (True, Integer(), "expected a whole number, got true"),
        (Decimal("1.5"), Integer(), "expected a whole number, got 1.5"),
        (-1, Integer(minimum=0), "expected at least 0, got -1"),
        (0.5, Number(), "expected a decimal, got float"),
        (Decimal("NaN"), Number(), "expected a decimal, got a number too large to show"),
        (None, Boolean(), "expected yes or no, got nothing"),
        (datetime(2026, 3, 7), Instant(), "expected an instant, got datetime"),
        (NOW, Day(), "expected a date, got datetime"),
        ("perhaps", Enum("E", ("yes",)), 'expected one of yes, got "perhaps"'),
        (Money(Decimal("0.005"), "EUR"), MoneyType("/c", minor=True), "0.005 EUR is not a whole number of minor units"),
        (Money(Decimal(1), "ZZZ"), MoneyType("/c"), '"ZZZ" is not an ISO 4217 currency code'),
        (Money(Decimal("1E+99"), "EUR"), MoneyType("/c"), "the amount has too many digits"),
        (Decimal("12.50"), MoneyType("/c"), "expected money, got 12.50"),
        (Decimal(12), MoneyType("/c", minor=True), "expected money, got 12"),
        (True, MoneyType("/c", minor=True), "expected money, got true"),
        (5, MoneyType("/c"), "expected money, got 5"),
        ([], ListOf(Text(), some=True), "expected at least one entry, got none"),
        ("x", ListOf(Text()), 'expected a list, got "x"'),
        ([], Record("R"), "expected a record, got a list"),
        ({"when": [datetime(2026, 3, 7)]}, Opaque(), "no schema says how to send datetime"),
        ([Money(Decimal(1), "EUR")], Opaque(), "no schema says how to send money"),
        (0.5, Opaque(), "no schema says how to send float"),
        (Decimal("NaN"), Opaque(), "no schema says how to send a number that is not finite"),
    ],
)
def test_what_the_platform_would_not_take_is_refused(value: object, type_: Type, message: str) -> None:
    found = said(value, type_)
    assert len(found) == 1
    assert found[0].startswith(message)


UNIT: dict[str, Any] = {"order": 901, "unit": 1, "returnKey": "1", "received": "2026-03-07 11:21:33"}


def test_a_returned_unit() -> None:
    json, found = lower({**UNIT, "returnReason": None}, SCAYLE.types["ReturnUnit"])
    assert found == ()
    assert json == UNIT


def test_everything_wrong_with_a_command_is_said_at_once() -> None:
    assert said({"order": "901", "returnKey": "", "received": "7.3.2026", "size": 1}, SCAYLE.types["ReturnUnit"]) == [
        "size: is not a field of scayle.ReturnUnit: known are " + ", ".join(SCAYLE.types["ReturnUnit"].fields),
        'order: expected a whole number, got "901"',
        "unit: is missing",
        'returnKey: expected text that is not empty, got ""',
        'received: expected text that fits ^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$, got "7.3.2026"',
    ]


@pytest.mark.parametrize(
    ("variant", "good"), [("key=SHIRT M/1", True), ("42", True), ("SHIRT", False), ("key=", False)]
)
def test_a_bare_sku_is_no_variant(variant: str, good: int) -> None:
    stock = {"variant": variant, "warehouse": "WH1", "quantity": -1, "changedAt": NOW}
    assert (said(stock, SCAYLE.types["StockIncrement"]) == []) == bool(good)


ORDER: dict[str, Any] = {
    "referenceKey": "REV-1",
    "currencyCode": "EUR",
    "items": [{"variant": {"referenceKey": "S"}, "price": {"withTax": Money(Decimal("89.9000"), "EUR")}}],
}


def test_a_new_order_writes_cents() -> None:
    json, found = lower(ORDER, SCAYLE.types["NewOrder"])
    assert found == ()
    assert json["items"] == [{"variant": {"referenceKey": "S"}, "price": {"withTax": 8990}}]


def test_an_amount_in_another_currency_than_the_order_is_refused() -> None:
    assert said({**ORDER, "currencyCode": "SEK"}, SCAYLE.types["NewOrder"]) == [
        "items[0].price.withTax: is in EUR, but `currencyCode` is SEK"
    ]


def test_a_sibling_currency_is_compared_too() -> None:
    record = Record("R", {"amount": Field(MoneyType("currency"), True), "currency": Field(Text(), True)})
    assert said({"amount": Money(Decimal(1), "EUR"), "currency": "SEK"}, record) == [
        "amount: is in EUR, but `currency` is SEK"
    ]


COMMANDS = {
    "ReturnUnit": UNIT,
    "StockIncrement": {"variant": "key=S", "warehouse": "W", "quantity": 1, "changedAt": NOW},
    "StockLevel": {"variant": "7", "warehouseReferenceKey": "W", "quantity": 0, "changedAt": NOW},
    "OrderNote": {"order": 901, "name": "reveni-r1", "status": "open", "text": "2 units"},
    "BillingStatus": {
        "order": 901,
        "code": "billing_partially_refunded",
        "reason": "paid elsewhere",
        "items": [{"id": 1, "code": "billing_refunded"}],
    },
    "NewOrder": ORDER,
}


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_written_fits_the_schema(name: str) -> None:
    json, found = lower(COMMANDS[name], SCAYLE.types[name])
    assert found == ()
    assert problems(json, SCAYLE, name) == ()


@given(
    st.decimals(-(10**9), 10**9, allow_nan=False, places=2),
    st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)),
    st.text(st.characters(exclude_categories=["Cs"])),
)
def test_what_is_written_lifts_back_the_same(amount: Decimal, moment: datetime, text: str) -> None:
    order = {
        "id": 1,
        "currencyCode": "EUR",
        "items": [{"id": 2, "variant": {"referenceKey": text}, "price": {"withTax": Money(amount, "EUR")}}],
        "createdAt": moment,
    }
    json, found = lower(order, SCAYLE.types["Order"])
    assert found == ()
    assert lift(json, SCAYLE.types["Order"]) == (order, ())
