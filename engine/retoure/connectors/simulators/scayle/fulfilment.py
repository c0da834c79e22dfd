"""Shipments, cancellations and returns (scayle.md 4.1 to 4.3), and the money that follows a return.

There is no return object: a return is a list of keys, one per unit, and its refund is a side effect nobody can size.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .answers import iso
from .errors import Refused, bad_request, conflict, not_found
from .records import Order, Parcel, Unit
from .state import Scayle, Settlement, parsed_time


@dataclass(frozen=True, slots=True)
class Shipped:
    """One parcel to record: `units` are pairs of order item id and the return key given to that unit."""

    shipment_key: str
    carrier: str
    units: Sequence[tuple[int, str]]
    return_ident_code: str | None = None


def ship(state: Scayle, order: Order, shipped: Shipped) -> Parcel | None:
    """The parcel as recorded, its items delivered and invoiced; None when a repeated shipment is let pass."""
    units = [_own_unit(order, unit_id) for unit_id, _ in shipped.units]
    if _already_shipped(state, units):
        return None
    _check_keys(state, order, shipped)
    now = state.touch(order, units)
    parcel = Parcel(order.id * 100 + len(order.parcels) + 1, shipped.shipment_key, shipped.carrier, now)
    parcel.return_ident_code = shipped.return_ident_code
    order.parcels.append(parcel)
    for unit, (_, key) in zip(units, shipped.units, strict=True):
        unit.status, unit.shipped_at, unit.package_id, unit.return_key = "delivered", now, parcel.id, key
        state.return_keys[key] = (order.id, unit.id)
        state.books.shipments.append({"orderId": order.id, "orderItemId": unit.id, "returnKey": key, "at": iso(now)})
    _invoice_shipment(state, order, units)
    return parcel


def _already_shipped(state: Scayle, units: list[Unit]) -> bool:
    for unit in units:
        if unit.cancelled_at:
            raise conflict("ITEM_CANCELLED", f"Order item {unit.id} is cancelled.")
    again = [unit for unit in units if unit.shipped_at]
    if again and state.switches.already_shipped == "conflict":
        raise conflict("ITEM_ALREADY_SHIPPED", f"Order item {again[0].id} is already shipped.")
    return bool(again)


def _check_keys(state: Scayle, order: Order, shipped: Shipped) -> None:
    for unit_id, key in shipped.units:
        if state.return_keys.get(key, (order.id, unit_id)) != (order.id, unit_id):
            raise conflict("RETURN_KEY_EXISTS", f"The returnKey {key} belongs to another order item.")


def _invoice_shipment(state: Scayle, order: Order, units: list[Unit]) -> None:
    complete = all(unit.shipped_at for unit in order.live_units)
    order.order_code = "order_invoiced" if complete else "order_shipped"
    state.invoice(order, "invoice" if complete else "partial_invoice", units)
    if complete:
        order.invoiced_at, order.billing_code = state.clock(), "billing_completed"
        _capture(state, order)
    state.tell_items("order-package-shipped", order, units)
    state.tell_order("order-invoiced" if complete else "order-partially-invoiced", order)


def _capture(state: Scayle, order: Order) -> None:
    """A late capture of each payment, where the tenant captures on shipment."""
    for payment in order.payments if state.switches.late_capture else ():
        key = payment.get("transactionKey")
        state.books.captures.append({"orderId": order.id, "transactionId": key, "amount": payment.get("amount")})
        state.tell_order("payment-capture", order, transaction={"transactionId": key, "operationStatus": "successful"})


def cancel(state: Scayle, order: Order, unit_ids: Sequence[int]) -> None:
    """The merchant cannot deliver these items; a shipped one is refused, or credited: a switch."""
    units = [_own_unit(order, unit_id) for unit_id in unit_ids]
    shipped = [unit for unit in units if unit.shipped_at and not unit.cancelled_at]
    if shipped and state.switches.cancel_shipped == "conflict":
        raise conflict("ITEM_ALREADY_SHIPPED", "A shipped order item cannot be cancelled.")
    now = state.touch(order, units)
    for unit in units:
        unit.status, unit.cancelled_at = "cancelled", now
        state.books.cancellations.append({"orderId": order.id, "orderItemId": unit.id, "at": iso(now)})
    state.tell_items("order-item-cancelled", order, units)
    if shipped:
        credit(state, order, shipped)
    if not order.live_units:
        order.order_code, order.billing_code = "order_cancelled", "billing_payment_cancelled"
        state.tell_order("order-cancelled", order)


def _own_unit(order: Order, unit_id: int) -> Unit:
    unit = order.unit(unit_id)
    if unit is None:
        raise not_found("order_item", unit_id)
    return unit


# -- returns --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of a return call, resolved."""

    order: Order
    unit: Unit
    return_key: str
    received: str
    reason: str | None


