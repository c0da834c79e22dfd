"""The merchant API endpoints as plain functions `(state, call) -> answer` (reveni.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ..calls import Answer, Call, Rule, number
from .errors import detail, field, not_found
from .presented import shown
from .records import Json, Return
from .state import Reveni
from .verdicts import partial_validate
from .webhooks import subscribe, unsubscribe

BASE = "/merchants/v0/stores/{store}"


def get_return(state: Reveni, call: Call) -> Answer:
    """The return as it is now."""
    return Answer(shown(state.switches, state.find(call.path["id"]).shown()))


def list_returns(state: Reveni, call: Call) -> Answer:
    """A page of returns, newest change first.

    Filters: `status` (comma list), `type`, `search`, `created_from`, `created_to` (YYYY-MM-DD), `page`. Path, filters
    and page shape are assumptions (reveni.md 1, 6); the switch `list_supported` takes the call away.
    """
    if not state.switches.list_supported:
        raise not_found()
    found = [made for made in state.returns.values() if _wanted(made, call)]
    found.sort(key=lambda made: (made.updated_at, made.id), reverse=True)
    page, size = _page(call), state.switches.page_size
    if page > 1 and (page - 1) * size >= len(found):
        raise detail(404, "Invalid page.")
    results = [shown(state.switches, _brief(made)) for made in found[(page - 1) * size : page * size]]
    after = page + 1 if page * size < len(found) else None
    if state.switches.page_shape == "bare":
        return Answer(results)
    links = {"next": _link(call, after), "previous": _link(call, page - 1 or None)}
    return Answer({"count": len(found), **links, "results": results})


def post_return(state: Reveni, call: Call) -> Answer:
    """Start a return; answers `{order_id, return_id, token, status}` (path and body are assumptions, reveni.md 4)."""
    if not state.switches.create_supported:
        raise not_found()
    if not isinstance(call.body, dict):
        raise detail(400, "Invalid data. Expected a dictionary.")
    twin = _twin(state, call.body)
    if twin is not None and state.switches.create_repeated == "refused":
        raise detail(409, "There is such a return.")
    same = twin if state.switches.create_repeated == "same" else None
    made = same or state.create(call.body)
    token = f"header.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.{made.id[:12]}"
    return Answer({"order_id": made.order["id"], "return_id": made.id, "token": token, "status": made.status}, 201)


def _twin(state: Reveni, body: Mapping[str, Any]) -> Return | None:
    """An earlier return of the same order with the same items; no idempotency key is documented (reveni.md 1)."""
    order, items = body.get("order"), body.get("items")
    if not isinstance(order, dict) or not isinstance(items, list):
        return None
    wanted = [(item.get("sku"), item.get("quantity", 1)) for item in items if isinstance(item, dict)]
    for made in state.returns.values():
        held = [(line.sku, line.quantity) for line in made.lines]
        if made.order["external_id"] == str(order.get("external_id")) and held == wanted:
            return made
    return None


def get_instant_offer(state: Reveni, call: Call) -> Answer:
    """Whether an order may be refunded at once; path and answer are assumptions (reveni.md 4)."""
    if not state.switches.instant_check_supported:
        raise not_found()
    if not call.query.get("order"):
        raise field("order", "This field is required.")
    return Answer({"instant": state.switches.instant_offered})


def put_order(state: Reveni, call: Call) -> Answer:
    """Take in what was bought; no such call has been seen (reveni.md 4)."""
    if not state.switches.orders_push_supported:
        raise not_found()
    if not isinstance(call.body, dict) or call.body.get("external_id") != call.path["id"]:
        raise field("external_id", "Must be the id in the path.")
    order = {"id": state.order_id(call.path["id"]), **call.body}
    state.orders[call.path["id"]] = order
    return Answer(order)


def patch_exchange(state: Reveni, call: Call) -> Answer:
    """Take in which order the shop created, or that it has none; how Reveni is told is not documented (reveni.md 5)."""
    if not state.switches.exchange_report_supported:
        raise not_found()
    made = state.find(call.path["id"])
    order = call.body.get("order") if isinstance(call.body, dict) else None
    if made.exchange is None or not isinstance(order, dict):
        raise field("order", "There must be an exchange, and an object.")
    known = order if order.get("external_id") else None
    if made.exchange.get("order") != known:
        state.set_exchange(made, {"order": known, "status": "completed" if known else "failed"})
    return Answer(None, 204)


def post_partial_validate(state: Reveni, call: Call) -> Answer:
    """Verdicts per item and quantity."""
    made = partial_validate(state, state.find(call.path["id"]), call.body)
    return Answer({} if state.switches.validate_answer == "empty" else shown(state.switches, made.shown()))


def post_webhook(state: Reveni, call: Call) -> Answer:
    """Subscribe."""
    return Answer(subscribe(state, call.body), 201)


def delete_webhook(state: Reveni, call: Call) -> Answer:
    """Unsubscribe."""
    unsubscribe(state, call.path["id"])
    return Answer(None, 204)


def _wanted(made: Return, call: Call) -> bool:
    query = {name: value for name, value in call.query.items() if value}
    statuses = {part.strip().lower() for part in query.get("status", "").split(",") if part.strip()}
    day = made.created_at.date().isoformat()
    return (
        (not statuses or made.status.lower() in statuses)
        and query.get("type", made.type).lower() == made.type
        and query.get("created_from", day)[:10] <= day <= query.get("created_to", day)[:10]
        and _matches(made, query.get("search", ""))
    )


def _matches(made: Return, text: str) -> bool:
    names = (made.order["name"], made.customer.get("email"), made.delivery_option.get("tracking_number"))
    return not text or any(text.lower() in str(name).lower() for name in names if name)


def _brief(made: Return) -> Json:
    names = ("id", "status", "type", "amount", "currency", "order", "created_at", "updated_at")
    full = made.shown()
    return {name: full[name] for name in names}


def _page(call: Call) -> int:
    found = number(call.query.get("page") or "1")
    if not found:
        raise field("page", "Invalid page.")
    return found


def _link(call: Call, page: int | None) -> str | None:
    if page is None:
        return None
    query = urlencode({**call.query, "page": page})
    return f"{call.base}/merchants/v0/stores/{call.path['store']}/returns?{query}"


RULES: tuple[Rule[Reveni], ...] = (
    Rule("GET", BASE + "/returns", list_returns),
    Rule("POST", BASE + "/returns", post_return, success=201),
    Rule("GET", BASE + "/returns/{id}", get_return),
    Rule("POST", BASE + "/returns/{id}/partial_validate", post_partial_validate),
    Rule("PATCH", BASE + "/returns/{id}/exchange", patch_exchange, success=204),
    Rule("GET", BASE + "/instant-check", get_instant_offer),
    Rule("PUT", BASE + "/orders/{id}", put_order),
    Rule("POST", BASE + "/webhooks", post_webhook, success=201),
    Rule("DELETE", BASE + "/webhooks/{id}", delete_webhook, success=204),
)
