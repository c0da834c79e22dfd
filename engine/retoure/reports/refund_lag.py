"""How long shoppers wait for their money: from the goods' arrival to the approval, and on to the refund."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Final

from .period import Period
from .report import Chart, Made, Report, Row, Table, decided_by
from .returns import Purpose, ReturnBooks

HOUR: Final = timedelta(hours=1)
STEPS: Final = ((1, "up to 1 h"), (24, "up to 1 day"), (72, "up to 3 days"), (168, "up to 7 days"))
LONGER: Final = "longer"


@dataclass(frozen=True, slots=True)
class Lag:
    """The moments of one return that is to be paid. `refunded_at` is when money, or the word that it is paid, went out
    last; None while something of it is to come.
    """

    of: ReturnBooks
    received_at: datetime | None
    approved_at: datetime | None
    refunded_at: datetime | None

    def hours(self, since: datetime | None) -> Decimal | None:
        """Hours from a moment to the refund, negative for one that went out before it; None while one is missing."""
        if since is None or self.refunded_at is None:
            return None
        return (Decimal(round((self.refunded_at - since).total_seconds())) / 3600).quantize(Decimal("0.1"))


def refund_lag(returns: Sequence[ReturnBooks], made: Made) -> Report:
    """Every return that was refunded in the period, and those approved by its end and still not refunded."""
    lags = [lag for lag in map(lag_of, returns) if lag is not None]
    paid = [lag for lag in lags if made.period.holds(lag.refunded_at)]
    waiting = [lag for lag in lags if lag.refunded_at is None]
    tables = (_table(paid), _waiting(waiting, made.period))
    return Report(
        "refund-lag",
        "Refund lag",
        replace(made, mappings=decided_by(returns)),
        tables,
        tuple(_charts(paid)),
        tuple(_summary(paid, waiting)),
    )


def lag_of(one: ReturnBooks) -> Lag | None:
    """None for a return that is not approved and was not paid, or has nothing to be refunded in money."""
    moments = [pay.at for pay in one.payouts if pay.at is not None]
    moments += [call.at for call in (*one.done(Purpose.REFUND), *one.done(Purpose.SETTLED)) if not call.undo]
    owed = any(not line.exchanged for line in one.lines)
    if not owed or not (moments or one.approved):
        return None
    left = any(call.purpose in (Purpose.REFUND, Purpose.SETTLED) for call in one.unfinished)
    return Lag(one, one.received_at, one.approved_at, max(moments) if moments and not left else None)


def _table(paid: Sequence[Lag]) -> Table:
    columns = (
        *("return", "order", "instant", "received at", "approved at", "refunded at"),
        *("hours since received", "hours since approved"),
    )
    rows = tuple(_row(lag) for lag in sorted(paid, key=lambda lag: lag.of.id))
    note = (
        "received and approved: when Reveni said so first. refunded: the last refund of Reveni, or report to SCAYLE."
        " Negative: an instant refund, paid before the goods came back."
    )
    return Table("refunded", "Refunded in the period", columns, rows, (), frozenset(columns[6:]), note)


def _row(lag: Lag) -> Row:
    moments = (lag.received_at, lag.approved_at, lag.refunded_at)
    instant = "" if lag.of.instant is None else ("yes" if lag.of.instant else "no")
    return lag.of.id, lag.of.order, instant, *moments, lag.hours(lag.received_at), lag.hours(lag.approved_at)


def _waiting(waiting: Sequence[Lag], period: Period) -> Table:
    rows = sorted(waiting, key=lambda lag: lag.approved_at or period.until)
    cells: tuple[Row, ...] = tuple(
        (lag.of.id, lag.of.order, lag.approved_at, _days(lag.approved_at, period.until)) for lag in rows
    )
    columns = ("return", "order", "approved at", "days")
    return Table("waiting", "Approved and not refunded yet", columns, cells, (), frozenset({"days"}))


def _days(since: datetime | None, until: datetime) -> int | None:
    return None if since is None else (until - since).days


def _charts(paid: Sequence[Lag]) -> Iterator[Chart]:
    hours = [found for lag in paid if (found := lag.hours(lag.approved_at)) is not None]
    if hours:
        yield Chart("From approval to refund", "returns", tuple(_steps(hours)))


def _steps(hours: Sequence[Decimal]) -> Iterator[tuple[str, float]]:
    least: Decimal | None = None
    for most, name in STEPS:
        yield name, float(sum(hour <= most and (least is None or hour > least) for hour in hours))
        least = Decimal(most)
    yield LONGER, float(sum(hour > STEPS[-1][0] for hour in hours))


def _summary(paid: Sequence[Lag], waiting: Sequence[Lag]) -> Iterator[str]:
    yield f"{len(paid)} returns refunded in the period, {len(waiting)} approved and still waiting at its end"
    for name, hours in (
        ("since received", [lag.hours(lag.received_at) for lag in paid]),
        ("since approved", [lag.hours(lag.approved_at) for lag in paid]),
    ):
        known = sorted(hour for hour in hours if hour is not None)
        if known:
            yield f"hours {name}: median {median(known):.1f}, nine in ten within {known[-(-9 * len(known) // 10) - 1]}"
