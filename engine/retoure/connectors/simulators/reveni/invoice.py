"""The monthly invoice for what Reveni advanced and did (reveni.md 8). Neither a file nor a call is published: the lines
are those of the invoice as it is described, and the admin API shows them."""

from __future__ import annotations

from decimal import Decimal

from .records import Json, Return, money
from .state import Reveni

FEE = Decimal("1.53")


def invoice_lines(state: Reveni) -> list[Json]:
    """`{concept, transaction_id, date, amount, currency}` for every return that cost the merchant something.

    Instant bank transfers are disbursed and billed; a rejected one is credited. `double_billing` bills each
    disbursement twice; `rejected_instant` `billed` leaves the credit out.
    """
    return [line for made in state.returns.values() for line in _of(state, made)]


def _of(state: Reveni, made: Return) -> list[Json]:
    advanced = [refund for refund in made.refunds if refund["method"] == "bank_transfer"] if made.instant else []
    if not advanced:
        return []
    lines = [_line(made, "Instant transaction fee", FEE)]
    for refund in advanced * (2 if state.switches.double_billing else made.billings):
        lines.append(_line(made, "Disbursements on behalf of the customer", Decimal(refund["amount"])))
    rejected = sum((line.value for line in made.lines if line.status == "rejected"), Decimal(0))
    if rejected and state.switches.rejected_instant == "credited":
        lines.append(_line(made, "Credit", -rejected))
    return lines


def _line(made: Return, concept: str, amount: Decimal) -> Json:
    day = made.created_at.date().isoformat()
    said = {"concept": concept, "transaction_id": made.id, "date": day}
    return {**said, "amount": money(amount), "currency": made.currency}
