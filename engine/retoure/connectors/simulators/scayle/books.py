"""What really happened in a tenant, as `GET /_sim/books` answers."""

from __future__ import annotations

from dataclasses import asdict

from .answers import Json, iso
from .records import Order
from .state import Scayle
from .stock import Level, Place, stock_json


def shown_books(state: Scayle) -> Json:
    """Everything kept for book keeping, camel case."""
    return {_camel(name): entries for name, entries in asdict(state.books).items()} | {
        "stockWrites": state.stock.writes,
        "stock": [_stock(state, place, level) for place, level in sorted(state.stock.levels.items())],
        "orders": [_order(order) for order in state.orders.values()],
        "events": [
            {"key": event.key, "type": event.type, "occurredAt": iso(event.occurred_at)} for event in state.events
        ],
    }


def _stock(state: Scayle, place: Place, level: Level) -> Json:
    sku = state.variants[place[0]].sku
    return {"variant": sku, **stock_json(place, level, level.quantity), "sellable": level.sellable}


def _order(order: Order) -> Json:
    units = [{"id": unit.id, "sku": unit.variant.sku, "status": unit.status} for unit in order.units]
    codes = {"order": order.order_code, "shipping": order.shipping_code, "billing": order.billing_code}
    return {"id": order.id, "referenceKey": order.reference_key, "codes": codes, "items": units}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)
