"""What a platform or a shopper wrote stays text, in every format."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from retoure.reports import Report, Table, as_json, csv_text, html_page
from retoure.reports.report import Chart

from .conftest import made

EVIL = '=HYPERLINK("http://x"), <script>alert(1)</script>'
TABLE = Table("t", "T", ("a", "b", "c"), ((EVIL, Decimal("-1.50"), datetime(2026, 3, 29, 12, tzinfo=UTC)),))
REPORT = Report("r", "R", made(), (TABLE,), (Chart(EVIL, "units", ((EVIL, 3.0), ("none", 0.0))),))


def test_markup_is_escaped_in_tables_and_charts() -> None:
    page = html_page(REPORT)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_spreadsheet_runs_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(csv_text(TABLE, ZoneInfo("Europe/Berlin")))))
    assert rows == [["a", "b", "c"], ["'" + EVIL, "-1.50", "2026-03-29T14:00:00+02:00"]]


def test_amounts_are_exact_in_json() -> None:
    assert as_json(REPORT)["tables"]["t"]["rows"] == [{"a": EVIL, "b": "-1.50", "c": "2026-03-29T12:00:00+00:00"}]


def test_a_page_says_whose_books_they_are_and_where_the_trail_stood() -> None:
    page = html_page(replace(REPORT, made=replace(made(), tenant="shop-b", trail="17:3f9a")))
    assert "<dt>Tenant</dt><dd>shop-b</dd>" in page
    assert "17:3f9a" in page
    assert "Tenant" not in html_page(REPORT)
