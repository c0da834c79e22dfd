"""Generated days: what shoppers buy and send back, with everything in it that makes real days hard.

A plan is data and follows from its seed: `sold` brings it into a SCAYLE tenant, `sent_back` into a Reveni store, whose
returns name the orders of the other.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from .clock import Clock, FixedClock
from .reveni.state import Reveni
from .scayle.records import ShopCountry
from .scayle.seed import add_order, planned, ship_all
from .scayle.state import Scayle

Json = dict[str, Any]
ARTICLES: Final = {"TEE": 1990, "SHIRT": 3990, "JEANS": 7990, "KNIT": 5990, "COAT": 18990, "SHOE": 9990}
SIZES: Final = ("S", "M", "L")
REASONS: Final = ("too_small", "too_big", "defective", "not_as_described", "changed_mind", "other")
SHOPS: Final = {"DE": "EUR", "CH": "CHF", "JP": "JPY"}
MINOR: Final = {"JPY": 0}
FIRST_ORDER: Final = 500_001


@dataclass(frozen=True)
class Purchase:
    """An order and what comes back of it: bodies of `POST /_sim/orders` and `POST /_sim/returns`, each return with the
    time it is asked for."""

    kind: str
    at: datetime
    order: Json
    returns: tuple[tuple[datetime, Json], ...]


@dataclass(frozen=True)
class Maker:
    """What a kind of purchase is made of."""

    dice: random.Random
    at: datetime
    number: int

    def line(self, quantity: int = 1, **more: Any) -> Json:
        """A line of an order, at the catalogue's price."""
        article = self.dice.choice(tuple(ARTICLES))
        sku = f"{article}-{self.dice.choice(SIZES)}"
        return {"sku": sku, "quantity": quantity, "price": ARTICLES[article], **more}

    def purchase(self, kind: str, lines: list[Json], *backs: list[Json], country: str = "DE", **more: Any) -> Purchase:
        """The order of these lines, shipped, and a return for each of `backs`, a day or more apart."""
        currency = SHOPS[country]
        bought = {"lines": lines, "countryCode": country, "currencyCode": currency, "shopKey": "ms"}
        order = {"id": self.number, "createdAt": self.at.isoformat(), **bought, **more}
        start = datetime.fromisoformat(order["createdAt"]) if "createdAt" in more else self.at
        returns = tuple(
            (max(start, self.at) + timedelta(days=1 + position), self.back(back, currency))
            for position, back in enumerate(backs)
        )
        return Purchase(kind, start, order, returns)

    def back(self, lines: list[Json], currency: str) -> Json:
        """What the shopper asks of Reveni for these lines."""
        items = [
            {
                "sku": line["sku"],
                "quantity": line["quantity"],
                "price": str(Decimal(int(line.get("reduced") or line["price"])).scaleb(-MINOR.get(currency, 2))),
                "return_reason": self.dice.choice(REASONS),
            }
            for line in lines
        ]
        order = {"external_id": str(self.number)}
        return {"order": order, "items": items, "currency": currency, "instant": self.dice.random() < 0.3}


def _ordinary(make: Maker) -> Purchase:
    line = make.line()
    return make.purchase("ordinary", [line], [line])


def _kept(make: Maker) -> Purchase:
    return make.purchase("nothing comes back", [make.line()])


def _several_units(make: Maker) -> Purchase:
    line = make.line(3)
    return make.purchase("several units of a line", [line], [{**line, "quantity": 2}])


def _several_returns(make: Maker) -> Purchase:
    first, second = make.line(2), make.line()
    return make.purchase("several returns of an order", [first, second], [{**first, "quantity": 1}], [second])


def _absolute_voucher(make: Maker) -> Purchase:
    """Ten euros off the whole order: what is left of the price stands beside it."""
    line = make.line()
    line["reduced"] = line["price"] - 1000
    voucher = {"id": make.number, "voucherId": 1, "code": f"MINUS10-{make.number}", "type": "absolute", "value": 1000}
    return make.purchase("an absolute voucher", [line], [line], vouchers=[voucher])


def _relative_voucher(make: Maker) -> Purchase:
    """A fifth off: the price of the item is the reduced one."""
    line = make.line()
    line["price"] = line["price"] * 4 // 5
    voucher = {"id": make.number, "voucherId": 2, "code": "FIFTH", "type": "relative", "value": 20}
    return make.purchase("a relative voucher", [line], [line], vouchers=[voucher])