def return_items(state: Scayle, entries: object) -> None:
    """Record returned units; raises what the switches make of unknown, repeated and unshipped ones."""
    wanted = _readable(state, entries)
    good, problem = _resolved(state, wanted)
    if problem and state.switches.partly_bad_array == "all_or_nothing":
        raise problem
    _one_merchant(good)
    _record(state, good)
    if problem and (state.switches.partly_bad_array == "good_then_error" or not good):
        raise problem


def _readable(state: Scayle, entries: object) -> list[Mapping[str, Any]]:
    if not isinstance(entries, list) or not entries:
        raise bad_request("The body must be a non-empty array of return items.")
    keys: set[str] = set()
    wanted = []
    for entry in entries:
        key = _checked_entry(state, entry)
        if key in keys and state.switches.duplicate_key_in_array == "refuse":
            raise bad_request("The same returnKey occurs twice.", returnKey=key)
        if key not in keys:
            wanted.append(entry)
        keys.add(key)
    return wanted


def _checked_entry(state: Scayle, entry: object) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("returnKey"), str) or not entry["returnKey"]:
        raise bad_request("returnKey is required and must be a string.", field="returnKey")
    if "received" in entry:
        parsed_time(entry["received"], "received")
    elif state.switches.received_required:
        raise bad_request("received is required.", field="received")
    key: str = entry["returnKey"]
    return key


def _resolved(state: Scayle, wanted: list[Mapping[str, Any]]) -> tuple[list[_Entry], Refused | None]:
    good: dict[int, _Entry] = {}
    first_problem: Refused | None = None
    for entry in wanted:
        try:
            found = _resolve(state, entry)
        except Refused as problem:
            first_problem = first_problem or problem
            continue
        if found is not None:
            good.setdefault(found.unit.id, found)
    return list(good.values()), first_problem


def _resolve(state: Scayle, entry: Mapping[str, Any]) -> _Entry | None:
    """The unit meant; None when it is already back and that is let pass without a second effect."""
    key = entry["returnKey"]
    place = state.return_keys.get(key) or _by_item_id(state, key)
    if place is None:
        raise Refused(state.switches.unknown_return_key, "RETURN_KEY_NOT_FOUND", f"The returnKey {key} was not found.")
    order = state.orders[place[0]]
    unit = _own_unit(order, place[1])
    if unit.returned_at is not None:
        return _again(state, order, unit, entry)
    if unit.shipped_at is None or unit.cancelled_at is not None:
        message = f"The order item {unit.id} is {unit.status} and cannot be returned."
        raise Refused(state.switches.not_returnable, "ITEM_NOT_RETURNABLE", message)
    return _entry(order, unit, entry)


def _by_item_id(state: Scayle, key: str) -> tuple[int, int] | None:
    if not state.switches.return_key_by_item_id or not (key.isascii() and key.isdigit()):
        return None
    order_id = state.unit_orders.get(int(key))
    return None if order_id is None else (order_id, int(key))


def _again(state: Scayle, order: Order, unit: Unit, entry: Mapping[str, Any]) -> _Entry | None:
    if state.switches.already_returned == "conflict":
        raise conflict("ITEM_ALREADY_RETURNED", f"The order item {unit.id} is already returned.")
    return _entry(order, unit, entry) if state.switches.already_returned == "repeat" else None


def _entry(order: Order, unit: Unit, entry: Mapping[str, Any]) -> _Entry:
    wanted = entry.get("merchantReferenceKey")
    if wanted is not None and wanted != unit.merchant:
        raise bad_request("merchantReferenceKey is not the merchant of the item.", merchantReferenceKey=wanted)
    return _Entry(order, unit, entry["returnKey"], str(entry.get("received", "")), entry.get("returnReason"))


def _one_merchant(entries: list[_Entry]) -> None:
    if len({entry.unit.merchant for entry in entries}) > 1:
        raise bad_request("All items of one request must belong to the same merchant.")


def _record(state: Scayle, entries: list[_Entry]) -> None:
    by_order: dict[int, list[_Entry]] = {}
    for entry in entries:
        by_order.setdefault(entry.order.id, []).append(entry)
    for order_entries in by_order.values():
        _record_order(state, order_entries)
    settle_due(state)


