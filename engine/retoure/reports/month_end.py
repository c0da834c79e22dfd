"""The month-end file: every return with both sides, every credit note, what is open, what people settled, and sums by
currency.

Amounts are rounded where they stand in a row (half up, to the smallest unit of the currency), so that the rows add up
to the sums exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from ..connectors.redact import without_addresses
from ..delivery.trail import Act, Actor, TrailEntry
from ..types.kinds import Money
from .money import by_currency, rounded, zero
from .period import Period
from .report import Chart, Made, Report, Row, Table, decided_by
from .returns import Call, Purpose, ReturnBooks, Standing

SIDES: Final = ("reveni refunds", "scayle credited", "settled outside", "difference", "exchanged")
RETURNS: Final = ("return", "order", "status", "instant", "currency", "value", *SIDES, "open", "mapping")
NOTE: Final = (
    "reveni refunds: those that Reveni says were completed in the period. scayle credited: units reported to SCAYLE in"
    " the period, which refunds them and makes a credit note, at the price of the order. settled outside: units that"
    " SCAYLE was told are paid elsewhere. difference: Reveni's side less both of SCAYLE's. exchanged: units settled"
    " with other goods, no money. Amounts are rounded half up in each row."
)


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that moved for one return in one currency within the period. `open` counts what is unfinished."""

    of: ReturnBooks
    currency: str
    value: Decimal | None
    open: int
    refunded: Decimal
    credited: Decimal
    settled: Decimal
    exchanged: Decimal

    @property
    def difference(self) -> Decimal:
        """What Reveni has refunded and SCAYLE knows nothing of; negative the other way round."""
        return self.refunded - self.credited - self.settled

    @property
    def sides(self) -> tuple[Decimal, ...]:
        """The amounts of SIDES, in that order."""
        return self.refunded, self.credited, self.settled, self.difference, self.exchanged


def month_end(returns: Sequence[ReturnBooks], made: Made, trail: Sequence[TrailEntry] = ()) -> Report:
    """Everything finance closes a period on. `trail` is what people did, as far as it is known."""
    moved = [part for one in returns if concerns(one, made.period) for part in _moved(one, made.period)]
    sums = totals(moved)
    facts = (_returns(moved, sums), credit_notes(returns, made.period), open_items(returns))
    tables = (*facts, by_hand(trail, made.period), _sums(sums))
    return Report(
        "month-end",
        "Month-end",
        replace(made, mappings=decided_by(returns)),
        tables,
        tuple(_charts(sums)),
        tuple(_summary(moved, tables, returns)),
    )


def concerns(one: ReturnBooks, period: Period) -> bool:
    """Whether something happened to a return in the period, or it is still open at its end."""
    moments: list[datetime | None] = [*one.heard_at, *(call.at for call in one.calls), *(pay.at for pay in one.payouts)]
    return bool(one.unfinished or one.questions or one.letters) or any(map(period.holds, moments))


# --- what moved -------------------------------------------------------------------------------------------------------


def _moved(one: ReturnBooks, period: Period) -> Iterator[Moved]:
    """A row for the return's currency, and one for any other in which money moved."""
    exchanged = frozenset(line.id for line in one.lines if line.exchanged)
    columns = (
        by_currency(pay.amount for pay in one.payouts if period.holds(pay.at)),
        by_currency(_amounts(call for call in one.done(Purpose.REFUND) if period.holds(call.at))),
        _settled(one, period, lambda call: call.line not in exchanged),
        _settled(one, period, lambda call: call.line in exchanged),
    )
    known = (one.currency, *(code for column in columns for code in column))
    for currency in filter(None, dict.fromkeys(known)):
        amounts = [column.get(currency, zero(currency)) for column in columns]
        own = currency == one.currency
        value = rounded(one.value) if own and one.value is not None else None
        left = len(one.unfinished) + len(one.questions) + len(one.letters) if own else 0
        yield Moved(one, currency, value, left, *amounts)


def _settled(one: ReturnBooks, period: Period, counts: Callable[[Call], bool]) -> dict[str, Decimal]:
    """What is recorded as paid elsewhere at the end of the period, less what was at its beginning."""
    after = by_currency(_amounts(call for call in _recorded(one, period.until) if counts(call)))
    if period.since is None:
        return after
    before = by_currency(_amounts(call for call in _recorded(one, period.since) if counts(call)))
    return {code: after.get(code, zero(code)) - before.get(code, zero(code)) for code in after | before}


def _recorded(one: ReturnBooks, moment: datetime) -> Iterator[Call]:
    """The units that SCAYLE knows as paid elsewhere at a moment: the last record of each counts."""
    last: dict[str, Call] = {}
    for call in one.done(Purpose.SETTLED):
        if call.at < moment:
            last[call.unit] = call
    return (call for call in last.values() if not call.undo)


def _amounts(calls: Iterator[Call]) -> Iterator[Money]:
    return (call.amount for call in calls if call.amount is not None)


