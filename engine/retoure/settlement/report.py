"""The settlement as a report: each check, each finding, drift per return, and the lines by kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ..reports.report import Chart, Made, Report, Row, Table, decided_by
from ..reports.returns import ReturnBooks
from .cases import Case, Outcome, Result
from .checks import checked
from .invoice import Invoice, InvoiceLine
from .rounding import finer, rounding_effect
from .terms import Terms, of

AMOUNTS: Final = ("journal", "invoice", "drift")


def settlement(invoice: Invoice, returns: Sequence[ReturnBooks], made: Made, terms: Terms) -> Report:
    """The invoice against the journal. Lines dated outside the period are left out, and counted."""
    inside = [line for line in invoice.lines if _inside(line, made)]
    outcomes = checked(Case(inside, returns, made.period, terms))
    return Report(
        "settlement",
        "Settlement with Reveni",
        replace(made, mappings=(*decided_by(returns), invoice.made_by)),
        (_checks(outcomes, terms), _findings(outcomes), _kinds(inside, terms)),
        tuple(_charts(outcomes)),
        tuple(_summary(outcomes, invoice, inside, terms)),
    )


def _inside(line: InvoiceLine, made: Made) -> bool:
    since = made.period.since
    first = since.astimezone(made.zone).date() if since else None
    return line.day is None or (line.day <= made.period.last and (first is None or line.day >= first))


def _checks(outcomes: Sequence[Outcome], terms: Terms) -> Table:
    rows = tuple(row for outcome in outcomes for row in _sides(outcome))
    note = (
        f"drift: invoice less journal. A finding differs by more than {terms.tolerance:f} in units of its currency."
        f" Amounts are rounded once, each line by itself: {terms.rounding.value.replace('_', ' ')}."
    )
    columns = ("check", "question", "result", "checked", "findings", "currency", *AMOUNTS)
    return Table("checks", "Checks", columns, rows, (), frozenset({"checked", "findings", *AMOUNTS}), note)


def _sides(outcome: Outcome) -> Iterator[Row]:
    head = (outcome.letter, outcome.question, outcome.result.value, outcome.checked, len(outcome.findings))
    for currency in sorted({*outcome.ours, *outcome.theirs}) or [""]:
        ours, theirs = of(outcome.ours, currency), of(outcome.theirs, currency)
        yield *head, currency, *((ours, theirs, theirs - ours) if currency else (None, None, None))


def _findings(outcomes: Sequence[Outcome]) -> Table:
    rows = tuple(
        (outcome.letter, each.subject, each.order, each.currency, each.ours, each.theirs, each.drift, each.what)
        for outcome in outcomes
        for each in outcome.findings
    )
    columns = ("check", "return", "order", "currency", *AMOUNTS, "what")
    return Table("findings", "What does not agree", columns, rows, (), frozenset(AMOUNTS))


def _kinds(lines: Sequence[InvoiceLine], terms: Terms) -> Table:
    grouped: dict[tuple[str, str], list[InvoiceLine]] = defaultdict(list)
    for line in lines:
        grouped[line.kind, line.amount.currency].append(line)
    rows = tuple(
        (kind, currency, len(found), _exact(found), sum(terms.exact(line.amount) for line in found))
        for (kind, currency), found in sorted(grouped.items())
    )
    columns = ("kind", "currency", "lines", "exact", "rounded")
    return Table("lines", "Lines of the invoice", columns, rows, (), frozenset(columns[2:]))


def _exact(lines: Sequence[InvoiceLine]) -> Decimal:
    return sum((line.amount.amount for line in lines), Decimal(0))


def _charts(outcomes: Sequence[Outcome]) -> Iterator[Chart]:
    bars = ((f"({outcome.letter}) {outcome.question}", float(len(outcome.findings))) for outcome in outcomes)
    yield Chart("Findings by check", "findings", tuple(bars))


def _summary(
    outcomes: Sequence[Outcome], invoice: Invoice, inside: Sequence[InvoiceLine], terms: Terms
) -> Iterator[str]:
    found = sum(len(outcome.findings) for outcome in outcomes)
    idle = [outcome.letter for outcome in outcomes if outcome.result is Result.NOTHING]
    yield f"{len(inside)} lines, {found} findings" + (f"; nothing to check for {', '.join(idle)}" if idle else "")
    outside = len(invoice.lines) - len(inside)
    if outside or invoice.skipped:
        yield f"left out: {outside} lines dated outside the period, {invoice.skipped} rows that the map skips"
    effect = rounding_effect(inside, terms)
    for currency, count in sorted(finer(inside).items()):
        yield f"{count} lines in {currency} were rounded, which changes their sum by {effect[currency]:f}"