def _record_order(state: Scayle, entries: list[_Entry]) -> None:
    order, units = entries[0].order, [entry.unit for entry in entries]
    now = state.touch(order, units)
    for entry in entries:
        entry.unit.status, entry.unit.returned_at = "returned", now
        state.books.returns.append(_return_booked(entry, iso(now)))
        if state.switches.restock_on_return and entry.unit.warehouse:
            place = (entry.unit.variant.id, entry.unit.warehouse.reference_key, entry.unit.merchant)
            state.stock.put_back(place)
    state.tell_items("order-item-returned", order, units)
    if state.switches.mail_on_return:
        mail = {"orderId": order.id, "to": order.customer.get("email"), "about": [unit.id for unit in units]}
        state.books.mails.append({**mail, "at": iso(now)})
    due = now + timedelta(seconds=state.switches.settle_after_seconds)
    state.settlements.append(Settlement(due, order.id, tuple(unit.id for unit in units)))


def _return_booked(entry: _Entry, at: str) -> dict[str, Any]:
    return {
        "orderId": entry.order.id,
        "orderItemId": entry.unit.id,
        "sku": entry.unit.variant.sku,
        "returnKey": entry.return_key,
        "received": entry.received,
        "reason": entry.reason,
        "at": at,
    }


# -- what follows ---------------------------------------------------------------------------------------------------


def settle_due(state: Scayle) -> int:
    """How many returns were settled: credit note, refund, billing code, events; called on every request."""
    now = state.clock()
    due = [entry for entry in state.settlements if entry.due_at <= now]
    state.settlements = [entry for entry in state.settlements if entry.due_at > now]
    for entry in due:
        order = state.orders[entry.order_id]
        _settle(state, order, [unit for unit in order.units if unit.id in entry.unit_ids])
    return len(due)


def _settle(state: Scayle, order: Order, units: list[Unit]) -> None:
    if state.switches.corrective_invoice_on_return:
        credit(state, order, units)
    if state.switches.refund_on_return:
        refund(state, order, [unit for unit in units if not _suppressed(state, unit)])


def credit(state: Scayle, order: Order, units: list[Unit]) -> None:
    """A credit note about these units."""
    made = state.invoice(order, "corrective_invoice", units)
    entry = {"id": made.id, "orderId": order.id, "orderItemIds": list(made.unit_ids), "amount": made.amount}
    state.books.corrective_invoices.append({**entry, "currency": order.currency, "at": iso(made.created_at)})
    state.touch(order)
    state.tell_order("order-corrective-invoiced", order)


def _suppressed(state: Scayle, unit: Unit) -> bool:
    return state.switches.billing_override_suppresses_refund and unit.billing_override == "billing_refunded"


def refund(state: Scayle, order: Order, units: list[Unit]) -> None:
    """Pays these units back, or tries to."""
    if not units:
        return
    worked = state.switches.refund_succeeds
    book = state.books.refunds if worked else state.books.failed_refunds
    now = state.touch(order)
    withheld = _withhold(state, order, units)
    for unit in units:
        kept = min(withheld, unit.paid)
        withheld -= kept
        entry = {"orderId": order.id, "orderItemId": unit.id, "amount": unit.paid - kept, "currency": order.currency}
        book.append({**entry, "at": iso(now)})
        unit.refunded = unit.refunded or worked
    if worked:
        order.billing_code = _billing_code(order)
    outcome = "successful" if worked else "failed"
    for payment in order.payments:
        transaction = {"transactionId": payment.get("transactionKey"), "operationStatus": outcome}
        state.tell_order("payment-refund", order, transaction=transaction)


def _withhold(state: Scayle, order: Order, units: list[Unit]) -> int:
    """Cents kept back from these refunds, with the document that says so (scayle.md 4.3, 4.4)."""
    costs = min(state.switches.return_costs, sum(unit.paid for unit in units))
    if costs:
        state.invoice(order, "return_cost_corrective_invoice", units)
    return costs


def _billing_code(order: Order) -> str:
    back = [unit.refunded or unit.billing_override == "billing_refunded" for unit in order.live_units]
    return "billing_refunded" if all(back) else "billing_partially_refunded"


def force_close_due(state: Scayle) -> list[int]:
    """Ids of the orders closed because nothing was shipped for 14 days; they count as shipped (scayle.md 3.4)."""
    limit = timedelta(days=state.switches.force_close_after_days)
    closed = []
    for order in state.orders.values():
        waiting = order.order_code in ("order_confirmed", "order_delegated") and not order.parcels
        if waiting and state.clock() - order.created_at >= limit:
            order.order_code = "order_shipped"
            state.touch(order)
            closed.append(order.id)
    return closed
