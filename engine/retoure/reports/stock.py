"""The stock ledger: what came back of each article, and what of it was booked where. Made from the journal alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from .report import Chart, Made, Report, Row, Table, decided_by
from .returns import Call, Line, Purpose, ReturnBooks, Standing, Verdict
from .scayle import GONE

NOWHERE: Final = ""
COLUMNS: Final = (
    *("sku", "warehouse", "returned", "accepted", "booked", "taken back", "net"),
    *("ghost", "by hand", "under way", "let go", "not booked"),
)

NOTE: Final = (
    "returned: lines of returns that were received or judged. accepted: lines accepted in returns that were approved,"
    " also while they are inspected again. net: booked less taken back by corrections. ghost: accepted, but the article"
    " has left the catalogue. not booked: accepted, and retoure was not asked to book it."
)


@dataclass(frozen=True, slots=True)
class StockRow:
    """Units of one article in one warehouse (empty: of lines that nothing was booked for).

    `ghost` are accepted units that cannot be booked because the article has left the catalogue, `by_hand` those whose
    booking waits for a person for another reason, `let_go` those that a person decided not to book.
    """

    sku: str
    warehouse: str
    returned: int = 0
    accepted: int = 0
    booked: int = 0
    taken_back: int = 0
    ghost: int = 0
    by_hand: int = 0
    under_way: int = 0
    let_go: int = 0

    @property
    def net(self) -> int:
        """What the bookings have added to the stock."""
        return self.booked - self.taken_back

    @property
    def not_booked(self) -> int:
        """Accepted units that no booking accounts for: goods that somebody else books, or a mistake."""
        return self.accepted - self.net - self.ghost - self.by_hand - self.under_way - self.let_go

    def plus(self, other: StockRow) -> StockRow:
        """Both together, under the name of this one."""
        added = {name: getattr(self, name) + getattr(other, name) for name in _COUNTS}
        return replace(self, **added)


_COUNTS: Final = ("returned", "accepted", "booked", "taken_back", "ghost", "by_hand", "under_way", "let_go")


def stock_rows(returns: Sequence[ReturnBooks]) -> tuple[StockRow, ...]:
    """One row for each article and warehouse, in their order."""
    rows: dict[tuple[str, str], StockRow] = {}
    for part in (part for one in returns for part in _of_return(one)):
        key = (part.sku, part.warehouse)
        rows[key] = rows.get(key, StockRow(*key)).plus(part)
    return tuple(rows[key] for key in sorted(rows) if any(getattr(rows[key], name) for name in _COUNTS))


def _of_return(one: ReturnBooks) -> Iterator[StockRow]:
    calls: dict[str, list[Call]] = defaultdict(list)
    for call in one.calls:
        if call.purpose is Purpose.STOCK:
            calls[call.line].append(call)
    places = {line: found[-1].warehouse for line, found in calls.items()}
    yield from (_line(line, one, places.get(line.id, NOWHERE)) for line in one.lines)
    yield from (_call(call) for found in calls.values() for call in found)


def _line(line: Line, one: ReturnBooks, warehouse: str) -> StockRow:
    accepted = line.quantity if line.verdict is Verdict.ACCEPTED and one.approved_at is not None else 0
    return StockRow(line.sku, warehouse, returned=line.quantity if one.came_back else 0, accepted=accepted)


def _call(call: Call) -> StockRow:
    row = StockRow(call.sku, call.warehouse)
    match call.standing:
        case Standing.DONE:
            return replace(row, booked=max(call.quantity, 0), taken_back=max(-call.quantity, 0))
        case Standing.BY_HAND:
            ghost = call.error.startswith(f"{GONE}:")
            return replace(row, ghost=call.quantity) if ghost else replace(row, by_hand=call.quantity)
        case Standing.UNDER_WAY:
            return replace(row, under_way=call.quantity)
        case Standing.LET_GO:
            return replace(row, let_go=call.quantity)
    return row


# --- the report -------------------------------------------------------------------------------------------------------


def stock(returns: Sequence[ReturnBooks], made: Made) -> Report:
    """The stock ledger at the end of the period, and each ghost unit with how long it has waited."""
    rows = stock_rows(returns)
    total = StockRow("all", "")
    for row in rows:
        total = total.plus(row)
    ledger = Table(
        "stock",
        "Units by article and warehouse",
        COLUMNS,
        tuple(map(_cells, rows)),
        (_cells(total),),
        frozenset(COLUMNS[2:]),
        NOTE,
    )
    ghosts = ghost_stock(returns, made.period.until)
    return Report(
        "stock",
        "Stock ledger",
        replace(made, mappings=decided_by(returns)),
        (ledger, ghosts),
        tuple(_charts(rows)),
        _summary(total, returns),
    )


def _cells(row: StockRow) -> Row:
    counts = (row.returned, row.accepted, row.booked, row.taken_back, row.net)
    return row.sku, row.warehouse, *counts, row.ghost, row.by_hand, row.under_way, row.let_go, row.not_booked


def ghost_stock(returns: Sequence[ReturnBooks], until: datetime) -> Table:
    """Bookings that wait for a person, longest first, with how many days each had waited by `until`."""
    found = [
        (one, call)
        for one in returns
        for call in one.calls
        if call.purpose is Purpose.STOCK and call.standing is Standing.BY_HAND
    ]
    rows = (
        (call.sku, call.warehouse, call.quantity, one.id, call.at, (until - call.at).days, call.error)
        for one, call in sorted(found, key=lambda pair: pair[1].at)
    )
    columns = ("sku", "warehouse", "units", "return", "since", "days", "why")
    return Table(
        "ghosts",
        "Accepted units that wait to be booked by hand",
        columns,
        tuple(rows),
        (),
        frozenset({"units", "days"}),
    )


def _charts(rows: Sequence[StockRow]) -> Iterator[Chart]:
    for title, name in (("Booked into stock", "net"), ("Ghost stock", "ghost")):
        bars = [(f"{row.sku} {row.warehouse}".strip(), float(getattr(row, name))) for row in rows if getattr(row, name)]
        if bars:
            yield Chart(title, "units", tuple(sorted(bars, key=lambda bar: -bar[1])[:20]))


def _summary(total: StockRow, returns: Sequence[ReturnBooks]) -> tuple[str, ...]:
    said = [f"{total.accepted} units accepted, {total.net} in stock, {total.ghost} ghosts, {total.by_hand} by hand"]
    trimmed = sum(one.trimmed for one in returns)
    if trimmed:
        said.append(f"{trimmed} returns are past the retention: their bookings count, their lines are not known")
    return tuple(said)
