"""Checks (a) to (c): whether what Reveni bills is what it advanced, once, and not for goods that were rejected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from ..reports.money import zero
from ..reports.returns import ReturnBooks, Verdict
from .cases import Case, Finding, Sides, accepted_value
from .invoice import InvoiceLine
from .terms import Sums, Terms, bank_transfers, of

BILLED_ONCE: Final = ("disbursement", "instant_fee", "return_fee", "logistics_fee", "bonus")


def disbursements(case: Case) -> Sides:
    """Instant bank transfers of the period are the disbursement lines, in total and for each return that is named."""
    sides, books = Sides(), {one.id: one for one in case.returns}
    billed = case.billed("disbursement")
    sent = {(one.id, code): amount for one in case.returns for code, amount in _sent(one, case).items()}
    for subject, currency in sorted({*billed, *sent}):
        ours, theirs = (side.get((subject, currency), zero(currency)) for side in (sent, billed))
        sides.add(currency, ours, theirs)
        if subject and case.terms.apart(ours, theirs):
            one = books.get(subject)
            what = _transfers(one, ours, theirs)
            sides.findings.append(Finding(subject, one.order if one else "", currency, ours, theirs, what))
    if any(not subject for subject, _ in billed):
        sides.findings = list(_in_total(sides, case.terms))
    return sides


def _sent(one: ReturnBooks, case: Case) -> Sums:
    """Bank transfers of an instant return in the period: those that Reveni advances."""
    ways = (pay.amount for pay in one.payouts if pay.way == "bank_transfer" and case.period.holds(pay.at))
    return case.terms.sums(list(ways)) if one.instant else {}


def _transfers(one: ReturnBooks | None, ours: Decimal, theirs: Decimal) -> str:
    if one is None:
        return "billed, and no such return is in the journal"
    if not theirs:
        return "transferred, and not on the invoice"
    return "billed, and nothing was transferred in the period" if not ours else "another amount was transferred"


def _in_total(sides: Sides, terms: Terms) -> Iterator[Finding]:
    """Where lines do not say which return they are for, only the sums can be compared."""
    for currency, ours in sides.ours.items():
        theirs = of(sides.theirs, currency)
        if terms.apart(ours, theirs):
            yield Finding("", "", currency, ours, theirs, "the disbursements differ in total")


def billed_twice(case: Case) -> Sides:
    """No return has two lines of one kind."""
    sides, orders = Sides(), {one.id: one.order for one in case.returns}
    for (subject, kind, currency), lines in sorted(_by_return(case).items()):
        amounts = [case.terms.exact(line.amount) for line in lines]
        once, billed = amounts[0], sum(amounts, Decimal(0))
        sides.add(currency, once, billed)
        if len(lines) > 1:
            what = f"{kind} {len(lines)} times: {'; '.join(line.place for line in lines)}"
            sides.findings.append(Finding(subject, orders.get(subject, ""), currency, once, billed, what))
    return sides


def _by_return(case: Case) -> dict[tuple[str, str, str], list[InvoiceLine]]:
    grouped: dict[tuple[str, str, str], list[InvoiceLine]] = defaultdict(list)
    for line in case.of(*BILLED_ONCE):
        if line.subject:
            grouped[line.subject, line.kind, line.amount.currency].append(line)
    return grouped


def rejected_instant(case: Case) -> Sides:
    """What Reveni advanced for goods that were rejected is not left with the merchant: it is credited."""
    sides, billed = Sides(), case.billed("disbursement", "credit")
    for one in case.returns:
        due = accepted_value(one) if one.instant and _rejected(one) else None
        if due is None or (one.id, due.currency) not in billed:
            continue
        ours, theirs = min(case.terms.exact(due), _advanced(one, case.terms)), billed[one.id, due.currency]
        sides.add(due.currency, ours, theirs)
        if theirs > ours and case.terms.apart(ours, theirs):
            what = "goods were rejected, and what was advanced for them is not credited: claim it from Reveni"
            sides.differ(one, ours, theirs, what)
    return sides


def _advanced(one: ReturnBooks, terms: Terms) -> Decimal:
    return of(terms.sums(bank_transfers(one)), one.currency)


def _rejected(one: ReturnBooks) -> bool:
    """Whether it is judged, and something of it was rejected."""
    return one.ended_at is not None and any(line.verdict is Verdict.REJECTED for line in one.lines)
