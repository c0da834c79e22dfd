"""A return and its parts (reveni.md 3). Money is Decimal, shown as a string with four decimals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Json = dict[str, Any]
CENT_OF_CENT = Decimal("0.0001")
FINAL = frozenset({"accepted", "partly_accepted", "rejected", "cancelled", "expired", "completed"})
KNOWN = FINAL | {"incomplete", "in_progress", "shipped", "received", "for_review", "on_hold", "pending"}
PENDING = frozenset({"pending", "for_review"})


def money(amount: Decimal) -> str:
    """`"39.9900"`."""
    return str(amount.quantize(CENT_OF_CENT, ROUND_HALF_UP))


def stamp(at: datetime) -> str:
    """`2026-03-02T10:15:42.118820Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(slots=True)
class Line:
    """One return item; `origin` is the id of the line it was split off from, its own id at first."""

    id: str
    origin: str
    sku: str | None
    quantity: int
    price: Decimal | None
    return_reason: str | None = None
    exchange: Json | None = None
    status: str = "pending"
    reject_reason: str | None = None
    reject_reason_text: str | None = None

    @property
    def value(self) -> Decimal:
        """Price times quantity, 0 without a price."""
        return (self.price or Decimal(0)) * self.quantity

    def shown(self) -> Json:
        """As in `return_items[]`."""
        return {
            "id": self.id,
            "sku": self.sku,
            "quantity": self.quantity,
            "return_reason": self.return_reason,
            "exchange": self.exchange,
            "status": self.status,
            "price": None if self.price is None else money(self.price),
            "reject_reason": self.reject_reason,
            "reject_reason_text": self.reject_reason_text,
        }


@dataclass(slots=True)
class Return:
    """One transaction; `versions` keeps the resource as it was after every change, oldest first."""

    id: str
    order: Json
    lines: list[Line]
    instant: bool
    currency: str
    customer: Json
    created_at: datetime
    updated_at: datetime
    status: str = "incomplete"
    refund_method: str = "original_payment_method"
    amount: Decimal = Decimal(0)
    amount_fixed: bool = False
    delivery_option: Json = field(default_factory=dict)
    refunds: list[Json] = field(default_factory=list)
    exchange: Json | None = None
    verdict_calls: int = 0
    billings: int = 1
    versions: list[Json] = field(default_factory=list)

    @property
    def type(self) -> str:
        """`refund`, `exchange` or `mixed`, from the lines."""
        exchanged = sum(line.exchange is not None for line in self.lines)
        if not exchanged:
            return "refund"
        return "exchange" if exchanged == len(self.lines) else "mixed"

    def line(self, line_id: str) -> Line | None:
        """The line with this id."""
        return next((line for line in self.lines if line.id == line_id), None)

    def parts(self, line_id: str) -> list[Line]:
        """The line and everything split off from it; empty for an unknown id."""
        line = self.line(line_id)
        return [part for part in self.lines if line_id in (part.id, part.origin)] if line else []

    def refund_value(self, *statuses: str) -> Decimal:
        """Value of the lines to be refunded, of all or only of those in these states."""
        wanted = [line for line in self.lines if not statuses or line.status in statuses]
        return sum((line.value for line in wanted if line.exchange is None), Decimal(0))

    def refunded(self) -> Decimal:
        """What has been paid out so far."""
        return sum((Decimal(refund["amount"]) for refund in self.refunds), Decimal(0))

    def shown(self) -> Json:
        """The resource as `GET returns/{id}` answers (reveni.md 3.1)."""
        return {
            "id": self.id,
            "status": self.status,
            "type": self.type,
            "instant": self.instant,
            "amount": money(self.amount),
            "currency": self.currency,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "order": dict(self.order),
            "customer": dict(self.customer),
            "return_items": [line.shown() for line in self.lines],
            "delivery_option": dict(self.delivery_option),
            "refunds": [dict(refund) for refund in self.refunds],
            "exchange": None if self.exchange is None else dict(self.exchange),
        }
