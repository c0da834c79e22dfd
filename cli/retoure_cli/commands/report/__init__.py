"""`retoure report`: the figures finance works with. One report a file."""

from __future__ import annotations

import click

from .exceptions import exceptions
from .month_end import month_end
from .refund_lag import refund_lag
from .settlement import settlement
from .stock import stock


@click.group()
def command() -> None:
    """Figures of the journal as a table, CSV, JSON or a page of HTML that needs no network.

    A report is about whole days of a time zone; what happened later is left out, so that a month can be closed when it
    suits. It says who made it, when, and which mapping versions decided the returns in it. May be used while a worker
    runs.

    \b
    Examples:
      retoure report month-end --from 2026-11-01 --to 2026-11-30 --zone Europe/Berlin
      retoure report stock --format csv
      retoure report exceptions --format html --out exceptions.html
    """


for _each in (exceptions, month_end, refund_lag, settlement, stock):
    command.add_command(_each)
