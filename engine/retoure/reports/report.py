"""What every report is: who made it from what, tables and charts. Plain data that each format writes down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from .moments import Cell
from .period import Period
from .returns import ReturnBooks

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """Who made a report, when, about which days, and which mapping versions decided the returns in it.

    `tenant` is whose books they are, where there are several. `trail` is the head of the audit trail then:
    `retoure trail verify --head` tells whether it is still in it.
    """

    who: str
    at: datetime
    period: Period
    mappings: tuple[str, ...] = ()
    trail: str = ""
    tenant: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone whose days and clock it uses."""
        return self.period.zone


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `totals` are rows that add up those above; `numbers` names columns that stand to the right.

    `name` is what programs call it, `title` what people read, `note` says how its figures are counted.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Row, ...] = ()
    numbers: frozenset[str] = frozenset()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one length scale; `unit` is what their numbers count."""

    title: str
    unit: str
    bars: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `name` is the word after `retoure report`; `summary` is what it says in a few lines."""

    name: str
    title: str
    made: Made
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()
    summary: tuple[str, ...] = field(default=())

    def table(self, name: str) -> Table:
        """One of its tables. Raises KeyError."""
        return {table.name: table for table in self.tables}[name]


def decided_by(returns: Sequence[ReturnBooks]) -> tuple[str, ...]:
    """The mapping versions that decided these returns last."""
    return tuple(sorted({one.mapping for one in returns if one.mapping}))
