"""`retoure report settlement`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path

import click

from retoure.settlement import InvoiceUnreadable, Rounding, Terms, read_invoice
from retoure.settlement import settlement as settled

from ...failures import TO_DO
from ...mapping_files import read_mapping
from ...report_options import Asked, deliver, report_options

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def _amount(ctx: click.Context, parameter: click.Parameter, text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter("say an amount such as 0.01", ctx, parameter)
    return amount


@click.command("settlement")
@click.argument("invoices", nargs=-1, required=True, type=FILE)
@click.option("--map", "mapping", default="reveni_invoice", show_default=True, metavar="MAPPING",
              help="What makes lines of its rows: a map from invoice.Row to settlement.Line.")  # fmt: skip
@click.option("--tolerance", default="0", show_default=True, callback=_amount, metavar="AMOUNT",
              help="How far two amounts may be apart without a finding.")  # fmt: skip
@click.option("--rounding", type=click.Choice([each.value for each in Rounding]), default="half_up", show_default=True)
@report_options
@click.pass_context
def settlement(
    ctx: click.Context, asked: Asked, invoices: tuple[Path, ...], mapping: str, tolerance: Decimal, rounding: str
) -> None:
    """Hold Reveni's INVOICES (CSV or JSON) against the journal: what was advanced, billed twice, or not credited.

    Columns are turned into lines by a map of the language: copy the shipped library `reveni_invoice`, and put your own
    columns into it. It is checked against the columns the files really have.

    Exit code 0: everything agrees. 1: there are findings, or rows that are no lines. 2: wrong use.

    \b
    Examples:
      retoure report settlement invoice-2026-04.csv --from 2026-04-01 --to 2026-04-30
      retoure report settlement invoice-2026-04.json --to 2026-04-30 --format html --out settlement.html
    """
    try:
        invoice = read_invoice(list(invoices), read_mapping(Path(mapping)))
    except InvoiceUnreadable as problem:
        raise click.ClickException(str(problem)) from problem
    made, returns = asked.read()
    report = settled(invoice, returns, made, Terms(tolerance, Rounding(rounding)))
    deliver(report, asked)
    if report.table("findings").rows:
        ctx.exit(TO_DO)
