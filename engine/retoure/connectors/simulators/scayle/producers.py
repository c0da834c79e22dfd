"""Subscriptions of the newer kind (scayle.md 6.1, 6.2): kept and shown. How they speak of orders is not documented,
so nothing is delivered to them."""

from __future__ import annotations

from ..calls import Answer, Call, Rule, number
from .answers import Json
from .errors import bad_request, not_found
from .routes import BASE, page
from .state import Scayle

KINDS: dict[str, type] = {
    "externalId": str,
    "enabled": bool,
    "target": dict,
    "auth": dict,
    "customHeaders": dict,
    "rpm": int,
    "email": str,
}
"""Of the fields that may be left out."""
BELOW = BASE + "/webhooks/producers/{producer}/subscriptions"


def post_subscription(state: Scayle, call: Call) -> Answer:
    """Subscribe."""
    made = _made(state.number("producer subscription", 42), call.body)
    state.producer_subscriptions[call.path["producer"], made["id"]] = made
    return Answer(made, 201)


def get_subscriptions(state: Scayle, call: Call) -> Answer:
    """All of one producer."""
    kept = state.producer_subscriptions.items()
    found = [held for (producer, _), held in kept if producer == call.path["producer"]]
    return page(state, found, call)


def put_subscription(state: Scayle, call: Call) -> Answer:
    """Replace one."""
    key = _key(state, call)
    state.producer_subscriptions[key] = _made(key[1], call.body)
    return Answer(state.producer_subscriptions[key])


def delete_subscription(state: Scayle, call: Call) -> Answer:
    """Unsubscribe."""
    del state.producer_subscriptions[_key(state, call)]
    return Answer(None, 204)


def _key(state: Scayle, call: Call) -> tuple[str, int]:
    text = call.path["id"]
    key = (call.path["producer"], number(text) or 0)
    if key not in state.producer_subscriptions:
        raise not_found("subscription", text)
    return key


def _made(key: int, body: object) -> Json:
    if not isinstance(body, dict) or not isinstance(body.get("eventName"), str) or not isinstance(body.get("url"), str):
        raise bad_request("eventName and url are required.", field="eventName")
    for name, kind in KINDS.items():
        if not isinstance(body.get(name), kind | None) or (kind is int and isinstance(body.get(name), bool)):
            raise bad_request(f"{name} is not of its type.", field=name)
    kept = {name: value for name, value in body.items() if name != "suspendedUntil"}
    return {"externalId": None, "enabled": True, **kept, "disabledReason": None, "id": key}


RULES: tuple[Rule[Scayle], ...] = (
    Rule("POST", BELOW, post_subscription, "globalWrite", 201),
    Rule("GET", BELOW, get_subscriptions, "globalRead"),
    Rule("PUT", BELOW + "/{id}", put_subscription, "globalWrite"),
    Rule("DELETE", BELOW + "/{id}", delete_subscription, "globalWrite", 204),
)
