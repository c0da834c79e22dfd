"""Checks (d) to (f): whether Reveni's refunds, bonuses and fees are those that SCAYLE's books and the invoice show."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ..reports.money import rounded, zero
from ..reports.returns import Purpose, ReturnBooks
from ..types.kinds import Money
from .cases import Case, Finding, Sides, accepted_value
from .terms import of, original_payments, store_credit


def original_payment(case: Case) -> Sides:
    """What Reveni says was refunded by the original payment is what SCAYLE booked. Unfinished returns are left out."""
    sides = Sides()
    for one in case.returns:
        said, booked = (case.terms.sums(amounts) for amounts in (original_payments(one), booked_by_scayle(one)))
        if not said or _moving(one):
            continue
        for currency in sorted({*said, *booked}):
            ours, theirs = of(booked, currency), of(said, currency)
            sides.add(currency, ours, theirs)
            if case.terms.apart(ours, theirs):
                what = (
                    "Reveni and SCAYLE refunded different amounts" if ours else "Reveni says refunded, SCAYLE did not"
                )
                sides.findings.append(Finding(one.id, one.order, currency, ours, theirs, what))
    return sides


def _moving(one: ReturnBooks) -> bool:
    """Whether a refund of it is still under way, or waits for a person: then the sides cannot agree yet."""
    return any(call.purpose in (Purpose.REFUND, Purpose.SETTLED) for call in one.unfinished)


def booked_by_scayle(one: ReturnBooks) -> list[Money]:
    """What SCAYLE refunded: the price of each unit that was reported."""
    return [call.amount for call in one.done(Purpose.REFUND) if call.amount is not None]


def bonus_apart(case: Case) -> Sides:
    """What store credit gives beyond the value of the goods is a bonus: billed as one, refunded by nobody else."""
    sides, billed = Sides(), case.billed("bonus")
    disbursed = {line.subject for line in case.of("disbursement")}
    for one in case.returns:
        bonus = _bonus(one, case)
        if bonus is None:
            continue
        theirs = billed.pop((one.id, one.currency), None)
        sides.add(one.currency, bonus, theirs or zero(one.currency))
        if theirs is not None and case.terms.apart(bonus, theirs):
            sides.differ(one, bonus, theirs, "another bonus is billed")
        if one.id in disbursed:
            sides.differ(one, bonus, None, "store credit is billed as a disbursement: goods and bonus are mixed")
        sides.findings += _refunded_too(one)
    for (subject, currency), theirs in sorted(billed.items()):
        sides.add(currency, zero(currency), theirs)
        what = "a bonus is billed, and no store credit of the period has one"
        sides.findings.append(Finding(subject, "", currency, zero(currency), theirs, what))
    return sides


def _bonus(one: ReturnBooks, case: Case) -> Decimal | None:
    """What store credit of the period gives beyond the goods; None for a return without any."""
    goods, given = accepted_value(one), of(case.terms.sums(store_credit(one)), one.currency)
    if goods is None or not given or not any(case.period.holds(pay.at) for pay in one.payouts):
        return None
    return max(given - case.terms.exact(goods), zero(one.currency))


def _refunded_too(one: ReturnBooks) -> Iterator[Finding]:
    """Store credit and a refund of the payment for the same goods."""
    booked = booked_by_scayle(one)
    if booked:
        total = sum((rounded(money) for money in booked), Decimal(0))
        what = "the shopper has store credit, and SCAYLE refunded the payment too"
        yield Finding(one.id, one.order, booked[0].currency, zero(one.currency), total, what)


def fee_once(case: Case) -> Sides:
    """A return fee is deducted from the refund by Reveni or by the shop, never by both."""
    sides = Sides()
    for one in case.returns:
        goods, booked = accepted_value(one), case.terms.sums(booked_by_scayle(one))
        paid = case.terms.sums([pay.amount for pay in one.payouts])
        if goods is None or not paid or not booked or one.questions or _moving(one):
            continue
        worth = case.terms.exact(goods)
        there, here = (max(worth - of(side, one.currency), zero(one.currency)) for side in (paid, booked))
        sides.add(one.currency, here, there)
        if min(here, there) > case.terms.tolerance:
            sides.differ(one, here, there, f"both deducted something from goods worth {worth}")
    return sides