def totals(moved: Sequence[Moved]) -> dict[str, tuple[Decimal, ...]]:
    """The sums of SIDES in each currency."""
    sums: dict[str, tuple[Decimal, ...]] = {}
    for row in moved:
        if row.currency:
            before = sums.get(row.currency, (zero(row.currency),) * len(SIDES))
            sums[row.currency] = tuple(a + b for a, b in zip(before, row.sides, strict=True))
    return dict(sorted(sums.items()))


# --- tables -----------------------------------------------------------------------------------------------------------


def _returns(moved: Sequence[Moved], sums: dict[str, tuple[Decimal, ...]]) -> Table:
    rows = tuple(_cells(row) for row in moved)
    ends: tuple[Row, ...] = tuple(
        ("all", "", "", "", currency, None, *found, None, "") for currency, found in sums.items()
    )
    return Table("returns", "Returns, with both sides", RETURNS, rows, ends, frozenset({"value", *SIDES, "open"}), NOTE)


def _cells(row: Moved) -> Row:
    one = row.of
    instant = "" if one.instant is None else ("yes" if one.instant else "no")
    return one.id, one.order, one.status, instant, row.currency, row.value, *row.sides, row.open, one.mapping


def credit_notes(returns: Sequence[ReturnBooks], period: Period) -> Table:
    """Every unit that was reported to SCAYLE in the period: each makes a credit note, or is part of one.

    SCAYLE's invoice list has no amounts (scayle.md 4.4), so the price of the order stands here.
    """
    found = [(one, call) for one in returns for call in one.done(Purpose.REFUND) if period.holds(call.at)]
    rows = tuple(
        (call.at, call.order, call.unit, one.id, _currency(call), None if call.amount is None else rounded(call.amount))
        for one, call in sorted(found, key=lambda pair: (pair[1].at, pair[1].id))
    )
    sums = by_currency(_amounts(call for _, call in found))
    ends: tuple[Row, ...] = tuple((None, "all", "", "", currency, sums[currency]) for currency in sorted(sums))
    columns = ("reported at", "order", "unit", "return", "currency", "amount")
    note = "One unit a row, at the price of the order: SCAYLE's list of credit notes has no amounts."
    return Table("credit-notes", "Credit notes", columns, rows, ends, frozenset({"amount"}), note)


def _currency(call: Call) -> str:
    return call.amount.currency if call.amount else ""


def open_items(returns: Sequence[ReturnBooks]) -> Table:
    """What is not finished at the end of the period."""
    rows = tuple(row for one in returns for row in _open(one))
    columns = ("return", "order", "what", "for", "since", "why")
    return Table("open", "What is open", columns, rows)


def _open(one: ReturnBooks) -> Iterator[Row]:
    held = {question.effect for question in one.questions}
    for question in one.questions:
        yield one.id, one.order, f"hold-{question.id}", question.team, question.opened_at, question.reason
    for call in one.unfinished:
        if call.id not in held:
            where = f"queue {call.queue}" if call.standing is Standing.BY_HAND and call.queue else call.standing.value
            why = call.error or "not sent yet"
            yield one.id, one.order, f"effect-{call.id} {call.operation}", where, call.wanted_at, why
    for letter in one.letters:
        yield one.id, one.order, letter, "queue", None, "could not be decided"


ENDED: Final = frozenset({Act.CLOSED, Act.EDITED, Act.RESOLVED, Act.DROPPED})


def by_hand(trail: Sequence[TrailEntry], period: Period) -> Table:
    """What people changed, settled or let go in the period: a difference without an open item comes from there."""
    found = (entry for entry in trail if entry.deed.act in ENDED and period.holds(entry.at))
    rows = tuple(_deed(entry) for entry in found if entry.deed.actor is Actor.PERSON)
    return Table("by-hand", "What people settled", ("at", "who", "did", "what", "return", "why"), rows)


def _deed(entry: TrailEntry) -> Row:
    deed = entry.deed
    how = f"{deed.act}: {deed.detail['how']}" if "how" in deed.detail else deed.act.value
    return entry.at, deed.who, how, deed.about, deed.subject, without_addresses(str(deed.detail.get("why", "")))


def _sums(sums: dict[str, tuple[Decimal, ...]]) -> Table:
    rows: tuple[Row, ...] = tuple((currency, *found) for currency, found in sums.items())
    return Table("sums", "Sums by currency", ("currency", *SIDES), rows, (), frozenset(SIDES))


def _charts(sums: dict[str, tuple[Decimal, ...]]) -> Iterator[Chart]:
    for currency, found in sums.items():
        if any(found):
            yield Chart(f"Moved in {currency}", currency, tuple(zip(SIDES, map(float, found), strict=True)))


def _summary(moved: Sequence[Moved], tables: Sequence[Table], returns: Sequence[ReturnBooks]) -> Iterator[str]:
    _, notes, left, *_ = tables
    number = len({row.of.id for row in moved})
    yield f"{number} returns, {len(notes.rows)} units credited, {len(left.rows)} open items"
    unknown = sum(call.amount is None for one in returns for call in one.done(Purpose.REFUND))
    if unknown:
        yield f"{unknown} credited units have no known price: their orders are past the retention, or were not read"
