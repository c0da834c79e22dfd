"""Reveni's side of `/_sim/`: what shopper, warehouse, merchant and Reveni's staff would do. Bodies are snake case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..admin import COMMON
from ..calls import Answer, Call, Rule
from . import by_hand
from .errors import not_found
from .invoice import invoice_lines
from .records import Json, Return
from .state import Event, Reveni
from .verdicts import Verdict, correct, partial_validate
from .webhooks import letters

if TYPE_CHECKING:
    from .app import ReveniSimulator


def post_return(simulator: ReveniSimulator, call: Call) -> Answer:
    """Create a return: `{order: {external_id, name?}, items: [{sku, quantity, price, return_reason?, exchange?}],
    instant?, refund_method?, currency?, amount?, customer?, delivery_option?, status?}`.

    `status` moves it on at once, e.g. `in_progress`. Answers the return.
    """
    made = simulator.state.create(call.body)
    if call.body.get("status", made.status) != made.status:
        simulator.state.move(made, call.body["status"])
    return Answer(made.shown(), 201)


def get_return(simulator: ReveniSimulator, call: Call) -> Answer:
    """The return, no key needed."""
    return Answer(_find(simulator, call).shown())


def post_move(simulator: ReveniSimulator, call: Call) -> Answer:
    """Move a return: `{status, force?, tracking_number?}`; accepting or rejecting judges every open line."""
    made = _find(simulator, call)
    number = call.body.get("tracking_number")
    if number:
        made.delivery_option = {**made.delivery_option, "tracking_number": number}
    return Answer(simulator.state.move(made, call.body["status"], force=bool(call.body.get("force"))).shown())


def post_validate(simulator: ReveniSimulator, call: Call) -> Answer:
    """Judge items as on the dashboard: the body of partial_validate; `for_review` is a verdict too."""
    return Answer(partial_validate(simulator.state, _find(simulator, call), call.body, source="admin").shown())


def post_correct(simulator: ReveniSimulator, call: Call) -> Answer:
    """Correct a verdict: `{item_id, status, reject_reason?, reject_reason_text?}`."""
    made, body = _find(simulator, call), call.body
    line = made.line(body["item_id"])
    verdict = Verdict(
        body["item_id"],
        line.quantity if line else 0,
        body["status"],
        body.get("reject_reason"),
        body.get("reject_reason_text"),
    )
    return Answer(correct(simulator.state, made, verdict).shown())


def post_amount(simulator: ReveniSimulator, call: Call) -> Answer:
    """Set another amount: `{amount: "12.5000"}`."""
    return Answer(simulator.state.set_amount(_find(simulator, call), call.body["amount"]).shown())


def post_exchange(simulator: ReveniSimulator, call: Call) -> Answer:
    """Write to the exchange: `{status?, order?: {external_id, name}, price_difference?}`."""
    return Answer(simulator.state.set_exchange(_find(simulator, call), call.body).shown())


def post_deliver(simulator: ReveniSimulator, call: Call) -> Answer:
    """Tell about an old version now, as a new event: `{version: index, event?}`; -1 is the newest."""
    made = _find(simulator, call)
    version = made.versions[call.body["version"]]
    told = simulator.state.tell(call.body.get("event", "return.updated"), version, version)
    return Answer({"event_id": told.id})


def post_redeliver(simulator: ReveniSimulator, call: Call) -> Answer:
    """Send an event again, same id and body, new signature time: `{times?}`; a duplicate, or a late first delivery."""
    if call.path["id"] not in simulator.state.events:
        raise not_found()
    times = int((call.body or {}).get("times", 1))
    return _send(simulator, [simulator.state.events[call.path["id"]]] * times)


def post_release(simulator: ReveniSimulator, call: Call) -> Answer:
    """Send events held by the switch `hold_deliveries`: `{ids?: [...], reversed?}`; those not named stay held."""
    state, body = simulator.state, call.body or {}
    ids = body.get("ids") or [told.id for told in state.waiting]
    chosen = [state.events[one] for one in ids]
    state.waiting = [told for told in state.waiting if told.id not in ids]
    return _send(simulator, chosen[::-1] if body.get("reversed") else chosen)


def get_held(simulator: ReveniSimulator, _: Call) -> Answer:
    """Events not yet sent: `{events: [{id, event, resource_id, status}]}`."""
    return Answer({"events": [_event(told) for told in simulator.state.waiting]})


def put_api_key(simulator: ReveniSimulator, call: Call) -> Answer:
    """Rotate the key: `{api_key}`; API and signatures change in the same moment."""
    state: Reveni = simulator.state
    state.previous_key, state.api_key = state.api_key, str(call.body["api_key"])
    return Answer({"rotated": True})


def get_invoice(simulator: ReveniSimulator, _: Call) -> Answer:
    """The lines of the invoice for everything so far."""
    return Answer({"lines": invoice_lines(simulator.state)})


def _send(simulator: ReveniSimulator, events: list[Event]) -> Answer:
    simulator.courier.send(letters(simulator.state, events))
    return Answer({"sent": len(events)})


def _find(simulator: ReveniSimulator, call: Call) -> Return:
    state: Reveni = simulator.state
    return state.find(call.path["id"])


def _event(told: Event) -> Json:
    resource = told.resource
    return {"id": told.id, "event": told.event, "resource_id": resource["id"], "status": resource["status"]}


ADMIN: tuple[Rule[Any], ...] = (
    *COMMON,
    *by_hand.RULES,
    Rule("POST", "/returns", post_return),
    Rule("GET", "/returns/{id}", get_return),
    Rule("POST", "/returns/{id}/move", post_move),
    Rule("POST", "/returns/{id}/validate", post_validate),
    Rule("POST", "/returns/{id}/correct", post_correct),
    Rule("POST", "/returns/{id}/amount", post_amount),
    Rule("POST", "/returns/{id}/exchange", post_exchange),
    Rule("POST", "/returns/{id}/deliver", post_deliver),
    Rule("GET", "/webhooks/held", get_held),
    Rule("POST", "/webhooks/release", post_release),
    Rule("POST", "/webhooks/{id}/redeliver", post_redeliver),
    Rule("GET", "/invoice", get_invoice),
    Rule("PUT", "/api-key", put_api_key),
)
