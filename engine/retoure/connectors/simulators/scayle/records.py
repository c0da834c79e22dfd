"""What a shop keeps: orders with one item per physical unit, parcels, invoices (scayle.md 3.2 to 3.4, 4.4).

Money is integer cents, tax rates are fractions (0.19), times are aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BILLING_CODES = ("billing_completed", "billing_partially_refunded", "billing_refunded", "billing_payment_cancelled")


@dataclass(frozen=True, slots=True)
class ShopCountry:
    """One shop in one country: two-character key, ISO alpha-2 country."""

    id: int
    shop_key: str
    country: str
    currency: str = "EUR"
    language: str = "de_DE"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A place stock lies in."""

    id: int
    reference_key: str
    merchant: str = "default"


@dataclass(slots=True)
class Variant:
    """One sellable article; `discontinued` means deleted from the catalogue (scayle.md 5: variants have no state)."""

    id: int
    sku: str
    product_id: int
    name: str
    price: int = 1000
    tax_rate: float = 0.19
    discontinued: bool = False


@dataclass(slots=True)
class Unit:
    """One order item, which is one physical unit; there is no quantity (scayle.md 3.3)."""

    id: int
    key: str
    variant: Variant
    price: int
    tax_rate: float
    created_at: datetime
    reduced: int | None = None
    group: dict[str, Any] | None = None
    merchant: str = "default"
    status: str = "available"
    package_id: int | None = None
    warehouse: Warehouse | None = None
    return_key: str | None = None
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None
    returned_at: datetime | None = None
    updated_at: datetime | None = None
    refunded: bool = False
    billing_override: str | None = None
    custom_data: Any = None

    @property
    def paid(self) -> int:
        """What the shopper paid for it: less than the price where an absolute voucher had its share (scayle.md 3.3)."""
        return self.price if self.reduced is None else self.reduced

    @property
    def net(self) -> int:
        """round(gross / (1 + rate)), cents (scayle.md 3.2)."""
        return net_of(self.price, self.tax_rate)


@dataclass(slots=True)
class Parcel:
    """One shipment; `shipment_key` is usually the tracking number."""

    id: int
    shipment_key: str
    carrier: str
    shipped_at: datetime
    return_ident_code: str | None = None


@dataclass(frozen=True, slots=True)
class Invoice:
    """One money document; a `corrective_invoice` is the credit note. Amounts are in our books only."""

    id: int
    order_id: int
    type: str
    number: int
    created_at: datetime
    unit_ids: tuple[int, ...]
    amount: int


@dataclass(slots=True)
class Order:
    """An order; `customer`, `address` and `payments` are kept as the JSON they are shown as."""

    id: int
    public_key: str
    shop: ShopCountry
    currency: str
    units: list[Unit]
    customer: dict[str, Any]
    address: dict[str, Any]
    payments: list[dict[str, Any]]
    created_at: datetime
    updated_at: datetime
    reference_key: str | None = None
    confirmed_at: datetime | None = None
    invoiced_at: datetime | None = None
    order_code: str = "order_confirmed"
    billing_code: str = "billing_payment_pending"
    delivery_cost: int = 0
    parcels: list[Parcel] = field(default_factory=list)
    vouchers: list[dict[str, Any]] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    custom_data: Any = None

    def unit(self, unit_id: int) -> Unit | None:
        """The item with this id, None when it is not in this order."""
        return next((unit for unit in self.units if unit.id == unit_id), None)

    @property
    def live_units(self) -> list[Unit]:
        """The items that were not cancelled."""
        return [unit for unit in self.units if unit.cancelled_at is None]

    @property
    def total(self) -> int:
        """Gross value of the live units and delivery, cents."""
        return sum(unit.paid for unit in self.live_units) + self.delivery_cost

    @property
    def status(self) -> str:
        """The overall status derived from the order code (scayle.md 3.4); it never speaks of returns."""
        return _OVERALL.get(self.order_code, "order_open")

    @property
    def shipping_code(self) -> str:
        """`shipping_...` derived from the items."""
        live = self.live_units
        if not live:
            return "shipping_cancelled"
        returned = sum(unit.returned_at is not None for unit in live)
        if returned:
            return "shipping_returned" if returned == len(live) else "shipping_partially_returned"
        lost = sum(unit.status == "undeliverable" for unit in live)
        if lost:
            return "shipping_undeliverable" if lost == len(live) else "shipping_partially_undeliverable"
        if any(unit.shipped_at for unit in live):
            return "shipping_delivered"
        return "shipping_ordered" if self.order_code == "order_delegated" else "shipping_open"


_OVERALL = {
    "order_created": "order_open",
    "order_open": "order_open",
    "order_imported": "order_open",
    "order_pended": "payment_pending",
    "order_confirmed": "payment_reserved",
    "order_delegated": "payment_reserved",
    "order_shipped": "invoice_partially_completed",
    "order_invoiced": "invoice_completed",
    "order_aborted": "cancellation_pending",
    "order_cancelled": "cancellation_completed",
}


def net_of(gross: int, rate: float) -> int:
    """round(gross / (1 + rate)) with halves up, cents; the rate counts with three decimals (scayle.md 3.2)."""
    thousandths = 1000 + round(rate * 1000)
    return (2000 * gross + thousandths) // (2 * thousandths)
