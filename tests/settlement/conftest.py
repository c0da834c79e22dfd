"""Returns and invoice lines as a test wants them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from retoure import data_folder
from retoure.reports import Made, ReturnBooks, period_of
from retoure.reports.returns import Call, Line, Payout, Purpose, Standing, Verdict
from retoure.settlement import Invoice, InvoiceLine, read_invoice
from retoure.source import Source
from retoure.types.kinds import Money

SHIPPED = data_folder("mappings") / "reveni_invoice"
NOW = datetime(2026, 5, 2, 9, tzinfo=UTC)
APRIL = period_of(date(2026, 4, 1), date(2026, 4, 30), "Europe/Berlin", NOW)
DAY = datetime(2026, 4, 7, 9, tzinfo=UTC)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def money(text: str) -> Money:
    """`12.50 EUR`."""
    amount, _, currency = text.partition(" ")
    return Money(Decimal(amount), currency)


def returned(
    number: str,
    *values: str,
    paid: str = "",
    way: str = "bank_transfer",
    instant: bool = True,
    rejected: tuple[str, ...] = (),
    credited: tuple[str, ...] = (),
    at: datetime = DAY,
    **more: Any,
) -> ReturnBooks:
    """A judged return with lines of these values, and what was paid and credited for it."""
    first = next(iter((*values, *rejected, paid)))
    lines = [Line(f"l{index}", "SKU", 1, Verdict.ACCEPTED, money(value)) for index, value in enumerate(values)]
    lines += [Line(f"x{index}", "SKU", 1, Verdict.REJECTED, money(value)) for index, value in enumerate(rejected)]
    calls = tuple(
        Call(index, Purpose.REFUND, Standing.DONE, at, at, line="l0", order="1", unit=str(index), amount=money(value))
        for index, value in enumerate(credited)
    )
    payouts = (Payout(way, money(paid), at),) if paid else ()
    fields: dict[str, Any] = {"currency": first.partition(" ")[2], "ended_at": at, "approved_at": at, **more}
    return ReturnBooks(
        number,
        "1",
        instant=instant,
        way=way,
        lines=tuple(lines),
        payouts=payouts,
        calls=calls,
        heard_at=(at,),
        **fields,
    )


def line(kind: str, amount: str, subject: str = "", day: date | None = None) -> InvoiceLine:
    return InvoiceLine(f"row {kind}", kind, money(amount), subject, day)


def invoiced(folder: Path, text: str, name: str = "invoice.csv", mapping: str | None = None) -> Invoice:
    """A file with that text, read by the shipped map or another one."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    shipped = SHIPPED / "invoice.rmap"
    return read_invoice([file], Source.read(shipped) if mapping is None else Source("own.rmap", mapping))


MADE = Made("finance", NOW, APRIL)
