"""After the retention every figure is what it was before."""

from __future__ import annotations

import csv
import shutil
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from retoure import SqliteStore
from retoure.reports import Period, month_end, period_of, read_returns, refund_lag, stock
from retoure.reports.figures import figures_of
from retoure.reports.returns import ReturnBooks
from retoure.settlement import Invoice, Rounding, Terms, read_invoice, settlement
from retoure_cli.mapping_files import read_mapping

from .conftest import NOW, made
from .day import Played
from .test_settlement import CREDIT, HEAD, rows

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture
def books(day: Played, tmp_path: Path) -> Path:
    """A copy of the day's books, with the same moments, in which everything that was open is closed."""
    copy = tmp_path / "retoure.db"
    shutil.copy(day.file.parent / "retoure.db", copy)
    with closing(SqliteStore(copy)) as store, store._data.transaction() as db:
        db.execute("UPDATE holds SET closed_at = opened_at WHERE closed_at IS NULL")
        db.execute("UPDATE effects SET state = 'skipped', queue = '' WHERE state IN ('queued', 'held')")
        db.execute("UPDATE events SET state = 'done', queue = '' WHERE state IN ('queued', 'held')")
        db.execute("DELETE FROM wakes")
    return copy


def returns(books: Path, period: Period) -> list[ReturnBooks]:
    with closing(SqliteStore(books)) as store:
        return list(read_returns(store, period, store.subjects()))


def figures(books: Path, period: Period) -> Any:
    found = returns(books, period)
    return found, [report(found, made(period)) for report in (month_end, stock, refund_lag)]


@pytest.fixture
def invoice(day: Played, tmp_path: Path) -> Invoice:
    """What Reveni bills for the day, of which a line stands there twice, and a credit is missing."""
    billed = rows(day)
    file = tmp_path / "invoice.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([HEAD, billed[0], *(row for row in billed if row[0] != CREDIT)])
    return read_invoice([file], read_mapping(Path("reveni_invoice")))


def records(books: Path) -> int:
    with closing(SqliteStore(books)) as store, store._data.reading() as db:
        return int(db.execute("SELECT count(*) FROM decisions WHERE record <> 'null'").fetchone()[0])


def test_no_figure_changes_when_the_retention_is_over(books: Path) -> None:
    periods = [period_of(None, last, "Europe/Berlin", NOW) for last in (date(2026, 11, 26), date(2999, 1, 1))]
    before = [figures(books, period) for period in periods]
    with closing(SqliteStore(books)) as store:
        assert store.compact(LATER, 1000, figures_of) == len(store.subjects()) > 15
    assert records(books) == 0
    assert [figures(books, period) for period in periods] == before
    assert any(one.payouts and one.lines and one.approved_at for one in before[-1][0]), "there is something to lose"
    assert any(call.amount for one in before[-1][0] for call in one.calls)


def test_an_invoice_is_settled_as_before_when_the_retention_is_over(books: Path, invoice: Invoice) -> None:
    period = period_of(None, date(2999, 1, 1), "Europe/Berlin", NOW)
    terms = Terms(Decimal(0), Rounding.HALF_EVEN)
    before = settlement(invoice, returns(books, period), made(period), terms)
    with closing(SqliteStore(books)) as store:
        store.compact(LATER, 1000, figures_of)
    assert settlement(invoice, returns(books, period), made(period), terms) == before
    assert {row[0] for row in before.table("findings").rows} >= {"b", "c"}


def test_nothing_personal_is_kept(books: Path) -> None:
    with closing(SqliteStore(books)) as store:
        store.compact(LATER, 1000, figures_of)
        with store._data.reading() as db:
            kept = " ".join(row[0] for row in db.execute("SELECT figures FROM decisions").fetchall())
    assert "return_items" in kept
    assert "@" not in kept
    assert "name" not in kept
