"""What the checks of an invoice look at, and what each of them comes to.

Ours is what the journal says, theirs what the invoice says; drift is theirs less ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ..reports.period import Period
from ..reports.returns import ReturnBooks, Verdict
from ..types.kinds import Money
from .invoice import InvoiceLine
from .terms import Sums, Terms, of


@dataclass(frozen=True)
class Case:
    """What a check looks at: the lines of the period, all returns as they stood at its end, and the terms."""

    lines: Sequence[InvoiceLine]
    returns: Sequence[ReturnBooks]
    period: Period
    terms: Terms

    def of(self, *kinds: str) -> list[InvoiceLine]:
        """The lines of these kinds."""
        return [line for line in self.lines if line.kind in kinds]

    def billed(self, *kinds: str) -> dict[tuple[str, str], Decimal]:
        """The rounded lines of these kinds, added up by return and currency."""
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for line in self.of(*kinds):
            sums[line.subject, line.amount.currency] += self.terms.exact(line.amount)
        return dict(sums)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree, of one return or (`subject` empty) of the invoice as a whole."""

    subject: str
    order: str
    currency: str
    ours: Decimal | None
    theirs: Decimal | None
    what: str

    @property
    def drift(self) -> Decimal | None:
        """Theirs less ours; None where there is but one side."""
        return None if self.ours is None or self.theirs is None else self.theirs - self.ours


class Result(StrEnum):
    """How a check ended."""

    OK = "ok"
    FINDINGS = "findings"
    NOTHING = "nothing to check"


@dataclass(frozen=True)
class Outcome:
    """What one check came to: both sides by currency, and what does not agree."""

    letter: str
    question: str
    ours: Sums
    theirs: Sums
    findings: tuple[Finding, ...]
    checked: int

    @property
    def result(self) -> Result:
        """Whether there was something to check, and what came of it."""
        if self.findings:
            return Result.FINDINGS
        return Result.OK if self.checked else Result.NOTHING


@dataclass
class Sides:
    """Gathers both sides of a check while it goes through lines or returns."""

    ours: Sums = field(default_factory=dict)
    theirs: Sums = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    checked: int = 0

    def add(self, currency: str, ours: Decimal, theirs: Decimal) -> None:
        """Something that was compared."""
        self.ours[currency] = of(self.ours, currency) + ours
        self.theirs[currency] = of(self.theirs, currency) + theirs
        self.checked += 1

    def differ(self, one: ReturnBooks, ours: Decimal | None, theirs: Decimal | None, what: str) -> None:
        """A finding about a return, in its own currency."""
        self.findings.append(Finding(one.id, one.order, one.currency, ours, theirs, what))


def accepted_value(one: ReturnBooks) -> Money | None:
    """Value of the accepted lines that are refunded in money; None where a price is not known."""
    values = [line.value for line in one.lines if line.verdict is Verdict.ACCEPTED and not line.exchanged]
    known = [money.amount for money in values if money is not None]
    return Money(sum(known, Decimal(0)), one.currency) if len(known) == len(values) and one.currency else None
