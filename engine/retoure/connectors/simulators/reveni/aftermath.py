"""What Reveni may do by itself after a verdict: put goods back on stock, create the order of an exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import Return, stamp

if TYPE_CHECKING:
    from .state import Reveni


def restock(state: Reveni, made: Return) -> None:
    """Books what was accepted as put back on the shop's stock, once for each line (reveni.md 2.3)."""
    if not state.switches.restock_on_approval:
        return
    done = {entry["item_id"] for entry in state.restocks}
    for line in made.lines:
        if line.status == "accepted" and line.id not in done:
            what = {"return_id": made.id, "item_id": line.id, "sku": line.sku, "quantity": line.quantity}
            state.restocks.append({**what, "at": stamp(state.clock())})


def create_exchange_order(state: Reveni, made: Return) -> None:
    """Creates the new order in the shop, or fails to; by default it waits to be told of one (reveni.md 5)."""
    wanted = state.switches.exchange_order
    if wanted == "awaited" or made.exchange is None or made.exchange["status"] != "pending":
        return
    if wanted == "failed":
        made.exchange = {**made.exchange, "status": "failed"}
        return
    number = f"X{len(state.exchange_orders) + 1}-{made.order['external_id']}"
    state.exchange_orders.append({"return_id": made.id, "external_id": number, "at": stamp(state.clock())})
    made.exchange = {**made.exchange, "status": "completed", "order": {"external_id": number, "name": number}}
