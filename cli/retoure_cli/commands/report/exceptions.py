"""`retoure report exceptions`."""

from __future__ import annotations

import click

import retoure.reports as reports

from ...report_options import Asked, deliver, report_options


@click.command("exceptions")
@report_options
def exceptions(asked: Asked) -> None:
    """Everything that waits for a person: holds, dead letters and differences between the systems.

    The worst first, each with owner, age, money at stake, cause, place in the mapping, and what to do about it.

    \b
    Examples:
      retoure report exceptions
      retoure report exceptions --format html --out exceptions.html
    """
    made, returns = asked.read()
    said = reports.attention(asked.trail(made))
    found = reports.attended(reports.cases(returns), said, made.at, resting=True)
    deliver(reports.exceptions(found, returns, made), asked)
