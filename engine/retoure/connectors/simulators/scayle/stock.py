"""Absolute stock, ordered by `changedAt` (scayle.md 5).

A sale blocks quantity; a later write releases a blocker only when its `changedAt` is newer than the blocker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .answers import iso
from .switches import Switches

Place = tuple[int, str, str]
"""Variant id, warehouse key, merchant key: stock is kept per these three."""


@dataclass(slots=True)
class Level:
    """One stock: the quantity last written, when that was true, and what sales have blocked since."""

    quantity: int
    changed_at: datetime
    sellable_without_stock: bool = False
    expected_availability_at: str | None = None
    blockers: list[datetime] = field(default_factory=list)

    @property
    def sellable(self) -> int:
        """What may still be sold, never below 0."""
        return max(0, self.quantity - len(self.blockers))


@dataclass(frozen=True, slots=True)
class StockWrite:
    """A wanted stock: absolute sellable `quantity`, true at `changed_at`."""

    variant_id: int
    sku: str
    warehouse: str
    merchant: str
    quantity: int
    changed_at: datetime
    sellable_without_stock: bool | None = None
    expected_availability_at: str | None = None

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return self.variant_id, self.warehouse, self.merchant


@dataclass(slots=True)
class StockBook:
    """All stock levels and every write ever tried."""

    levels: dict[Place, Level] = field(default_factory=dict)
    writes: list[dict[str, Any]] = field(default_factory=list)

    def write(self, wanted: StockWrite, switches: Switches) -> tuple[Level, bool]:
        """The level now in force and whether this write was taken; a stale one is ignored without an error."""
        level = self.levels.get(wanted.place)
        taken = level is None or _newer(wanted.changed_at, level.changed_at, switches)
        if taken:
            level = self.levels[wanted.place] = _written(wanted, level, switches)
        assert level is not None
        self.writes.append(_noted(wanted, taken))
        return level, taken

    def sell(self, variant_id: int, at: datetime) -> Place | None:
        """Block one unit wherever there is one; the place it comes from, None when sold out."""
        for place, level in sorted(self.levels.items()):
            if place[0] == variant_id and (level.sellable > 0 or level.sellable_without_stock):
                level.blockers.append(at)
                return place
        return None

    def sellable(self, variant_id: int) -> int | None:
        """Units that may be sold over all warehouses; None when some warehouse sells without stock."""
        levels = [level for place, level in self.levels.items() if place[0] == variant_id]
        if any(level.sellable_without_stock for level in levels):
            return None
        return sum(level.sellable for level in levels)

    def put_back(self, place: Place, count: int = 1) -> None:
        """Add returned units at a place that has a level; elsewhere nothing happens."""
        if place in self.levels:
            self.levels[place].quantity += count

    def of(self, variant_id: int) -> dict[Place, Level]:
        """The levels of one variant."""
        return {place: level for place, level in sorted(self.levels.items()) if place[0] == variant_id}


def stock_json(place: Place, level: Level, quantity: int) -> dict[str, Any]:
    """One stock as answered; `quantity` is what was written in answer to a write, what is sellable on reading."""
    body: dict[str, Any] = {
        "quantity": quantity,
        "warehouseReferenceKey": place[1],
        "changedAt": iso_exact(level.changed_at),
        "sellableWithoutStock": level.sellable_without_stock,
        "merchantReferenceKey": place[2],
    }
    if level.expected_availability_at is not None:
        body["expectedAvailabilityAt"] = level.expected_availability_at
    return body


def iso_exact(at: datetime) -> str:
    """Like `iso`, keeping microseconds when there are any: `changedAt` orders writes."""
    return at.isoformat() if at.microsecond else iso(at)


def _newer(wanted: datetime, held: datetime, switches: Switches) -> bool:
    return wanted > held or (wanted == held and switches.equal_changed_at == "accept")


def _written(wanted: StockWrite, held: Level | None, switches: Switches) -> Level:
    blockers = [at for at in (held.blockers if held else []) if at >= wanted.changed_at]
    without = wanted.sellable_without_stock
    if without is None:
        without = held.sellable_without_stock if held else False
    return Level(
        wanted.quantity,
        wanted.changed_at,
        without,
        wanted.expected_availability_at,
        blockers if switches.stock_blockers else [],
    )


def _noted(wanted: StockWrite, taken: bool) -> dict[str, Any]:
    return {
        "variant": wanted.sku,
        "variantId": wanted.variant_id,
        "warehouse": wanted.warehouse,
        "merchant": wanted.merchant,
        "quantity": wanted.quantity,
        "changedAt": iso_exact(wanted.changed_at),
        "accepted": taken,
    }
