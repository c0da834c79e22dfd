"""What one SCAYLE tenant holds, without HTTP: catalogue, orders, stock, invoices, subscriptions and the books.

Everything follows from the seed, the clock and the calls made; drive it from one thread at a time.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from ..calls import number
from ..clock import Clock, wall_clock
from .answers import Json, iso
from .errors import Refused, bad_request, not_found
from .presented import shown_item, shown_order
from .records import Invoice, Order, ShopCountry, Unit, Variant, Warehouse
from .stock import StockBook, StockWrite, stock_json
from .switches import Switches

if TYPE_CHECKING:
    from .bulk import Bulk

EVENTS = (
    "order-confirmed",
    "order-delegated",
    "order-package-shipped",
    "order-partially-invoiced",
    "order-invoiced",
    "order-item-out-of-stock",
    "order-item-unshippable",
    "order-item-cancelled",
    "order-cancelled",
    "order-item-returned",
    "order-package-undeliverable",
    "order-corrective-invoiced",
    "payment-capture",
    "payment-refund",
    "product-variant-stock-updated",
    "product-variant-deleted",
)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and may be told to subscribers; `payload` is rendered at that moment."""

    key: str
    type: str
    occurred_at: datetime
    payload: Json
    shop: ShopCountry | None = None
    merchants: frozenset[str] = frozenset()


@dataclass(slots=True)
class Subscription:
    """One webhook subscription; `url` keeps its credentials here and is masked when shown."""

    id: int
    event: str
    version: int
    url: str
    filters: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Settlement:
    """The money side of a return, waiting for its time: credit note, refund, billing code."""

    due_at: datetime
    order_id: int
    unit_ids: tuple[int, ...]


@dataclass(slots=True)
class Books:
    """What really happened, one JSON object per entry; amounts are integer cents."""

    returns: list[Json] = field(default_factory=list)
    refunds: list[Json] = field(default_factory=list)
    failed_refunds: list[Json] = field(default_factory=list)
    corrective_invoices: list[Json] = field(default_factory=list)
    orders_created: list[Json] = field(default_factory=list)
    shipments: list[Json] = field(default_factory=list)
    cancellations: list[Json] = field(default_factory=list)
    captures: list[Json] = field(default_factory=list)
    mails: list[Json] = field(default_factory=list)
    billing_overrides: list[Json] = field(default_factory=list)
    custom_data_writes: list[Json] = field(default_factory=list)
    reference_key_writes: list[Json] = field(default_factory=list)


