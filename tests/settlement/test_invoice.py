"""Files become lines through a map that is checked against the columns they really have."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from retoure import CompileFailed
from retoure.settlement import InvoiceUnreadable, read_invoice
from retoure.settlement.table_files import TableUnreadable, column, read_table
from retoure.source import Source

from .conftest import SHIPPED, invoiced

HEAD = "Concept,Transaction ID,Date,Amount,Currency\n"
SHIPPED_MAP = Source.read(SHIPPED / "invoice.rmap")


def test_the_shipped_fixtures_are_read() -> None:
    folder = SHIPPED / "fixtures"
    invoice = read_invoice([folder / "invoice-2026-04.csv"], SHIPPED_MAP)
    first = invoice.lines[0]
    assert (first.kind, first.amount.amount, first.amount.currency) == ("disbursement", Decimal("39.9000"), "EUR")
    assert (first.subject, str(first.day)) == ("018d8d18bef0c04bdead5dabafda4e58", "2026-04-07")
    assert {line.kind for line in invoice.lines} >= {"bonus", "credit", "plan", "minimum_fee", "total"}
    assert invoice.made_by.startswith("reveni_invoice 1.0.0 ")
    other = read_invoice([folder / "invoice-2026-04.json"], SHIPPED_MAP)
    assert replace(other.lines[0], place=first.place) == first
    assert other.lines[0].place == "invoice-2026-04.json, row 1"
    assert (other.lines[1].amount.amount, other.lines[1].subject) == (Decimal("199.00"), "")


def test_wrong_rows_are_named_with_place_and_remedy(tmp_path: Path) -> None:
    rows = (
        "Returns plan,,2026-04-30,twelve,EUR\nTip,,2026-04-30,1,EUR\nReturns plan,,30.04.2026,1,EUR\nCredit,,,1,EURO\n"
    )
    with pytest.raises(InvoiceUnreadable) as refused:
        invoiced(tmp_path, HEAD + rows)
    assert refused.value.problems[:3] == (
        "invoice.csv, row 2: twelve is not an amount: write it like 12.5000",
        'invoice.csv, row 3: the kind of line "Tip" is not known: add it to table line_kind',
        "invoice.csv, row 4: 30.04.2026 is not a day: write it like 2026-04-30",
    )
    assert "currency" in refused.value.problems[3]


def test_a_map_is_checked_against_the_columns_there_are(tmp_path: Path) -> None:
    with pytest.raises(CompileFailed) as failed:
        invoiced(tmp_path, "Concept,Transaction,Date,Sum,Currency\nReturns plan,,2026-04-30,1,EUR\n")
    told = [finding.message for finding in failed.value.findings]
    assert any("transaction_id" in message for message in told)
    assert any("amount" in message for message in told)


def test_a_column_called_net_is_no_address_of_a_host(tmp_path: Path) -> None:
    """It stands in texts, too: `"{row.net …} is not an amount"`."""
    text = HEAD.replace("Amount", "Net") + "Returns plan,,2026-04-30,12.00,EUR\n"
    invoice = invoiced(tmp_path, text, mapping=SHIPPED_MAP.text.replace("row.amount", "row.net"))
    assert [line.amount.amount for line in invoice.lines] == [Decimal("12.00")]


def test_another_invoice_needs_only_another_map(tmp_path: Path) -> None:
    text = SHIPPED_MAP.text.replace("row.amount", "row.betrag").replace("row.concept", "row.art")
    text = text.replace('"Returns plan", "Shipments plan"', '"Grundgebühr"')
    text = text.replace("row.currency", "row.waehrung").replace("row.transaction_id", "row.retoure_nr")
    text = text.replace("row.date", "row.tag")
    rows = "Art;Retoure Nr.;Tag;Betrag;Waehrung\nGrundgebühr;;2026-04-30;12.50;EUR\n"
    (line,) = invoiced(tmp_path, rows, mapping=text).lines
    assert (line.kind, line.amount.amount) == ("plan", Decimal("12.50"))


def test_a_file_without_a_fitting_map_is_refused(tmp_path: Path) -> None:
    text = SHIPPED_MAP.text[: SHIPPED_MAP.text.index("map line")]
    with pytest.raises(InvoiceUnreadable, match=r"no map from invoice\.Row to settlement\.Line"):
        invoiced(tmp_path, HEAD + "Returns plan,,,1,EUR\n", mapping=text)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "is empty"),
        ("a.csv", HEAD, "holds no rows"),
        ("a.csv", "Amount,amount\n1,2\n", "two columns are called `amount`"),
        ("a.csv", "a,b\n1,2,3\n", "row 2 has 3 cells for 2 columns"),
        ("a.csv", 'a,b\n"1,2\n', "not closed"),
        ("a.json", "{", "not JSON"),
        ("a.json", '{"a": 1}', "expected a list of objects"),
        ("a.json", "[1]", "expected a list of objects"),
    ],
)
def test_files_that_are_no_tables_say_why(tmp_path: Path, name: str, text: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TableUnreadable, match=said):
        read_table(file)


def test_names_of_columns_can_be_written_in_a_mapping() -> None:
    titles = ("Transaction ID", "transactionId", "transaction-id ", "Reverse logistics fee (EUR)", "2026", "€")
    assert [column(title) for title in titles] == [
        *("transaction_id",) * 3,
        *("reverse_logistics_fee_eur", "column_2026", "column_"),
    ]
