"""A report for programs: JSON with everything in it, CSV of one table."""

from __future__ import annotations

import csv
import io
from typing import Any
from zoneinfo import ZoneInfo

from .moments import Cell, written
from .report import Report, Row, Table


def as_json(report: Report) -> dict[str, Any]:
    """Everything of a report but its charts. Amounts are texts, so that nobody reads them as binary fractions."""
    made = report.made
    return {
        "report": report.name,
        "made": {
            "by": made.who,
            "at": written(made.at, made.zone),
            "from": None if made.period.since is None else written(made.period.since, made.zone),
            "until": written(made.period.until, made.zone),
            "zone": made.zone.key,
            "mappings": list(made.mappings),
            "trail": made.trail,
            "tenant": made.tenant,
        },
        "summary": list(report.summary),
        "tables": {table.name: _table(table, made.zone) for table in report.tables},
    }


def _table(table: Table, zone: ZoneInfo) -> dict[str, Any]:
    def named(row: Row) -> dict[str, str | int | None]:
        return {column: _value(cell, zone) for column, cell in zip(table.columns, row, strict=True)}

    return {
        "title": table.title,
        "note": table.note,
        "rows": [named(row) for row in table.rows],
        "totals": [named(row) for row in table.totals],
    }


def _value(cell: Cell, zone: ZoneInfo) -> str | int | None:
    return cell if cell is None or isinstance(cell, int | str) else written(cell, zone)


def csv_text(table: Table, zone: ZoneInfo) -> str:
    """The rows of a table as RFC 4180 has it, without its totals, so that a spreadsheet adds up nothing twice.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(table.columns)
    writer.writerows([_harmless(cell, zone) for cell in row] for row in table.rows)
    return out.getvalue()


def _harmless(cell: Cell, zone: ZoneInfo) -> str:
    text = written(cell, zone)
    return f"'{text}" if isinstance(cell, str) and text[:1] in ("=", "+", "-", "@", "\t") else text
