"""Orders and returns for the drill, made through the simulators' admin APIs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from ..demo.platforms import Platforms

Json = dict[str, Any]

SENT_BACK: Final = "TEE-S"
KEPT: Final = "SHIRT-S"
REPLACEMENT: Final = "TEE-L"
IMPORTED: Final = "CAP-S"  # another system sets its stock
COUNTED: Final = "CAP-L"  # likewise, before the next one is booked
LEFT: Final = "CAPE-S"  # leaves the catalogue
PRICES: Final = dict.fromkeys((SENT_BACK, REPLACEMENT, IMPORTED, COUNTED, LEFT), 1990) | {KEPT: 3990}
STOCK: Final = 1_000_000


class Case(StrEnum):
    """What there is before the damage: an order of two units, and a return of the first of them."""

    ORDER = "an order, no return"
    RECEIVED = "goods received, not judged"
    REFUNDED = "approved, refunded by SCAYLE"
    INSTANT = "approved, paid by Reveni in advance"
    EXCHANGED = "approved, exchanged for another size"


@dataclass(frozen=True)
class Subject:
    """An order by SCAYLE's number and its return by Reveni's, with what can be done to both."""

    platforms: Platforms
    order: int
    number: str = ""

    def in_scayle(self, **deeds: Any) -> None:
        """Changes the order by hand."""
        self.platforms.scayle.post(f"/orders/{self.order}/by-hand", deeds)

    def exchange_order(self, **deeds: Any) -> None:
        """Changes the exchange order by hand."""
        self.platforms.scayle.post(f"/orders/key=REV-{self.number}/by-hand", deeds)

    def in_reveni(self, **fields: Any) -> None:
        """Edits the return without a new version, and without telling anybody."""
        self.platforms.reveni.post(f"/returns/{self.number}/by-hand", fields)

    def moved(self, status: str) -> None:
        """The return in another status, as Reveni's staff can force it."""
        self.platforms.reveni.post(f"/returns/{self.number}/move", {"status": status, "force": True})

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """Inside, Reveni's webhooks get lost."""
        self.platforms.reveni.ask("PATCH", "/switches", {"lost_deliveries": True})
        try:
            yield
            self.platforms.reveni.post("/webhooks/wait", {"seconds": 20})
        finally:
            self.platforms.reveni.ask("PATCH", "/switches", {"lost_deliveries": False})


class Shop:
    """Furnishes both platforms."""

    def __init__(self, platforms: Platforms) -> None:
        self._platforms = platforms

    def furnish(self) -> None:
        """Catalogue and stock."""
        variants = [{"sku": sku, "price": cents, "stock": {"main-warehouse": STOCK}} for sku, cents in PRICES.items()]
        self._platforms.scayle.post("/variants", {"variants": variants})

    def made(self, case: Case, sku: str = SENT_BACK) -> Subject:
        """An order and a return that stand as the case says, or are on their way there."""
        lines = [{"sku": each, "price": PRICES[each]} for each in (sku, KEPT)]
        order = self._platforms.scayle.post("/orders", {"lines": lines, "ship": True})["id"]
        return Subject(self._platforms, order) if case is Case.ORDER else self.returned(order, case, sku)

    def returned(self, order: int, case: Case, sku: str = SENT_BACK) -> Subject:
        """A return of the first unit of an order."""
        item: Json = {"sku": sku, "quantity": 1, "price": "19.90", "return_reason": "too_small"}
        if case is Case.EXCHANGED:
            item["exchange"] = {"sku": REPLACEMENT, "quantity": 1, "price": "19.90"}
        wanted = {"order": {"external_id": str(order)}, "items": [item], "status": "in_progress"}
        made = self._platforms.reveni.post("/returns", {**wanted, "instant": case is Case.INSTANT})
        subject = Subject(self._platforms, order, made["id"])
        subject.moved("received" if case is Case.RECEIVED else "accepted")
        return subject
