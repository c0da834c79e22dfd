"""`retoure report stock`."""

from __future__ import annotations

import click

import retoure.reports as reports

from ...report_options import Asked, deliver, report_options


@click.command("stock")
@report_options
def stock(asked: Asked) -> None:
    """The stock ledger: units returned, accepted, booked, taken back and waiting, by article and warehouse.

    Ghost stock are accepted units that cannot be booked since the article has left the catalogue. All of it
    is counted from the journal.

    \b
    Examples:
      retoure report stock
      retoure report stock --format csv --table ghosts
    """
    made, returns = asked.read()
    deliver(reports.stock(returns, made), asked)