def _francs(make: Maker) -> Purchase:
    line = make.line()
    return make.purchase("francs", [line], [line], country="CH")


def _yen(make: Maker) -> Purchase:
    line = make.line()
    return make.purchase("yen", [line], [line], country="JP")


def _clock_change(make: Maker) -> Purchase:
    """Bought at half past two in the night when that time came twice, the first time or the second."""
    moment = datetime.combine(last_change(make.at.date()), time(make.dice.choice((0, 1)), 30), UTC)
    line = make.line()
    return make.purchase("the hour that comes twice", [line], [line], createdAt=moment.isoformat())


def _bundle(make: Maker) -> Purchase:
    """A thing and what belongs to it; the thing alone comes back."""
    group = f"bundle-{make.number}"
    thing = make.line(group=group, main=True)
    return make.purchase("a bundle", [thing, make.line(group=group)], [thing])


def _unknown_sku(make: Maker) -> Purchase:
    line = make.line()
    return make.purchase("an unknown SKU", [line], [{**line, "sku": f"GHOST-{make.number}"}])


def _guest(make: Maker) -> Purchase:
    customer = {
        "email": f"guest.{make.number}@shopper.example",
        "firstName": "Gast",
        "lastName": "Einmalig",
        "type": "personal",
        "groups": [],
        "status": {"isActive": True, "isGuestCustomer": True},
    }
    line = make.line()
    return make.purchase("a guest", [line], [line], customer=customer)


KINDS: Final[tuple[Callable[[Maker], Purchase], ...]] = (
    _several_units,
    _several_returns,
    _absolute_voucher,
    _relative_voucher,
    _francs,
    _yen,
    _clock_change,
    _bundle,
    _unknown_sku,
    _guest,
)


def days(seed: int, first: date, count: int = 1, orders: int = 20) -> tuple[Purchase, ...]:
    """So many days from `first`, each with one purchase of every hard kind and ordinary ones up to `orders`."""
    dice = random.Random(f"days {seed} {first}")
    found: list[Purchase] = []
    for number in range(count):
        usual = dice.choices((_ordinary, _kept), (3, 1), k=max(0, orders - len(KINDS)))
        makers = [*KINDS, *usual]
        dice.shuffle(makers)
        found += _day(dice, first + timedelta(days=number), makers, FIRST_ORDER + len(found))
    return tuple(found)


def _day(dice: random.Random, day: date, makers: list[Callable[[Maker], Purchase]], number: int) -> Iterator[Purchase]:
    moments = sorted(dice.randrange(24 * 3600) for _ in makers)
    midnight = datetime.combine(day, time(), UTC)
    for position, (make, seconds) in enumerate(zip(makers, moments, strict=True)):
        yield make(Maker(dice, midnight + timedelta(seconds=seconds), number + position))


def last_change(day: date) -> date:
    """The last Sunday of October before `day`: clocks in Europe go back, at 01:00 UTC."""
    for year in (day.year, day.year - 1):
        end = date(year, 10, 31)
        sunday = end - timedelta(days=(end.weekday() + 1) % 7)
        if sunday < day:
            return sunday
    raise AssertionError("a year has an October")


def sold(state: Scayle, purchases: Iterable[Purchase]) -> None:
    """The tenant with these orders, shipped when they were bought, in shops for all currencies; nobody is told."""
    for country, currency in SHOPS.items():
        if all(shop.country != country for shop in state.shops):
            state.shops.append(ShopCountry(state.number("shop", 1101), "ms", country, currency))
    for purchase in purchases:
        with _back_then(state, purchase.at):
            ship_all(state, add_order(state, planned(purchase.order)))
    state.take_events()


def sent_back(state: Reveni, purchases: Iterable[Purchase]) -> None:
    """The store with what has been asked for until now, each return under way; nobody is told."""
    now = state.clock()
    for asked, body in sorted((back for purchase in purchases for back in purchase.returns), key=lambda back: back[0]):
        if asked <= now:
            with _back_then(state, asked):
                state.move(state.create(body), "in_progress")
    state.waiting.clear()


@contextmanager
def _back_then(state: Scayle | Reveni, at: datetime) -> Iterator[None]:
    held: Clock = state.clock
    state.clock = FixedClock(at)
    try:
        yield
    finally:
        state.clock = held
