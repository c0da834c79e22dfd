"""Cells of a report as text."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

Cell = str | int | Decimal | datetime | None
"""What stands in a table. Amounts are decimals with exactly the digits of their currency."""


def shown(cell: Cell, zone: ZoneInfo) -> str:
    """A cell for people: moments by the clock of the zone, to the minute."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def written(cell: Cell, zone: ZoneInfo) -> str:
    """A cell for programs: moments in ISO 8601 with the offset of the zone."""
    return cell.astimezone(zone).isoformat(timespec="seconds") if isinstance(cell, datetime) else shown(cell, zone)
