"""What people, and other systems, do to a shop behind everybody's back: `POST /_sim/orders/{order}/by-hand` and DELETE.

No rule of the API holds here. Money that moves this way is in the books like any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from ..calls import Answer, Call, Rule
from .answers import Json, order_json
from .fulfilment import credit, refund
from .records import Order, Unit
from .state import Scayle

if TYPE_CHECKING:
    from .app import ScayleSimulator


def post_by_hand(simulator: ScayleSimulator, call: Call) -> Answer:
    """Change an order: any of `{returned: [item], not_returned: [item], refund: [item], credit: [item],
    cancelled: [item], billing: code, notes: data, price: {item: cents}, double: [item], remove: [item]}`.

    Items are numbers of the order's units, 0 for the first; answers the order.
    """
    order = simulator.state.order(call.path["order"])
    for what, wanted in call.body.items():
        DEEDS[what](simulator.state, order, wanted)
    simulator.state.touch(order)
    return Answer(order_json(order))


def delete_order(simulator: ScayleSimulator, call: Call) -> Answer:
    """Delete an order, as if it had never been."""
    order = simulator.state.order(call.path["order"])
    simulator.state.forget(order)
    return Answer({"deleted": order.id})


def _units(order: Order, wanted: list[int]) -> list[Unit]:
    return [order.units[place] for place in wanted]


def _returned(state: Scayle, order: Order, wanted: list[int]) -> None:
    for unit in _units(order, wanted):
        unit.status, unit.returned_at = "returned", state.clock()


def _not_returned(_: Scayle, order: Order, wanted: list[int]) -> None:
    for unit in _units(order, wanted):
        unit.status, unit.returned_at = "delivered", None


def _cancelled(state: Scayle, order: Order, wanted: list[int]) -> None:
    for unit in _units(order, wanted):
        unit.status, unit.cancelled_at = "cancelled", state.clock()


def _billing(_: Scayle, order: Order, wanted: str) -> None:
    order.billing_code = wanted


def _notes(_: Scayle, order: Order, wanted: Any) -> None:
    order.custom_data = wanted


def _price(_: Scayle, order: Order, wanted: Json) -> None:
    for place, cents in wanted.items():
        order.units[int(place)].price = cents


def _double(state: Scayle, order: Order, wanted: list[int]) -> None:
    for unit in _units(order, wanted):
        order.units.append(replace(unit, id=order.id * 1000 + len(order.units) + 1, key=state.digest("by hand")))


def _remove(_: Scayle, order: Order, wanted: list[int]) -> None:
    gone = {unit.id for unit in _units(order, wanted)}
    order.units = [unit for unit in order.units if unit.id not in gone]


DEEDS: Final[dict[str, Callable[[Scayle, Order, Any], None]]] = {
    "returned": _returned,
    "not_returned": _not_returned,
    "refund": lambda state, order, wanted: refund(state, order, _units(order, wanted)),
    "credit": lambda state, order, wanted: credit(state, order, _units(order, wanted)),
    "cancelled": _cancelled,
    "billing": _billing,
    "notes": _notes,
    "price": _price,
    "double": _double,
    "remove": _remove,
}

RULES: Final[tuple[Rule[Any], ...]] = (
    Rule("POST", "/orders/{order}/by-hand", post_by_hand),
    Rule("DELETE", "/orders/{order}", delete_order),
)
