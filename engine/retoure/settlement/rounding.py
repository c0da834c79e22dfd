"""Check (g): amounts of four decimals are rounded once, each line by itself, and then added up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from ..reports.money import unit_of
from ..types.kinds import Money
from ..types.minor_units import finer_than_minor
from .cases import Case, Finding, Sides
from .invoice import InvoiceLine
from .terms import Sums, Terms, of


def rounded_once(case: Case) -> Sides:
    """The total the invoice states is the sum of its lines, each rounded by itself."""
    sides, lines = Sides(), [line for line in case.lines if line.kind != "total"]
    sums = case.terms.sums([line.amount for line in lines])
    stated = case.terms.sums([line.amount for line in case.of("total")])
    for currency, theirs in stated.items():
        ours = of(sums, currency)
        sides.add(currency, ours, theirs)
        if ours != theirs:
            exact = sum((line.amount.amount for line in lines if line.amount.currency == currency), Decimal(0))
            late = case.terms.exact(Money(exact, currency)) == theirs
            what = "rounded at the total and not at each line" if late else "the total is not the sum of the lines"
            sides.findings.append(Finding("", "", currency, ours, theirs, what))
    return sides


def finer(lines: Iterable[InvoiceLine]) -> Counter[str]:
    """How many lines of each currency had to be rounded."""
    return Counter(line.amount.currency for line in lines if finer_than_minor(line.amount))


def rounding_effect(lines: Sequence[InvoiceLine], terms: Terms) -> Sums:
    """The sum of the rounded lines less that of the exact ones, by currency, to a hundredth of the smallest unit."""
    effect: Sums = defaultdict(Decimal)
    for line in lines:
        effect[line.amount.currency] += terms.exact(line.amount) - line.amount.amount
    return {code: amount.quantize(unit_of(code) / 100) for code, amount in sorted(effect.items())}
