"""Invoices over the day of returns: a right one agrees, and each damage is found with the return it belongs to."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from retoure import data_folder
from retoure_cli.main import group

from .day import ENVIRONMENT, Played

HEAD = ["Concept", "Transaction ID", "Date", "Amount", "Currency"]
DISBURSED, FEE, CREDIT = "Disbursements on behalf of the customer", "Return or exchange fee", "Credit"


def rows(day: Played) -> list[list[str]]:
    """What Reveni bills for the day: each instant bank transfer, a fee for each return, what was rejected credited."""
    found = []
    for entry in day.platforms.reveni.books()["returns"]:
        now = entry["versions"][-1]
        for refund in now["refunds"] if now["instant"] else ():
            found.append([DISBURSED, now["id"], refund["executed_at"][:10], refund["amount"], refund["currency"]])
        if now["status"] != "incomplete":
            found.append([FEE, now["id"], now["updated_at"][:10], "0.3500", now["currency"]])
        rejected = [line for line in now["return_items"] if line["status"] == "rejected" and now["instant"]]
        for line in rejected:
            found.append([CREDIT, now["id"], now["updated_at"][:10], f"-{line['price']}", now["currency"]])
    return found


@pytest.fixture
def settled(day: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`settled(rows)`: the report about an invoice with these rows."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    def called(lines: list[list[str]], code: int) -> list[Any]:
        file = tmp_path / "invoice.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEAD, *lines])
        words = ["report", "settlement", str(file), "--deployment", str(day.file)]
        words += ["--format", "json", "--rounding", "half_even"]
        result = CliRunner().invoke(group, words)
        assert result.exit_code == code, result.output
        return [
            (row["check"], row["return"], row["drift"])
            for row in json.loads(result.stdout)["tables"]["findings"]["rows"]
        ]

    return called


def test_a_right_invoice_agrees(day: Played, settled: Any) -> None:
    assert settled(rows(day), 0) == []


def test_every_damage_is_found(day: Played, settled: Any) -> None:
    billed, instant, rejected = rows(day), day.ids["instant"], day.ids["corrected-instant"]
    ours = next(row for row in billed if row[:2] == [DISBURSED, instant])
    without = [row for row in billed if row[0] != CREDIT]
    assert settled(without, 1) == [("c", rejected, "59.90")]
    assert settled([*billed, ours], 1) == [("a", instant, ours[3][:-2]), ("b", instant, ours[3][:-2])]
    assert settled([row for row in billed if row is not ours], 1) == [("a", instant, f"-{ours[3][:-2]}")]


def test_an_invoice_that_is_none_says_so(day: Played, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    file = tmp_path / "invoice.csv"
    file.write_text("Concept,Transaction ID,Date,Amount,Currency\nTip,,,1,EUR\n", encoding="utf-8")
    result = CliRunner().invoke(group, ["report", "settlement", str(file), "--deployment", str(day.file)])
    assert result.exit_code == 1
    assert 'row 2: the kind of line "Tip" is not known' in result.output
    wrong = ["report", "settlement", str(file), "--deployment", str(day.file), "--tolerance", "-1"]
    assert CliRunner().invoke(group, wrong).exit_code == 2


def test_the_shipped_fixture_is_what_the_help_shows() -> None:
    names = {file.name for file in (data_folder("mappings") / "reveni_invoice" / "fixtures").iterdir()}
    assert names == {"invoice-2026-04.csv", "invoice-2026-04.json"}
