"""Recording a refund made elsewhere: PATCH billing-status (scayle.md 3.5). It moves no money."""

from __future__ import annotations

from typing import Any

from .answers import iso
from .errors import bad_request, conflict
from .records import BILLING_CODES, Order, Unit
from .state import Scayle


def override_billing(state: Scayle, order: Order, body: object) -> None:
    """Set the billing code of the order and of single items; `body` is `{code, reason?, items?: [{id, code}]}`."""
    if not isinstance(body, dict):
        raise bad_request("The body must be an object.")
    code = _code(body.get("code"))
    targets = _targets(order, body.get("items") or [])
    if _nothing_new(order, code, targets) and state.switches.billing_override_repeated == "conflict":
        raise conflict("BILLING_STATUS_UNCHANGED", f"The order {order.id} already has the billing status {code}.")
    order.billing_code = code
    for unit, unit_code in targets:
        unit.billing_override = unit_code
    at = state.touch(order, [unit for unit, _ in targets])
    items = [{"id": unit.id, "code": unit_code} for unit, unit_code in targets]
    entry = {"orderId": order.id, "code": code, "reason": body.get("reason"), "items": items, "at": iso(at)}
    state.books.billing_overrides.append(entry)


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
