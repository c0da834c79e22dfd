"""Filling a tenant: shop, warehouse, catalogue, and orders of invented people (scayle.md 3.2, 3.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .answers import Json, iso
from .fulfilment import Shipped, ship
from .records import Order, ShopCountry, Unit, Variant, Warehouse
from .state import Scayle, parsed_time

PEOPLE = (
    ("Mira", "Beispiel", "f", "Musterweg", "Hamburg", "20099"),
    ("Jonas", "Platzhalter", "m", "Probestraße", "Köln", "50667"),
    ("Edda", "Erfunden", "f", "Testallee", "Leipzig", "04109"),
    ("Piet", "Niemand", "m", "Beispielgasse", "Bremen", "28195"),
)
ALPHA_3 = {
    "DE": "DEU",
    "AT": "AUT",
    "CH": "CHE",
    "ES": "ESP",
    "FR": "FRA",
    "NL": "NLD",
    "IT": "ITA",
    "PL": "POL",
    "JP": "JPN",
}


@dataclass(frozen=True, slots=True)
class Line:
    """What was bought: `quantity` units of a SKU at `price` gross cents each (None = the catalogue's price).

    `reduced` is what an absolute voucher leaves of the price; `group` the bundle as items show it.
    """

    sku: str
    quantity: int = 1
    price: int | None = None
    reduced: int | None = None
    group: Json | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """An order to build; everything left out is made up."""

    lines: Sequence[Line]
    id: int | None = None
    reference_key: str | None = None
    currency: str | None = None
    shop_key: str | None = None
    country: str | None = None
    created_at: datetime | None = None
    order_code: str = "order_delegated"
    vouchers: list[Json] = field(default_factory=list)
    delivery_cost: int = 0
    customer: Json | None = None
    address: Json | None = None
    payments: list[Json] | None = None
    custom_data: Any = None


def furnish(state: Scayle) -> Scayle:
    """The tenant with one shop in two countries and one warehouse."""
    state.shops += [ShopCountry(1001, "ms", "DE"), ShopCountry(1002, "ms", "AT", language="de_AT")]
    add_warehouse(state, "main-warehouse")
    return state


def add_warehouse(state: Scayle, reference_key: str, merchant: str = "default") -> Warehouse:
    """A warehouse stock can be written to; the same key twice gives the one there is."""
    if reference_key not in state.warehouses:
        state.warehouses[reference_key] = Warehouse(state.number("warehouse"), reference_key, merchant)
    return state.warehouses[reference_key]


def add_order(state: Scayle, plan: Plan) -> Order:
    """The planned order, one item per unit, stored; SKUs not in the catalogue are added to it."""
    number = plan.id or state.new_order_id()
    shop = state.shop(plan.shop_key or state.shops[0].shop_key, plan.country or state.shops[0].country)
    at = plan.created_at or state.clock()
    units = _units(state, plan, number, at)
    order = Order(
        id=number,
        public_key=f"{number}",
        shop=shop,
        currency=plan.currency or shop.currency,
        units=units,
        customer=plan.customer or person(number, at),
        address=plan.address or addresses(number, shop.country),
        payments=[],
        created_at=at,
        updated_at=at,
        reference_key=plan.reference_key,
        confirmed_at=at,
        order_code=plan.order_code,
        delivery_cost=plan.delivery_cost,
        vouchers=plan.vouchers,
        custom_data=plan.custom_data,
    )
    order.payments = plan.payments or [payment(order)]
    return state.keep(order)


def planned(body: Json) -> Plan:
    """The order that a body of `POST /_sim/orders` asks for."""
    lines = [_line(line) for line in body["lines"]]
    return Plan(
        lines,
        id=body.get("id"),
        reference_key=body.get("referenceKey"),
        currency=body.get("currencyCode"),
        shop_key=body.get("shopKey"),
        country=body.get("countryCode"),
        created_at=parsed_time(body["createdAt"], "createdAt") if body.get("createdAt") else None,
        vouchers=body.get("vouchers") or [],
        delivery_cost=body.get("deliveryCost", 0),
        customer=body.get("customer"),
        address=body.get("address"),
        payments=body.get("payment"),
        custom_data=body.get("legacyCustomData"),
    )


def _line(line: Json) -> Line:
    group = {"id": line["group"], "isMainItem": bool(line.get("main")), "isRequired": True} if "group" in line else None
    return Line(line["sku"], line.get("quantity", 1), line.get("price"), line.get("reduced"), group)


def ship_all(state: Scayle, order: Order, *, prefix: str = "", carrier: str = "DHL") -> None:
    """Ship everything not yet shipped in one parcel; each return key is `prefix` + order item id (scayle.md 4.1)."""
    units = [(unit.id, f"{prefix}{unit.id}") for unit in order.live_units if unit.shipped_at is None]
    ship(state, order, Shipped(f"SIM{order.id:09d}{len(order.parcels) + 1}", carrier, units, f"{prefix}{order.id}"))


def _units(state: Scayle, plan: Plan, number: int, at: datetime) -> list[Unit]:
    warehouse = next(iter(state.warehouses.values()), None)
    units: list[Unit] = []
    for line in plan.lines:
        variant = _variant(state, line)
        price = variant.price if line.price is None else line.price
        for _ in range(line.quantity):
            unit = new_unit(state, number * 1000 + len(units) + 1, variant, price, at)
            unit.warehouse, unit.reduced, unit.group = warehouse, line.reduced, line.group
            units.append(unit)
    return units


def new_unit(state: Scayle, unit_id: int, variant: Variant, price: int, at: datetime) -> Unit:
    """One order item; its key follows from the seed and its id."""
    return Unit(unit_id, state.digest(f"item {unit_id}"), variant, price, variant.tax_rate, at)


def _variant(state: Scayle, line: Line) -> Variant:
    found = state.variant_by_sku(line.sku)
    return found or state.add_variant(line.sku, **({} if line.price is None else {"price": line.price}))


def person(number: int, at: datetime) -> Json:
    """An invented customer."""
    first, last, gender, *_ = PEOPLE[number % len(PEOPLE)]
    return {
        "id": 70000 + number % 1000,
        "referenceKey": f"C-{number}",
        "publicKey": f"customer-{number}",
        "email": f"{first}.{last}.{number}@shopper.example".lower(),
        "firstName": first,
        "lastName": last,
        "gender": gender,
        "type": "personal",
        "groups": [],
        "status": {"isActive": True, "isGuestCustomer": False},
        "createdAt": iso(at),
        "updatedAt": iso(at),
    }


def addresses(number: int, country: str) -> Json:
    """Billing and shipping address of that customer; countries are alpha-3 here."""
    first, last, gender, street, city, zip_code = PEOPLE[number % len(PEOPLE)]
    address = {
        "street": street,
        "houseNumber": str(1 + number % 90),
        "zipCode": zip_code,
        "city": city,
        "countryCode": ALPHA_3.get(country, "DEU"),
        "isDefault": {"billing": True, "shipping": True},
        "recipient": {"firstName": first, "lastName": last, "gender": gender, "type": "personal"},
    }
    return {"billing": {"id": number * 2, **address}, "shipping": {"id": number * 2 + 1, **address}}


def payment(order: Order) -> Json:
    """One payment over the whole order, cents."""
    return {
        "key": "creditcard",
        "amount": order.total,
        "transactionKey": f"tx-{order.id}",
        "isGiftCard": False,
        "data": {},
    }
