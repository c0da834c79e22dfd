"""`retoure report month-end`."""

from __future__ import annotations

import click

import retoure.reports as reports

from ...report_options import Asked, deliver, report_options


@click.command("month-end")
@report_options
def month_end(asked: Asked) -> None:
    """Every return with both sides, every credit note, what is open, what people settled, and sums by currency.

    Amounts are rounded half up where they stand in a row, so that the rows add up to the sums.

    \b
    Examples:
      retoure report month-end --from 2026-11-01 --to 2026-11-30 --zone Europe/Berlin
      retoure report month-end --format csv --table credit-notes
      retoure report month-end --format html --out november.html
      retoure report month-end --format json
    """
    made, returns = asked.read()
    deliver(reports.month_end(returns, made, asked.trail(made)), asked)
