"""The returns of one Reveni store, without HTTP: life cycle, verdicts, refunds, and what is told to subscribers.

Two clocks run apart (reveni.md 10): money (an instant refund goes out before the goods) and goods (received, verdict).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import count
from typing import Any

from ..clock import Clock, wall_clock
from .aftermath import create_exchange_order, restock
from .errors import detail, field, not_found
from .records import FINAL, KNOWN, PENDING, Json, Line, Return, money, stamp
from .switches import Switches

STORE = "sim-store"
API_KEY = "sim-api-key"
PEOPLE = (("Lola", "Inventada"), ("Bruno", "Ficticio"), ("Nora", "Supuesta"), ("Teo", "Imaginario"))
EVENTS = ("return.created", "return.updated")


@dataclass(frozen=True, slots=True)
class Event:
    """One webhook event: the resource as it was then, and as it was one version before."""

    id: str
    event: str
    at: datetime
    resource: Json
    previous: Json


class Reveni:
    """One store; `api_key` opens the API and signs the webhooks, both change together (reveni.md 7)."""

    def __init__(
        self,
        *,
        clock: Clock = wall_clock,
        seed: int = 0,
        switches: Switches | None = None,
        store: str = STORE,
        api_key: str = API_KEY,
    ) -> None:
        self.clock = clock
        self.seed = seed
        self.switches = switches or Switches()
        self.store = store
        self.api_key = api_key
        self.returns: dict[str, Return] = {}
        self.webhooks: dict[str, Json] = {}
        self.orders: dict[str, Json] = {}
        self.verdicts: list[Json] = []
        self.restocks: list[Json] = []
        self.exchange_orders: list[Json] = []
        self.previous_key = ""
        self.events: dict[str, Event] = {}
        self.waiting: list[Event] = []
        self._orders: dict[str, str] = {}
        self._counters: dict[str, count[int]] = {}

    def new_id(self, what: str) -> str:
        """32 hex characters that follow from the seed and the number of ids given out for this purpose."""
        number = next(self._counters.setdefault(what, count(1)))
        return hashlib.sha256(f"{self.seed}:{what}:{number}".encode()).hexdigest()[:32]

    def order_id(self, external_id: str) -> str:
        """Reveni's own id for a shop's order; the same for every return of that order."""
        return self._orders.setdefault(external_id, self.new_id("order"))

    def find(self, return_id: str) -> Return:
        """The return, or 404."""
        if return_id not in self.returns:
            raise not_found()
        return self.returns[return_id]

    # -- starting -----------------------------------------------------------------------------------------------

    def create(self, body: Mapping[str, Any]) -> Return:
        """A new draft (`incomplete`) from `{order: {external_id, ...}, items: [{sku, quantity, price?, ...}], ...}`."""
        order = _order(body)
        now = self.clock()
        lines = [self._line(entry, _prices(order)) for entry in _entries(body)]
        made = Return(
            id=self.new_id("return"),
            order={
                "id": self.order_id(order["external_id"]),
                "external_id": order["external_id"],
                "name": order.get("name") or f"SC-{order['external_id']}",
            },
            lines=lines,
            instant=bool(body.get("instant", False)),
            currency=str(body.get("currency") or order.get("currency") or "EUR"),
            customer=dict(body.get("customer") or self._person()),
            created_at=now,
            updated_at=now,
        )
        self._finish_draft(made, body)
        self.returns[made.id] = made
        self._version(made, "return.created")
        return made

    def _finish_draft(self, made: Return, body: Mapping[str, Any]) -> None:
        default = "bank_transfer" if made.instant else "original_payment_method"
        made.refund_method = str(body.get("refund_method") or default)
        made.amount = (
            self._announced(made.refund_value()) if body.get("amount") is None else decimal(body["amount"], "amount")
        )
        made.amount_fixed = body.get("amount") is not None
        made.delivery_option = body.get("delivery_option") or {
            "type": "drop_off",
            "carrier": "simulated_post",
            "tracking_number": None,
            "label_url": f"https://labels.example/{made.id[:10]}.pdf",
        }
        if made.type != "refund":
            made.exchange = {"status": "pending", "order": None, "price_difference": "0.0000"}

    def _line(self, entry: Mapping[str, Any], prices: Mapping[Any, Any]) -> Line:
        quantity = entry.get("quantity", 1)
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise field("items", "Ensure quantity is greater than or equal to 1.")
        if not isinstance(entry.get("sku"), str | None):
            raise field("items", "sku: Not a valid string.")
        price = entry.get("price", prices.get(entry.get("sku")))
        line_id = self.new_id("item")
        exact = None if price is None else decimal(price, "price")
        return Line(
            line_id, line_id, entry.get("sku"), quantity, exact, entry.get("return_reason"), entry.get("exchange")
        )

    def _person(self) -> Json:
        first, last = PEOPLE[len(self.returns) % len(PEOPLE)]
        return {"email": f"{first}.{last}@shopper.example".lower(), "first_name": first, "last_name": last}

    # -- moving -------------------------------------------------------------------------------------------------

    def move(self, made: Return, status: str, *, force: bool = False) -> Return:
        """The return in another state; 409 when it is final, the state unknown, or an instant deal would be cancelled.

        `force` allows everything (an unknown status, reopening). Steps in between may be skipped (reveni.md 2.3).
        """
        if not force:
            self._check_move(made, status)
        if made.instant and status not in ("incomplete", "cancelled", "expired"):
            self._pay(made, (made.amount if made.amount_fixed else self._net(made.refund_value())) - made.refunded())
            create_exchange_order(self, made)
        if status in ("accepted", "rejected"):
            for line in made.lines:
                line.status = status if line.status in PENDING else line.status
            return self.judged(made)
        if status == "for_review":
            for line in made.lines:
                line.status = "for_review" if line.status == "pending" else line.status
        made.status = status
        self._version(made)
        return made

    def _check_move(self, made: Return, status: str) -> None:
        if status not in KNOWN:
            raise detail(409, f"{status} is not a known status.")
        if made.status in FINAL and not (status == "completed" and "accepted" in made.status):
            raise detail(409, f"The return is {made.status}.")
        if status == "cancelled" and made.instant and self.switches.instant_cancel_refused:
            raise detail(409, "An instant return can only be cancelled by support.")

    def set_amount(self, made: Return, amount: object) -> Return:
        """Another amount, as a merchant may set it while validating (reveni.md 2.4)."""
        made.amount, made.amount_fixed = decimal(amount, "amount"), True
        self._version(made)
        return made

    def set_exchange(self, made: Return, changes: Mapping[str, Any]) -> Return:
        """Write to the exchange: its `status` (pending, completed, failed) and the new `order`."""
        made.exchange = {**(made.exchange or {"status": "pending", "price_difference": "0.0000"}), **changes}
        self._version(made)
        return made

    # -- judging ------------------------------------------------------------------------------------------------

    def judged(self, made: Return) -> Return:
        """The return after its lines got verdicts: status, amount, refund and a new version."""
        made.status = _status_of(made)
        decided = made.status in FINAL
        if decided and self.switches.recompute_amount_on_verdict and not made.amount_fixed:
            made.amount = self._announced(made.refund_value("accepted"))
        if decided and not made.instant:
            owed = made.amount if made.amount_fixed else self._net(made.refund_value("accepted"))
            if "accepted" in made.status:
                self._pay(made, owed - made.refunded())
                create_exchange_order(self, made)
        if decided:
            restock(self, made)
        self._version(made)
        return made

    def _net(self, value: Decimal) -> Decimal:
        """What the shopper gets of goods of this value: the fee for the way back is kept."""
        return max(Decimal(0), value - Decimal(self.switches.return_fee))

    def _announced(self, value: Decimal) -> Decimal:
        """`amount`: whether it is before or after the fee is not documented (reveni.md 3.1)."""
        return self._net(value) if self.switches.fee_in_amount == "deducted" else value

    def _pay(self, made: Return, amount: Decimal) -> None:
        if amount <= 0:
            return
        made.refunds.append(
            {
                "id": self.new_id("refund"),
                "method": made.refund_method,
                "status": "completed",
                "amount": money(amount),
                "currency": made.currency,
                "executed_at": stamp(self.clock()),
            }
        )

    # -- time ---------------------------------------------------------------------------------------------------

    def run_due(self) -> list[str]:
        """Ids of the returns that time has moved: the 30-day cover of instant deals, the auto-cancel of others."""
        moved = []
        for made in list(self.returns.values()):
            status = self._overdue(made)
            if status == "deleted":
                del self.returns[made.id]
            elif status is not None:
                self.move(made, status, force=True)
                moved.append(made.id)
        return moved

    def _overdue(self, made: Return) -> str | None:
        age = self.clock() - made.created_at
        if made.status == "incomplete":
            return self._abandoned(age)
        if made.status in FINAL:
            return None
        if made.instant:
            outcome = self.switches.deadline_outcome
            return outcome if outcome != "nothing" and age >= timedelta(days=self.switches.deadline_days) else None
        limit = self.switches.auto_cancel_days
        waiting = made.status in ("in_progress", "shipped")
        return "cancelled" if limit is not None and waiting and age >= timedelta(days=limit) else None

    def _abandoned(self, age: timedelta) -> str | None:
        """What becomes of a draft that nobody finished is not documented (reveni.md 2.3)."""
        outcome = self.switches.abandoned_draft
        return outcome if outcome != "kept" and age >= timedelta(days=self.switches.draft_days) else None

    # -- versions and events ------------------------------------------------------------------------------------

    def _version(self, made: Return, event: str = "return.updated") -> None:
        now = self.clock()
        if made.versions:
            now = max(now, made.updated_at + timedelta(microseconds=1))
        made.updated_at = now
        previous = made.versions[-1] if made.versions else {}
        made.versions.append(made.shown())
        self.tell(event, made.versions[-1], previous)

    def tell(self, event: str, resource: Json, previous: Json) -> Event:
        """A new event about this version of a return, waiting to be sent."""
        told = Event(self.new_id("event"), event, self.clock(), resource, previous)
        self.events[told.id] = told
        self.waiting.append(told)
        return told

    def take_events(self) -> list[Event]:
        """The events nobody has fetched yet; none while deliveries are held."""
        if self.switches.hold_deliveries:
            return []
        taken, self.waiting = self.waiting, []
        return taken[::-1] if self.switches.reordered else taken

    # -- books --------------------------------------------------------------------------------------------------

    def shown_books(self) -> Json:
        """Returns with all their versions, every verdict over the API or by hand, and the orders that were pushed."""
        return {
            "returns": [
                {"id": made.id, "status": made.status, "order": made.order, "versions": made.versions}
                for made in self.returns.values()
            ],
            "verdicts": self.verdicts,
            "restocks": self.restocks,
            "exchange_orders": self.exchange_orders,
            "orders": self.orders,
            "events": [
                {
                    "id": told.id,
                    "event": told.event,
                    "resource_id": told.resource["id"],
                    "status": told.resource["status"],
                }
                for told in self.events.values()
            ],
        }


def decimal(value: object, name: str) -> Decimal:
    """The number, from a string or an int; 400 naming the field otherwise."""
    try:
        if isinstance(value, bool | float):
            raise InvalidOperation
        return Decimal(str(value))
    except InvalidOperation:
        raise field(name, "A valid number is required.") from None


def _status_of(made: Return) -> str:
    states = {line.status for line in made.lines}
    if "for_review" in states:
        return "for_review"
    if "pending" in states:
        return made.status
    if states == {"accepted"}:
        return "accepted"
    return "rejected" if states == {"rejected"} else "partly_accepted"


def _order(body: Mapping[str, Any]) -> Json:
    order = body.get("order")
    if not isinstance(order, dict) or not order.get("external_id"):
        raise field("order", "This field is required.")
    return {**order, "external_id": str(order["external_id"])}


def _entries(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    entries = body.get("items")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise field("items", "This field is required.")
    return entries


def _prices(order: Json) -> dict[Any, Any]:
    items = order.get("items")
    entries = [entry for entry in items if isinstance(entry, dict)] if isinstance(items, list) else []
    return {entry["sku"]: entry.get("price") for entry in entries if isinstance(entry.get("sku"), str)}
