"""Calls to SCAYLE in the words of finance, and what its orders say was paid. Fields: scayle.md 3 to 5."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ..types.exact import whole_of
from ..types.kinds import Money
from ..types.minor_units import UnknownCurrency, from_minor
from .returns import Purpose

PURPOSES: Final[Mapping[str, Purpose]] = {
    "scayle.stock.add": Purpose.STOCK,
    "scayle.return_items.send": Purpose.REFUND,
    "scayle.orders.billing_status": Purpose.SETTLED,
    "scayle.orders.create": Purpose.ORDER,
}
GONE: Final = "SKU_DISCONTINUED"
ORDERS: Final = "scayle.orders.get("

Record = Mapping[str, Any]
Prices = Mapping[str, Money]
"""What was paid for each sold unit, by its number."""


def purpose_of(operation: str) -> Purpose:
    """What an operation does to money and goods."""
    return PURPOSES.get(operation, Purpose.OTHER)


def facts_of(purpose: Purpose, body: Record, prices: Prices) -> dict[str, Any]:
    """The fields of Call that stand in its body."""
    if purpose is Purpose.STOCK:
        sku = str(body.get("variant") or "").removeprefix("key=")
        return {
            "sku": sku,
            "warehouse": str(body.get("warehouse") or ""),
            "quantity": whole_of(body.get("quantity")) or 0,
        }
    order = str(body.get("order") or "")
    if purpose is Purpose.REFUND:
        unit = str(body.get("unit") or "")
        return {"order": order, "unit": unit, "amount": prices.get(unit)}
    if purpose is Purpose.SETTLED:
        unit = next((str(item.get("id")) for item in body.get("items") or ()), "")
        return {"order": order, "unit": unit, "amount": prices.get(unit)}
    return {"order": order}


def prices_of(answers: Iterable[Mapping[str, Record]]) -> dict[str, Money]:
    """The prices in all orders that decisions have read, the newest reading last."""
    orders = (answer.get("value") for found in answers for key, answer in found.items() if key.startswith(ORDERS))
    return {unit: price for order in orders if isinstance(order, Mapping) for unit, price in _units(order)}


def _units(order: Record) -> Iterable[tuple[str, Money]]:
    for item in order.get("items") or ():
        units = _paid(item.get("price") or {})
        money = None if units is None else _minor(units, str(order.get("currencyCode") or ""))
        if money is not None:
            yield str(item.get("id")), money


def _paid(price: Record) -> int | None:
    """What is left of a price after the unit's share of an absolute voucher, in minor units (scayle.md 3.3)."""
    left = (price.get("absoluteVoucherReducedPrice") or {}).get("withTax")
    return whole_of(price.get("withTax") if left is None else left)


def _minor(units: int, currency: str) -> Money | None:
    try:
        return from_minor(units, currency)
    except UnknownCurrency:
        return None
