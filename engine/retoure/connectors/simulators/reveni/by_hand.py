"""What happens to a return behind everybody's back: edited in a database, deleted, changed without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..calls import Answer, Call, Rule
from .state import Reveni, decimal

if TYPE_CHECKING:
    from .app import ReveniSimulator


def post_by_hand(simulator: ReveniSimulator, call: Call) -> Answer:
    """Change `{status?, amount?, currency?, billings?}` of a return without a new version, and without telling anybody.

    `billings` says how often each disbursement for it stands on the invoice.
    """
    state: Reveni = simulator.state
    made, body = state.find(call.path["id"]), call.body
    made.status = body.get("status", made.status)
    made.currency = body.get("currency", made.currency)
    made.billings = int(body.get("billings", made.billings))
    if "amount" in body:
        made.amount, made.amount_fixed = decimal(body["amount"], "amount"), True
    return Answer(made.shown())


def delete_return(simulator: ReveniSimulator, call: Call) -> Answer:
    """Delete a return, as if it had never been."""
    state: Reveni = simulator.state
    return Answer({"deleted": state.returns.pop(state.find(call.path["id"]).id).id})


RULES: Final[tuple[Rule[Any], ...]] = (
    Rule("POST", "/returns/{id}/by-hand", post_by_hand),
    Rule("DELETE", "/returns/{id}", delete_return),
)
