"""What goes wrong on the way to the shopper: sold out, unshippable, a parcel that comes back undelivered."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import bad_request
from .records import Order, Unit
from .state import Scayle

EVENT = {
    "out_of_stock": "order-item-out-of-stock",
    "unshippable": "order-item-unshippable",
    "undeliverable": "order-package-undeliverable",
}


def mishap(state: Scayle, order: Order, what: str, unit_ids: Sequence[int]) -> list[Unit]:
    """The items it happened to, none named meaning all it can happen to; 400 for another word.

    An undeliverable parcel is no return of the shopper: no `returnedAt`, no `order-item-returned` (scayle.md 6.3).
    """
    if what not in EVENT:
        raise bad_request(f"what must be one of {', '.join(EVENT)}.", field="what")
    sent = what == "undeliverable"
    units = [unit for unit in order.live_units if bool(unit.shipped_at) == sent and unit.returned_at is None]
    units = [unit for unit in units if not unit_ids or unit.id in unit_ids]
    now = state.touch(order, units)
    for unit in units:
        unit.status = "undeliverable" if sent else "unavailable"
        unit.cancelled_at = None if sent else now
    if units:
        state.tell_items(EVENT[what], order, units)
    return units
