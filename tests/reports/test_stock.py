"""The stock ledger against what SCAYLE's simulator really holds, unit for unit."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from retoure.reports import ReturnBooks, stock, stock_rows
from retoure.reports.returns import Purpose
from retoure_cli.demo.plan import DISCONTINUED, SOLD_OUT, START_STOCK

from .conftest import at_moment, made
from .day import Played


def booked_by_scayle(day: Played) -> Counter[str]:
    """How many units more SCAYLE holds than in the morning, by SKU, exchanges that were sent out added again."""
    books = day.books()
    sold = Counter(item["sku"] for order in books["ordersCreated"] for item in order["items"])
    found: Counter[str] = Counter()
    for level in books["stock"]:
        start = 0 if level["variant"] == SOLD_OUT else START_STOCK
        found[level["variant"]] += level["sellable"] - start + sold[level["variant"]]
    return +found


def test_what_the_ledger_says_is_booked_is_in_scayles_stock(day: Played, returns: list[ReturnBooks]) -> None:
    net: Counter[str] = Counter()
    for row in stock_rows(returns):
        assert row.warehouse == "main-warehouse" or not row.net
        net[row.sku] += row.net
    assert +net == booked_by_scayle(day)
    assert net.total() > 15


def test_every_accepted_unit_is_booked_a_ghost_or_waiting(returns: list[ReturnBooks]) -> None:
    assert [row for row in stock_rows(returns) if row.not_booked or row.under_way or row.by_hand or row.let_go] == []


def test_an_article_that_left_the_catalogue_is_a_ghost(returns: list[ReturnBooks]) -> None:
    (ghost,) = (row for row in stock_rows(returns) if row.sku == DISCONTINUED)
    assert (ghost.returned, ghost.accepted, ghost.booked, ghost.ghost) == (1, 1, 0, 1)
    (row,) = stock(returns, made()).table("ghosts").rows
    assert row[:3] == (DISCONTINUED, "main-warehouse", 1)
    assert str(row[-1]).startswith("SKU_DISCONTINUED")


def test_a_correction_takes_a_unit_back_and_only_then(day: Played, returns: list[ReturnBooks]) -> None:
    (after,) = (one for one in returns if one.id == day.ids["corrected"])
    (taken,) = (row for row in stock_rows([after]) if row.taken_back)
    assert (taken.sku, taken.accepted, taken.booked, taken.taken_back, taken.net) == ("TEE-S", 0, 1, 1, 0)
    back = next(call for call in after.done(Purpose.STOCK) if call.quantity < 0)
    before = at_moment(day, "corrected", back.wanted_at)
    assert before is not None
    assert sum(row.net for row in stock_rows([before])) == 2
    assert sum(row.taken_back for row in stock_rows([before])) == 0


def test_nothing_is_known_before_the_first_webhook(day: Played) -> None:
    assert at_moment(day, "happy", datetime.fromisoformat("2020-01-01T00:00:00Z")) is None


def test_totals_add_up_the_rows(returns: list[ReturnBooks]) -> None:
    table = stock(returns, made()).table("stock")
    (total,) = table.totals
    for index, column in enumerate(table.columns):
        if column in table.numbers:
            assert total[index] == sum(int(str(row[index])) for row in table.rows)
