"""Orders and items as the switches have them shown: with or without what may be missing, in several spellings."""

from __future__ import annotations

from collections.abc import Collection

from .answers import Json, item_json, order_json
from .records import Order, Unit
from .switches import Switches

OPTIONAL_OF_ORDER = ("publicKey", "customer", "payment", "vouchers", "shipping", "confirmedAt", "invoicedAt")
OPTIONAL_OF_ITEM = ("merchant", "currency", "warehouseId", "updatedAt", "shippedAt")
"""What a published type calls optional, and no answer promises (scayle.md 3.2, 3.3)."""


def shown_order(order: Order, switches: Switches, parts: Collection[str] = ()) -> Json:
    """The order as `GET order` answers; `parts` are those of `with=`."""
    body = order_json(order, parts, extra=switches.extra_fields)
    body["items"] = [shown_item(unit, order.currency, switches, parts) for unit in order.units]
    return _without(body, OPTIONAL_OF_ORDER, switches)


def shown_item(unit: Unit, currency: str, switches: Switches, parts: Collection[str] = ()) -> Json:
    """One order item."""
    body = item_json(unit, currency, parts, extra=switches.extra_fields)
    if unit.status == "delivered":
        body["status"] = switches.delivered_item_status
    return _without(body, OPTIONAL_OF_ITEM, switches)


def _without(body: Json, names: Collection[str], switches: Switches) -> Json:
    if switches.optional_fields == "shown":
        return body
    return {name: value for name, value in body.items() if name not in names}
