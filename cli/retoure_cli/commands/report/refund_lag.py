"""`retoure report refund-lag`."""

from __future__ import annotations

import click

import retoure.reports as reports

from ...report_options import Asked, deliver, report_options


@click.command("refund-lag")
@report_options
def refund_lag(asked: Asked) -> None:
    """How long shoppers wait for their money: from arrival and from approval to the refund.

    The second table names what is approved and not refunded yet.

    \b
    Examples:
      retoure report refund-lag --from 2026-11-01
      retoure report refund-lag --format html --out lag.html
    """
    made, returns = asked.read()
    deliver(reports.refund_lag(returns, made), asked)
