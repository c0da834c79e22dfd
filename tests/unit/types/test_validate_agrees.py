"""`lift` is what runs; jsonschema is the reference. Here both look at the same documents."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retoure.types.json_text import parse
from retoure.types.kinds import (
    Boolean,
    Day,
    Enum,
    Instant,
    Integer,
    ListOf,
    MoneyType,
    Number,
    Record,
    Text,
    Type,
)
from retoure.types.lift import lift
from retoure.types.load import load_system
from retoure.types.validate import problems

REVENI, SCAYLE = load_system("reveni/merchants-v0"), load_system("scayle/admin-v1")
RETURN = REVENI.types["Return"]


def reached(system: Any, names: Iterable[str]) -> set[str]:
    """Records by name, and all that their schemas refer to."""
    found, left = set[str](), list(names)
    while left:
        name = left.pop()
        if name in system.schemas and name not in found:
            found.add(name)
            left += re.findall(r"'#/\$defs/(\w+)'", str(system.schemas[name]))
    return found


def commands(system: Any) -> set[str]:
    """Inputs, and what stands in nothing else."""
    inputs = reached(system, (str(operation.input).partition(".")[2] for operation in system.operations.values()))
    return inputs - reached(system, system.schemas.keys() - inputs)


COMMANDS = commands(REVENI) | commands(SCAYLE)
"""No platform sends them, so that a field they may leave out need not accept null."""

GOOD: dict[str, Any] = {
    "id": "r1",
    "status": "in_progress",
    "type": "refund",
    "instant": True,
    "amount": "76.4800",
    "currency": "EUR",
    "order": {"external_id": "100234"},
    "return_items": [{"id": "i1", "quantity": 1, "status": "pending", "return_reason": "Too_Small", "price": "76.48"}],
    "refunds": [{"method": "bank_transfer", "amount": "76.4800", "currency": "EUR"}],
    "updated_at": "2026-03-02T10:15:42.118820Z",
}


def same(document: object, system: Any, name: str) -> list[str]:
    """What both say, after making sure that both say it."""
    reference = [str(problem) for problem in problems(document, system, name)]
    fast = sorted({str(problem) for problem in lift(document, system.types[name])[1]})
    assert {text.partition(": ")[0] for text in fast} == {text.partition(": ")[0] for text in reference}
    return reference


def with_change(path: Sequence[str | int], value: object) -> dict[str, Any]:
    document = copy.deepcopy(GOOD)
    holder: Any = document
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return document


def test_a_good_return_is_good_for_both() -> None:
    assert same(GOOD, REVENI, "Return") == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["status"], "a status nobody knows"),
        (["type"], None),
        (["instant"], None),
        (["refunds"], None),
        (["return_items"], []),
        (["unknown"], {"anything": [1]}),
        (["return_items", 0, "quantity"], Decimal("2.0")),
        (["return_items", 0, "sku"], None),
        (["exchange"], {"status": "pending", "order": None, "price_difference": "0.0000"}),
        (["summary"], ["whatever"]),
    ],
)
def test_both_let_these_pass(path: list[str | int], value: object) -> None:
    assert same(with_change(path, value), REVENI, "Return") == []


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["id"], "", 'id: expected text that is not empty, got ""'),
        (["id"], None, "id: expected text, got nothing"),
        (["status"], 3, "status: expected text, got 3"),
        (["instant"], "yes", 'instant: expected true or false, got "yes"'),
        (["amount"], "1e3", 'amount: expected a decimal in quotes like "12.50", got "1e3"'),
        (["amount"], Decimal("76.48"), "amount: expected text, got 76.48"),
        (["currency"], "euro", 'currency: expected text that fits ^[A-Z]{3}$, got "euro"'),
        (["currency"], "XYZ", 'currency: "XYZ" is not an ISO 4217 currency code'),
        (["order"], {}, "order.external_id: is missing"),
        (["return_items"], {}, "return_items: expected a list, got a record"),
        (["return_items", 0], "x", 'return_items[0]: expected a record, got "x"'),
        (["return_items", 0, "quantity"], 0, "return_items[0].quantity: expected at least 1, got 0"),
        (["return_items", 0, "quantity"], "three", 'return_items[0].quantity: expected a whole number, got "three"'),
        (["return_items", 0, "quantity"], True, "return_items[0].quantity: expected a whole number, got true"),
        (["return_items", 0, "return_reason"], 1, "return_items[0].return_reason: expected text, got 1"),
        (["refunds", 0, "currency"], None, "refunds[0].currency: is missing, but `amount` needs a currency"),
        (["refunds", 0, "executed_at"], "now", "refunds[0].executed_at: expected an instant with an offset"),
        (["updated_at"], "2026-03-02T10:15:42", "updated_at: expected an instant with an offset"),
    ],
)
def test_both_refuse_these_at_the_same_place(path: list[str | int], value: object, message: str) -> None:
    found = same(with_change(path, value), REVENI, "Return")
    assert any(text.startswith(message) for text in found), found


@pytest.mark.parametrize("document", [None, [], "x", 3, {}])
def test_both_refuse_what_is_no_return_at_all(document: object) -> None:
    assert same(document, REVENI, "Return")


def test_an_unknown_type_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError, match="Retrun"):
        problems({}, REVENI, "Retrun")


STRANGE: list[Any] = [None, True, 0, -1, Decimal("1.5"), Decimal("2.0"), 10**40, "", "x", "12.50", "EUR", [], {}]
ODD = st.sampled_from(STRANGE)
WORDS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=5)
CURRENCIES = st.sampled_from(["EUR", "JPY", "XAU", "XYZ"])
PLAIN: dict[type, st.SearchStrategy[Any]] = {
    Integer: st.integers(0, 5),
    Number: st.decimals(0, 1, places=2),
    Boolean: st.booleans(),
    Instant: st.sampled_from(["2026-03-02T10:15:42Z", "2026-03-02T10:15:42.5+02:00"]),
    Day: st.just("2026-03-02"),
}


def nearly(type_: Type) -> st.SearchStrategy[Any]:
    """Documents that fit a type, with now and then something odd in them."""
    fits = fitting(type_)
    return st.one_of(fits, fits, fits, fits, ODD)


def fitting(type_: Type) -> st.SearchStrategy[Any]:
    match type_:
        case Record():
            needed = {name: nearly(field.type) for name, field in type_.fields.items() if field.required}
            spare = {name: nearly(field.type) for name, field in type_.fields.items() if not field.required}
            return st.fixed_dictionaries(needed, optional=spare)
        case ListOf():
            return st.lists(nearly(type_.item), min_size=int(type_.some), max_size=2)
        case Enum():
            return st.sampled_from([*type_.values, *(word.upper() for word in type_.values)])
        case Text():
            return CURRENCIES if "A-Z]{3}" in type_.pattern else WORDS
        case MoneyType():
            return st.integers(0, 5) if type_.minor else st.sampled_from(["1", "1.50", "-3.0000"])
    return PLAIN.get(type(type_), ODD)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(nearly(RETURN))
def test_both_agree_on_any_return(document: Any) -> None:
    same(document, REVENI, "Return")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(st.data())
def test_both_agree_on_any_document(data: st.DataObject) -> None:
    system = data.draw(st.sampled_from([REVENI, SCAYLE]))
    name = data.draw(st.sampled_from(sorted(system.types.keys() - COMMANDS)))
    same(data.draw(nearly(system.types[name])), system, name)


def test_a_document_read_with_binary_floats_is_refused_by_both() -> None:
    price = {
        "id": 1,
        "currencyCode": "EUR",
        "items": [{"id": 1, "variant": {}, "price": {"tax": {"vat": {"rate": 0.1}}}}],
    }
    assert same(price, SCAYLE, "Order") == ["items[0].price.tax.vat.rate: expected a number, got float"]
    assert same(parse('{"id": 1, "currencyCode": "EUR", "items": []}'), SCAYLE, "Order") == []