class Scayle:
    """One tenant. `shops`, `warehouses` and `variants` are filled by `seed` or by hand."""

    def __init__(self, *, clock: Clock = wall_clock, seed: int = 0, switches: Switches | None = None) -> None:
        self.clock = clock
        self.seed = seed
        self.switches = switches or Switches()
        self.shops: list[ShopCountry] = []
        self.warehouses: dict[str, Warehouse] = {}
        self.variants: dict[int, Variant] = {}
        self.orders: dict[int, Order] = {}
        self.return_keys: dict[str, tuple[int, int]] = {}
        self.unit_orders: dict[int, int] = {}
        self._skus: dict[str, int] = {}
        self._order_keys: dict[str, int] = {}
        self.stock = StockBook()
        self.books = Books()
        self.subscriptions: dict[int, Subscription] = {}
        self.producer_subscriptions: dict[tuple[str, int], Json] = {}
        self.bulk_requests: dict[int, Bulk] = {}
        self.vouchers: dict[str, Json] = {}
        self.settlements: list[Settlement] = []
        self.events: list[Event] = []
        self._waiting: list[Event] = []
        self._random = random.Random(seed)
        self._counters: dict[str, count[int]] = {}

    # -- numbers and keys ---------------------------------------------------------------------------------------

    def number(self, what: str, start: int = 1) -> int:
        """The next number of a series."""
        return next(self._counters.setdefault(what, count(start)))

    def digest(self, what: str) -> str:
        """32 hex characters that follow from the seed, the purpose and how often it was asked for."""
        text = f"{self.seed}:{what}:{self.number('digest ' + what)}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]

    # -- looking things up --------------------------------------------------------------------------------------

    def shop(self, shop_key: str, country: str) -> ShopCountry:
        """The shop country by key and alpha-2 code (any case) or numeric id; 404 when there is none (scayle.md 2.1)."""
        for shop in self.shops:
            if shop.shop_key == shop_key and country.upper() in (shop.country, str(shop.id)):
                return shop
        raise not_found("shop", f"{shop_key}/{country}")

    def order(self, identifier: str | int) -> Order:
        """The order by `123`, 123 or `key=...`; which shop the path names does not matter (scayle.md 2.1)."""
        text = str(identifier)
        if text.startswith("key="):
            found = self.order_by_key(text.removeprefix("key="))
        else:
            found = self.orders.get(number(text) or 0)
        if found is None:
            raise not_found("order", text)
        return found

    def order_by_key(self, reference_key: str) -> Order | None:
        """The order that carries this reference key."""
        number = self._order_keys.get(reference_key)
        return None if number is None else self.orders[number]

    def variant(self, identifier: str | int) -> Variant:
        """The variant by id or `key=<SKU>`; a discontinued one is as unknown as one that never was."""
        text = str(identifier)
        if text.startswith("key="):
            found = self.variant_by_sku(text.removeprefix("key="))
        else:
            found = self.variants.get(number(text) or 0)
        if found is None or found.discontinued:
            raise self.no_variant(text)
        return found

    def variant_by_sku(self, sku: str) -> Variant | None:
        """The variant with this SKU, discontinued or not."""
        number = self._skus.get(sku)
        return None if number is None else self.variants[number]

    def no_variant(self, identifier: str) -> Refused:
        """The refusal for a variant that is not there; the status is a switch (scayle.md 5)."""
        message = f"The variant {identifier} was not found."
        return Refused(self.switches.unknown_variant, "VARIANT_NOT_FOUND", message)

    # -- catalogue ----------------------------------------------------------------------------------------------

    def add_variant(self, sku: str, **fields: Any) -> Variant:
        """A new or replaced variant; `fields` are those of `Variant`, sensible ones are made up when missing."""
        held = self.variant_by_sku(sku)
        number = fields.pop("id", None) or (held.id if held else self.number("variant", 501))
        fields = {"product_id": 9000 + number // 10, "name": f"Article {sku}", **fields}
        self._skus[sku] = number
        self.variants[number] = Variant(id=number, sku=sku, **fields)
        return self.variants[number]

    def discontinue(self, sku: str, *, gone: bool = True) -> Variant:
        """Delete the variant from the catalogue (or bring it back); existing orders keep their items."""
        variant = self.variant_by_sku(sku)
        if variant is None:
            raise self.no_variant(f"key={sku}")
        if gone and not variant.discontinued:
            self.tell("product-variant-deleted", {"productVariant": {"id": variant.id, "referenceKey": variant.sku}})
        variant.discontinued = gone
        return variant

    # -- orders -------------------------------------------------------------------------------------------------

    def new_order_id(self) -> int:
        """An order id nobody has."""
        number = self.number("order", 100001)
        return number if number not in self.orders else self.new_order_id()

    def keep(self, order: Order) -> Order:
        """The order, from now on found by its id, its key and its items; 409 when the id or key is taken."""
        key = order.reference_key
        if order.id in self.orders or (key is not None and key in self._order_keys):
            raise Refused(409, "ORDER_EXISTS", f"The order {order.id} ({key}) exists.")
        self.orders[order.id] = order
        self.unit_orders.update({unit.id: order.id for unit in order.units})
        if key is not None:
            self._order_keys[key] = order.id
        return order

    def forget(self, order: Order) -> None:
        """The order is gone, by whatever name it was known."""
        del self.orders[order.id]
        if order.reference_key is not None:
            self._order_keys.pop(order.reference_key, None)

    def touch(self, order: Order, units: Iterable[Unit] = ()) -> datetime:
        """Now, written as `updatedAt` of the order and these items."""
        now = self.clock()
        order.updated_at = now
        for unit in units:
            unit.updated_at = now
        return now

    def set_reference_key(self, order: Order, key: str) -> None:
        """Give the order your key; 409 when another order has it."""
        holder = self.order_by_key(key)
        if holder is not None and holder is not order:
            raise Refused(409, "REFERENCE_KEY_EXISTS", f"The reference key {key} is used by another order.")
        if order.reference_key is not None:
            self._order_keys.pop(order.reference_key, None)
        order.reference_key = key
        self._order_keys[key] = order.id
        at = self.touch(order)
        self.books.reference_key_writes.append({"orderId": order.id, "referenceKey": key, "at": iso(at)})

    def set_custom_data(self, order: Order, unit: Unit | None, data: Any) -> None:
        """Replace the custom data of the order, or of one item, as a whole."""
        target: Order | Unit = unit or order
        target.custom_data = data
        at = self.touch(order, [unit] if unit else [])
        entry = {"orderId": order.id, "orderItemId": unit.id if unit else None, "data": data, "at": iso(at)}
        self.books.custom_data_writes.append(entry)

    def invoice(self, order: Order, kind: str, units: list[Unit]) -> Invoice:
        """A new money document over these items."""
        amount = sum(unit.paid for unit in units)
        number = self.number("invoice")
        made = Invoice(number, order.id, kind, number, self.clock(), tuple(unit.id for unit in units), amount)
        order.invoices.append(made)
        return made

    # -- stock --------------------------------------------------------------------------------------------------

    def write_stock(self, wanted: StockWrite) -> Json:
        """The stock in force after the write, which may be an older caller's news and then changes nothing."""
        self._check_stock(wanted)
        level, taken = self.stock.write(wanted, self.switches)
        body = stock_json(wanted.place, level, level.quantity if taken else level.sellable)
        if taken:
            self.tell("product-variant-stock-updated", self._stock_payload(wanted))
        return body

    def _check_stock(self, wanted: StockWrite) -> None:
        if wanted.warehouse not in self.warehouses:
            message = f"The warehouse {wanted.warehouse} was not found."
            raise Refused(self.switches.unknown_warehouse, "WAREHOUSE_NOT_FOUND", message)
        if self.switches.future_changed_at == "refuse" and wanted.changed_at > self.clock():
            raise bad_request("changedAt must not be in the future.")

    def _stock_payload(self, wanted: StockWrite) -> Json:
        warehouse = self.warehouses[wanted.warehouse]
        product = self.variants[wanted.variant_id].product_id
        return {
            "productVariant": {"id": wanted.variant_id, "referenceKey": wanted.sku},
            "product": {"id": product, "referenceKey": f"P-{product}"},
            "warehouse": {"id": warehouse.id, "referenceKey": warehouse.reference_key},
            "quantity": wanted.quantity,
            "sellableWithoutStock": bool(wanted.sellable_without_stock),
            "createdAt": iso(self.clock()),
            "merchantReferenceKey": wanted.merchant,
        }

    def stocks(self, variant: Variant) -> list[Json]:
        """Every stock of the variant with what is sellable now."""
        return [stock_json(place, level, level.sellable) for place, level in self.stock.of(variant.id).items()]

    # -- events -------------------------------------------------------------------------------------------------

    def tell(
        self, kind: str, payload: Json, shop: ShopCountry | None = None, merchants: frozenset[str] = frozenset()
    ) -> None:
        """Note an event for the subscribers; `merchants` are those it concerns, for their filters."""
        event = Event(_uuid(self.digest("event")), kind, self.clock(), payload, shop, merchants)
        self.events.append(event)
        self._waiting.append(event)

    def tell_order(self, kind: str, order: Order, **more: Any) -> None:
        """An order event: the order's fields are the payload itself (scayle.md 6.4)."""
        payload = {**shown_order(order, self.switches), **more}
        self.tell(kind, payload, order.shop, frozenset(unit.merchant for unit in order.units))

    def tell_items(self, kind: str, order: Order, units: list[Unit]) -> None:
        """An item event: `{items, order}` (scayle.md 6.4)."""
        items = [shown_item(unit, order.currency, self.switches) for unit in units]
        payload: Json = {"items": items} if self.switches.item_events_list_items else {}
        payload["order"] = shown_order(order, self.switches)
        self.tell(kind, payload, order.shop, frozenset(unit.merchant for unit in units))

    def take_events(self) -> list[Event]:
        """The events nobody has fetched yet, in the order they shall be sent: by default a seeded random one."""
        taken, self._waiting = self._waiting, []
        if self.switches.webhook_order == "random":
            self._random.shuffle(taken)
        return taken


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def parsed_time(value: object, name: str) -> datetime:
    """An ISO time, or `YYYY-MM-DD HH:MM:SS` whose zone is unstated and taken as UTC (scayle.md 2); 400 otherwise."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        raise bad_request(f"{name} is not a date-time.", field=name) from None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
