"""Recording a refund made elsewhere: PATCH billing-status (scayle.md 3.5). It moves no money."""

from __future__ import annotations

from typing import Any

from .answers import iso
from .errors import bad_request, conflict
from .records import BILLING_CODES, Order, Unit
from .state import Scayle

STEPS = ("billing_completed", "billing_partially_refunded", "billing_refunded")
"""The codes in the order in which money goes back."""


def override_billing(state: Scayle, order: Order, body: object) -> None:
    """Set the billing code of the order and of single items; `body` is `{code, reason?, items?: [{id, code}]}`."""
    if not isinstance(body, dict):
        raise bad_request("The body must be an object.")
    code = _code(body.get("code"))
    targets = _targets(order, body.get("items") or [])
    if _nothing_new(order, code, targets) and state.switches.billing_override_repeated == "conflict":
        raise conflict("BILLING_STATUS_UNCHANGED", f"The order {order.id} already has the billing status {code}.")
    _check_move(state, order, code, targets)
    order.billing_code = code
    for unit, unit_code in targets:
        unit.billing_override = unit_code
    at = state.touch(order, [unit for unit, _ in targets])
    items = [{"id": unit.id, "code": unit_code} for unit, unit_code in targets]
    entry = {"orderId": order.id, "code": code, "reason": body.get("reason"), "items": items, "at": iso(at)}
    state.books.billing_overrides.append(entry)
    if state.switches.billing_override_moves_money:
        _pay_back(state, order, [unit for unit, unit_code in targets if unit_code == "billing_refunded"])
    if state.switches.billing_override_event:
        state.tell_order("payment-refund", order, transaction={"transactionId": None, "operationStatus": "successful"})


def _check_move(state: Scayle, order: Order, code: str, targets: list[tuple[Unit, str]]) -> None:
    held, switches = order.billing_code, state.switches
    back = held in STEPS and code in STEPS and STEPS.index(code) < STEPS.index(held)
    if back and switches.billing_override_transitions == "forward":
        raise conflict("BILLING_STATUS_TRANSITION", f"The billing status {held} cannot become {code}.")
    refunded = code != "billing_refunded" or all(unit_code == code for _, unit_code in targets)
    if not refunded and switches.billing_override_items == "must_agree":
        raise bad_request("code says refunded, and not all items do.", field="items")


def _pay_back(state: Scayle, order: Order, units: list[Unit]) -> None:
    """What nobody expects of an override: the money goes out."""
    for unit in units:
        unit.refunded = True
        entry = {"orderId": order.id, "orderItemId": unit.id, "amount": unit.paid, "currency": order.currency}
        state.books.refunds.append({**entry, "at": iso(state.clock())})


def _targets(order: Order, items: object) -> list[tuple[Unit, str]]:
    if not isinstance(items, list):
        raise bad_request("items must be an array.", field="items")
    return [_target(order, item) for item in items]


def _target(order: Order, item: Any) -> tuple[Unit, str]:
    unit = order.unit(item["id"]) if isinstance(item, dict) and isinstance(item.get("id"), int) else None
    if unit is None:
        raise bad_request("items[].id must be an item of this order.", field="items")
    return unit, _code(item.get("code"))


def _code(code: object) -> str:
    if code not in BILLING_CODES:
        raise bad_request(f"code must be one of {', '.join(BILLING_CODES)}.", field="code")
    return str(code)


def _nothing_new(order: Order, code: str, targets: list[tuple[Unit, str]]) -> bool:
    return order.billing_code == code and all(unit.billing_override == wanted for unit, wanted in targets)
