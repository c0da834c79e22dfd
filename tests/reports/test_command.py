"""`retoure report`: every report in every format, from real books."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from retoure.reports import ReturnBooks, stock_rows
from retoure_cli.main import group

from .day import ENVIRONMENT, Played

REPORTS = ("exceptions", "stock", "refund-lag", "month-end")


@pytest.fixture
def run(day: Played, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`run("stock", "--format", "csv")` on the books of the day."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def called(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(group, ["report", *arguments, "--deployment", str(day.file), "--by", "Ann"])
        assert result.exit_code == code, result.output
        return result

    return called


class Page(HTMLParser):
    """The addresses a page would load, and its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("report", REPORTS)
def test_every_format_has_every_figure(report: str, run: Any, tmp_path: Path) -> None:
    found = json.loads(run(report, "--format", "json").stdout)
    assert found["made"]["by"] == "Ann"
    assert found["made"]["mappings"][0].startswith("reveni_to_scayle 1.0.0 ")
    page = tmp_path / "report.html"
    run(report, "--format", "html", "--out", str(page))
    read = Page(page.read_text(encoding="utf-8"))
    printed = run(report).stdout
    for name, table in found["tables"].items():
        rows = list(csv.reader(io.StringIO(run(report, "--format", "csv", "--table", name).stdout)))
        assert len(rows) == 1 + len(table["rows"])
        for row in table["rows"]:
            for value in map(str, filter(None, row.values())):
                if not re.match(r"\d{4}-\d\d-\d\dT", value):
                    assert value in read.words
                    assert value in printed
    assert read.loads == []


def test_a_page_says_who_made_it_of_what_and_whose_days(run: Any, tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    run("stock", "--format", "html", "--out", str(page), "--zone", "Asia/Tokyo", "--from", "2020-01-01")
    words = Page(page.read_text(encoding="utf-8")).words
    for said in ("by Ann", "reveni_to_scayle 1.0.0", "from 2020-01-01 to the end of", "days of Asia/Tokyo"):
        assert said in words


def test_the_stock_report_is_the_ledger(run: Any, returns: list[ReturnBooks]) -> None:
    rows = json.loads(run("stock", "--format", "json").stdout)["tables"]["stock"]["rows"]
    assert [(row["sku"], row["net"], row["ghost"]) for row in rows] == [
        (row.sku, row.net, row.ghost) for row in stock_rows(returns)
    ]


def test_exceptions_begin_with_the_worst_and_say_what_to_do(run: Any, day: Played) -> None:
    rows = json.loads(run("exceptions", "--format", "json").stdout)["tables"]["exceptions"]["rows"]
    first = rows[0]
    assert (first["severity"], first["owner"], first["return"]) == ("high", "finance", day.ids["corrected"])
    assert (first["currency"], first["at stake"]) == ("EUR", "189.90")
    assert re.fullmatch(r".*returns\.rmap:\d+", first["place"])
    ghost = next(row for row in rows if row["return"] == day.ids["discontinued"])
    assert re.fullmatch(r"adjust the stock by hand, then retoure queue done effect-\d+ --why TEXT", ghost["action"])


def test_every_refund_of_the_day_has_its_lag(run: Any, day: Played) -> None:
    tables = json.loads(run("refund-lag", "--format", "json").stdout)["tables"]
    refunded = {row["return"]: row for row in tables["refunded"]["rows"]}
    assert tables["waiting"]["rows"] == []
    for name in ("happy", "instant", "duplicates", "partial", "skipped", "mixed"):
        row = refunded[day.ids[name]]
        assert row["received at"] is not None
        assert row["approved at"] <= row["refunded at"]
    assert day.ids["exchange"] not in refunded
    assert day.ids["unknown-sku"] not in refunded


def test_before_the_first_return_there_is_nothing(run: Any) -> None:
    for report in REPORTS:
        tables = json.loads(run(report, "--to", "2020-01-31", "--format", "json").stdout)["tables"]
        assert [table["rows"] for table in tables.values() if table["rows"]] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zone", "Mars/Olympus"), 'there is no time zone "Mars/Olympus"'),
        (("--from", "2026-12-01", "--to", "2026-11-30"), "before it begins"),
        (("--table", "stock"), "--table goes with --format csv"),
        (("--format", "csv", "--table", "stack"), "it has stock, ghosts"),
        (("--out", "report.txt"), "say which with --format"),
        (("--from", "yesterday"), "`yesterday`: write it as in 2026-03-07"),
    ],
)
def test_wrong_use_is_named_with_its_remedy(run: Any, arguments: tuple[str, ...], said: str) -> None:
    assert said in run("stock", *arguments, code=2).output
