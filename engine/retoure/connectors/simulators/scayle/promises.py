"""What is promised and not sold yet: vouchers and reservations (scayle.md 3.6, 4.4)."""

from __future__ import annotations

from typing import Any

from ..calls import Answer, Call, Rule
from .answers import Json
from .errors import Refused, bad_request, conflict
from .routes import BASE, SHOP, page
from .state import Scayle

VOUCHER_TYPES = ("absolute", "relative")
RESERVED_SECONDS = 3600


def post_voucher(state: Scayle, call: Call) -> Answer:
    """A voucher; its code may be there once."""
    state.shop(call.path["shop"], call.path["country"])
    body = call.body
    if not isinstance(body, dict) or not isinstance(body.get("code"), str) or not body["code"]:
        raise bad_request("code is required.", field="code")
    if body.get("type") not in VOUCHER_TYPES or not isinstance(body.get("value"), int | float):
        raise bad_request("type must be absolute or relative, value a number.", field="type")
    if body["code"] in state.vouchers:
        raise conflict("VOUCHER_EXISTS", f"The voucher {body['code']} exists.")
    made = state.vouchers[body["code"]] = {"id": state.number("voucher"), **body}
    return Answer(made, 201)


def get_vouchers(state: Scayle, call: Call) -> Answer:
    """All vouchers."""
    state.shop(call.path["shop"], call.path["country"])
    return page(state, list(state.vouchers.values()), call)


def post_reservations(state: Scayle, call: Call) -> Answer:
    """Holds stock; what cannot be held is an `error` of its entry inside a success."""
    if not isinstance(call.body, list) or not call.body:
        raise bad_request("The body must be a non-empty array.")
    return Answer({"entities": [_reserved(state, entry) for entry in call.body]})


def _reserved(state: Scayle, entry: Any) -> Json:
    if not isinstance(entry, dict) or not isinstance(entry.get("referenceKey"), str):
        raise bad_request("referenceKey is required.", field="referenceKey")
    key = entry["referenceKey"]
    try:
        variant = _variant(state, entry.get("variant") or {})
        if entry.get("warehouseReferenceKey") not in state.warehouses:
            raise state.no_variant(key)
        if state.stock.sell(variant, state.clock()) is None:
            raise Refused(409, "OUT_OF_STOCK", "There is not enough stock.")
    except Refused as refused:
        return {"referenceKey": key, "error": {"errorKey": refused.key, "message": refused.message}}
    seconds = entry.get("reservationTtl") or RESERVED_SECONDS
    return {"referenceKey": key, "id": state.number("reservation", 123), "reservationTtl": seconds}


def _variant(state: Scayle, named: object) -> int:
    if not isinstance(named, dict):
        raise bad_request("variant must be an object.", field="variant")
    return state.variant(named["id"] if named.get("id") else f"key={named.get('referenceKey')}").id


RULES: tuple[Rule[Scayle], ...] = (
    Rule("POST", SHOP + "/vouchers", post_voucher, "vouchersWrite", 201),
    Rule("GET", SHOP + "/vouchers", get_vouchers, "vouchersRead"),
    Rule("POST", BASE + "/reservations", post_reservations, "reservationsWrite"),
)
