"""Creating an order through the Admin API (scayle.md 3.6): the only way to bring an exchange into the shop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .answers import Json, iso
from .errors import Refused, bad_request, conflict
from .records import Order, ShopCountry, Unit, Variant
from .seed import new_unit, payment
from .state import Scayle
from .stock import Place


def create_order(state: Scayle, shop: ShopCountry, body: object) -> Order:
    """The new order under a new id, its stock blocked; refuses what is incomplete, unknown, sold out or a duplicate."""
    wanted = _checked(state, body)
    key = wanted.get("referenceKey") if state.switches.order_create_honours_reference_key else None
    if key is not None and state.order_by_key(str(key)):
        raise conflict("REFERENCE_KEY_EXISTS", f"An order with the reference key {key} exists.")
    variants = [_variant(state, item) for item in wanted["items"]]
    _in_stock(state, variants)
    order = _stored(state, shop, wanted, variants, None if key is None else str(key))
    _booked(state, order)
    state.tell_order("order-confirmed", order)
    return order


def _checked(state: Scayle, body: object) -> Json:
    if not isinstance(body, dict):
        raise bad_request("The body must be an object.")
    missing = [name for name in state.switches.order_create_required if not body.get(name)]
    if missing:
        raise bad_request(f"Missing: {', '.join(missing)}.", fields=missing)
    items = body.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_request("items must be a non-empty array of objects.", field="items")
    for item in items:
        _check_item(item)
    for name, kind in (("customer", dict), ("address", dict), ("payment", list), ("vouchers", list)):
        if not isinstance(body.get(name) or kind(), kind):
            raise bad_request(f"{name} is not of its type.", field=name)
    if not all(isinstance(payment, dict) for payment in body.get("payment") or ()):
        raise bad_request("payment must be an array of objects.", field="payment")
    return body


def _check_item(item: Json) -> None:
    price = item.get("price")
    merchant = item.get("merchant") or {}
    if not isinstance(merchant, dict) or not isinstance(merchant.get("referenceKey"), str | None):
        raise bad_request("items[].merchant must be an object with a referenceKey.", field="merchant")
    if price is None:
        return
    gross = price.get("withTax") if isinstance(price, dict) else None
    if not isinstance(gross, int) or isinstance(gross, bool) or gross < 0:
        raise bad_request("items[].price.withTax must be an integer in cents.", field="price.withTax")


def _variant(state: Scayle, item: Json) -> Variant:
    named = item.get("variant")
    if not isinstance(named, dict) or not (named.get("id") or named.get("referenceKey")):
        raise bad_request("items[].variant needs an id or a referenceKey.", field="variant")
    return state.variant(named["id"] if named.get("id") else f"key={named['referenceKey']}")


def _in_stock(state: Scayle, variants: list[Variant]) -> None:
    if not state.switches.order_create_needs_stock:
        return
    for variant in variants:
        there = state.stock.sellable(variant.id)
        if there is not None and there < variants.count(variant):
            message = f"The variant {variant.sku} is out of stock."
            raise Refused(state.switches.order_create_out_of_stock, "OUT_OF_STOCK", message, {"sku": variant.sku})


def _stored(state: Scayle, shop: ShopCountry, wanted: Json, variants: list[Variant], key: str | None) -> Order:
    number, now = state.new_order_id(), state.clock()
    units = [_unit(state, number * 1000 + at + 1, item, variants[at], now) for at, item in enumerate(wanted["items"])]
    order = Order(
        id=number,
        public_key=str(wanted.get("publicKey") or number),
        shop=shop,
        currency=str(wanted.get("currencyCode") or shop.currency),
        units=units,
        customer=wanted.get("customer") or {},
        address=wanted.get("address") or {},
        payments=wanted.get("payment") or [],
        created_at=now,
        updated_at=now,
        reference_key=key,
        confirmed_at=now,
        order_code=state.switches.created_order_code,
        vouchers=wanted.get("vouchers") or [],
        custom_data=wanted.get("legacyCustomData"),
    )
    order.payments = order.payments or [payment(order)]
    return state.keep(order)


def _unit(state: Scayle, unit_id: int, item: Json, variant: Variant, now: datetime) -> Unit:
    price: Any = (item.get("price") or {}).get("withTax", variant.price)
    unit = new_unit(state, unit_id, variant, price, now)
    unit.custom_data = item.get("legacyCustomData")
    unit.merchant = (item.get("merchant") or {}).get("referenceKey") or unit.merchant
    place: Place | None = state.stock.sell(variant.id, now)
    unit.warehouse = state.warehouses.get(place[1]) if place else next(iter(state.warehouses.values()), None)
    return unit


def _booked(state: Scayle, order: Order) -> None:
    items = [{"orderItemId": unit.id, "sku": unit.variant.sku, "amount": unit.price} for unit in order.units]
    entry = {"id": order.id, "referenceKey": order.reference_key, "currency": order.currency, "items": items}
    state.books.orders_created.append({**entry, "customData": order.custom_data, "at": iso(order.created_at)})
