"""Generated days: every kind appears, both simulators take them, and the shipped mapping decides all of them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retoure import Source, compile_mapping, data_folder
from retoure.connectors.simulators import FixedClock, Reveni, Scayle
from retoure.connectors.simulators.days import KINDS, Purchase, days, last_change, sent_back, sold
from retoure.connectors.simulators.scayle.answers import order_json
from retoure.connectors.simulators.scayle.fulfilment import return_items
from retoure.connectors.simulators.scayle.seed import furnish
from retoure.testing import dry_run, read_event
from retoure.types import json_text
from retoure.types.lift import lift
from retoure.types.load import load_system

FIRST = date(2026, 11, 2)
NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)
PLAN = days(7, FIRST, 2)


@pytest.fixture(scope="module")
def shop() -> Scayle:
    state = furnish(Scayle(clock=FixedClock(NOW), seed=7))
    sold(state, PLAN)
    return state


@pytest.fixture(scope="module")
def store() -> Reveni:
    state = Reveni(clock=FixedClock(NOW), seed=7)
    sent_back(state, PLAN)
    return state


def of(kind: str) -> Purchase:
    return next(purchase for purchase in PLAN if purchase.kind == kind)


def order(shop: Scayle, kind: str) -> Any:
    return order_json(shop.order(of(kind).order["id"]))


def test_every_kind_appears_every_day() -> None:
    found = Counter((purchase.order["id"] - PLAN[0].order["id"]) // 20 for purchase in PLAN)
    assert found == {0: 20, 1: 20}
    for half in (PLAN[:20], PLAN[20:]):
        assert len({purchase.kind for purchase in half} - {"ordinary", "nothing comes back"}) == len(KINDS)


def test_one_seed_one_plan() -> None:
    assert days(7, FIRST, 2) == PLAN
    assert days(8, FIRST, 2) != PLAN
    assert days(7, date(2026, 11, 3), 2) != PLAN


def test_every_order_is_there_and_fits_the_schema(shop: Scayle) -> None:
    type_ = load_system("scayle/admin-v1").types["Order"]
    for purchase in PLAN:
        held = order_json(shop.order(purchase.order["id"]))
        assert lift(json_text.parse(json.dumps(held)), type_)[1] == (), purchase.kind
        assert held["detailedStatus"]["order"]["code"] == "order_invoiced"


def test_every_return_is_there_and_names_an_order(shop: Scayle, store: Reveni) -> None:
    type_ = load_system("reveni/merchants-v0").types["Return"]
    wanted = [body["order"]["external_id"] for purchase in PLAN for _, body in purchase.returns]
    assert sorted(made.order["external_id"] for made in store.returns.values()) == sorted(wanted)
    for made in store.returns.values():
        assert lift(made.shown(), type_)[1] == ()
        assert made.status == "in_progress"
        assert made.created_at > shop.order(made.order["external_id"]).created_at


def test_several_units_and_several_returns() -> None:
    ((_, body),) = of("several units of a line").returns
    assert (of("several units of a line").order["lines"][0]["quantity"], body["items"][0]["quantity"]) == (3, 2)
    first, second = of("several returns of an order").returns
    assert first[1]["order"] == second[1]["order"]
    assert first[0] < second[0]


def test_vouchers(shop: Scayle) -> None:
    absolute, relative = order(shop, "an absolute voucher"), order(shop, "a relative voucher")
    price = absolute["items"][0]["price"]
    assert price["absoluteVoucherReducedPrice"]["withTax"] == price["withTax"] - 1000
    assert absolute["cost"]["withTax"] == price["withTax"] - 1000
    assert [held["vouchers"][0]["type"] for held in (absolute, relative)] == ["absolute", "relative"]
    assert "absoluteVoucherReducedPrice" not in relative["items"][0]["price"]


def test_what_was_paid_is_refunded() -> None:
    state = furnish(Scayle(clock=FixedClock(NOW), seed=7))
    sold(state, [of("an absolute voucher")])
    (held,) = state.orders.values()
    return_items(state, [{"returnKey": str(held.units[0].id), "received": "2026-11-12 10:00:00"}])
    assert [refund["amount"] for refund in state.books.refunds] == [held.units[0].price - 1000]


def test_three_currencies(shop: Scayle, store: Reveni) -> None:
    assert {made.currency for made in store.returns.values()} == {"EUR", "CHF", "JPY"}
    yen = order(shop, "yen")
    assert (yen["currencyCode"], yen["shopCountry"]["countryCode"]) == ("JPY", "JP")
    ((_, body),) = of("yen").returns
    assert body["items"][0]["price"] == str(yen["items"][0]["price"]["withTax"])


def test_the_hour_that_comes_twice(shop: Scayle) -> None:
    bought = datetime.fromisoformat(order(shop, "the hour that comes twice")["createdAt"])
    assert bought.date() == date(2026, 10, 25)
    assert bought.hour in (0, 1)


@pytest.mark.parametrize(
    ("day", "change"),
    [
        (date(2026, 11, 2), date(2026, 10, 25)),
        (date(2026, 10, 25), date(2025, 10, 26)),
        (date(2026, 3, 1), date(2025, 10, 26)),
        (date(2022, 11, 1), date(2022, 10, 30)),
        (date(2021, 11, 1), date(2021, 10, 31)),
    ],
)
def test_the_last_change_of_clocks(day: date, change: date) -> None:
    assert last_change(day) == change


def test_bundles_ghosts_and_guests(shop: Scayle) -> None:
    thing, companion = order(shop, "a bundle")["items"]
    assert thing["itemGroup"] == {**companion["itemGroup"], "isMainItem": True}
    ((_, body),) = of("a bundle").returns
    assert [item["sku"] for item in body["items"]] == [thing["variant"]["referenceKey"]]
    ((_, ghost),) = of("an unknown SKU").returns
    bought = {item["variant"]["referenceKey"] for item in order(shop, "an unknown SKU")["items"]}
    assert ghost["items"][0]["sku"] not in bought
    guest = order(shop, "a guest")["customer"]
    assert (guest["status"]["isGuestCustomer"], "id" in guest) == (True, False)


def test_returns_of_tomorrow_are_not_there_yet() -> None:
    state = Reveni(clock=FixedClock(datetime(2026, 11, 3, 23, tzinfo=UTC)), seed=7)
    sent_back(state, PLAN)
    assert 0 < len(state.returns) < sum(len(purchase.returns) for purchase in PLAN)
    assert state.take_events() == []


def test_the_shipped_mapping_decides_every_return(shop: Scayle, store: Reveni, tmp_path: Path) -> None:
    """All received and accepted; only the SKU that nobody bought is a matter for people."""
    program = compile_mapping(Source.read(data_folder("mappings") / "reveni_to_scayle" / "returns.rmap"))
    recorded = tmp_path / "scayle.orders.get"
    recorded.mkdir()
    for held in shop.orders.values():
        (recorded / f"{held.id}.json").write_text(json.dumps(order_json(held)), encoding="utf-8")
    for made in store.returns.values():
        store.move(made, "accepted")
    events = [(made.id, read_event(json.dumps(made.shown()).encode(), program)) for made in store.returns.values()]
    held_for = {}
    for run in dry_run(program, events, now=NOW, answers=tmp_path, stand_in=False):
        assert run.decision is not None
        assert run.letters == ()
        held_for[run.event.subject] = [hold.reason for hold in run.holds]
    ghosts = {made.id for made in store.returns.values() if str(made.lines[0].sku).startswith("GHOST")}
    assert {subject for subject, reasons in held_for.items() if reasons} == ghosts
