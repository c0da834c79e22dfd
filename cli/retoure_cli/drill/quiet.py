"""The quiet day: what shoppers buy and send back, and what becomes of it. Nothing is damaged, yet much is unusual.

Purchases are those of `retoure simulate --days`: vouchers, bundles, guests, three currencies, several returns of one
order, things that were never bought. Each of their returns ends in one of the ways below. Where a rule of the mapping
rightly asks somebody, the way says whom; whatever else anybody is asked is false.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, Final

from retoure.connectors.simulators.days import ARTICLES, SHOPS, SIZES, Purchase, days

from ..demo.platforms import Platforms

Json = dict[str, Any]

ORDERS: Final = 20  # of a generated day, half of them unusual
COLOURS: Final = ("BLACK", "BLUE", "GREEN", "GREY", "OLIVE", "RED", "SAND", "WHITE")
FULL: Final = 10_000  # units of each SKU in stock
FINANCE: Final = "finance"
DESK: Final = "returns desk"
OPERATIONS: Final = "operations"
UNKNOWN: Final = "an unknown SKU"
SHARED: Final = "several returns of an order"
AT_ONCE: Final = 6  # orders played at a time
GOODS: Final = ("in_progress", "shipped", "received")


@dataclass(frozen=True)
class Way:
    """How a return goes: statuses one after the other; a last step at once, and one after all else is booked.

    `asked` is the team a rule of the mapping asks about it; `refunded` the team when SCAYLE has paid it back already.
    """

    name: str
    weight: int
    statuses: tuple[str, ...]
    step: str = ""
    afterwards: str = ""
    asked: str = ""
    refunded: str = ""


WAYS: Final = (
    Way("accepted", 30, ("in_progress", "accepted")),
    Way("seen at every step", 6, (*GOODS, "accepted")),
    Way("accepted and completed", 6, ("shipped", "accepted", "completed")),
    Way("inspected first", 6, ("received", "for_review", "accepted")),
    Way("accepted in part", 10, ("received",), step="judge"),
    Way("exchanged", 10, ("in_progress", "accepted"), step="exchange"),
    Way("rejected", 6, ("received", "rejected")),
    Way("cancelled", 4, ("in_progress", "cancelled")),
    Way("expired", 2, ("in_progress", "expired")),
    Way("begun, never sent", 3, ()),
    Way("on its way", 3, GOODS[:2]),
    Way("received, not judged", 3, GOODS),
    Way("the last webhook comes again", 4, ("shipped", "accepted"), step="repeat"),
    Way("old webhooks come late", 4, ("shipped", "accepted"), step="late"),
    Way("a verdict taken back", 2, ("received", "accepted"), afterwards="correct", asked=DESK, refunded=FINANCE),
    Way("inspected again", 1, ("received", "accepted"), afterwards="reopen", asked=DESK),
)


@dataclass(frozen=True)
class Trip:
    """An order, and what comes back of it: each return as Reveni is asked for it, and the way it goes."""

    order: Json
    returns: tuple[tuple[Json, Way], ...]
    kind: str


@dataclass(frozen=True)
class Quiet:
    """One return of the day: who is rightly asked about it, and how to go on with it once all else is booked."""

    number: str
    what: str
    asked: frozenset[str]
    afterwards: Callable[[], object] | None = None


def planned(seed: int, returns: int) -> tuple[Trip, ...]:
    """So many returns; the same seed plans the same ones."""
    dice = random.Random(f"quiet day {seed}")
    trips: list[Trip] = []
    left = returns
    for purchase in _purchases(seed):
        if not left:
            return tuple(trips)
        trip = _trip(purchase, dice, left)
        trips.append(trip)
        left -= len(trip.returns)
    raise AssertionError("there are purchases without end")


def _purchases(seed: int) -> Iterator[Purchase]:
    yesterday: date = (datetime.now(UTC) - timedelta(days=1)).date()
    for number in count():
        yield from days(seed * 1_000_003 + number, yesterday, 1, ORDERS)


def _trip(purchase: Purchase, dice: random.Random, most: int) -> Trip:
    colour = dice.choice(COLOURS)
    order = {name: value for name, value in purchase.order.items() if name != "id"}
    lines = [_coloured(line, colour) for line in order["lines"]]
    returns = tuple(_sent_back(wanted, colour, purchase.kind, dice) for _, wanted in purchase.returns[:most])
    return Trip({**order, "lines": lines, "ship": True}, returns, purchase.kind)


def _sent_back(wanted: Json, colour: str, kind: str, dice: random.Random) -> tuple[Json, Way]:
    items = [_coloured(item, colour) for item in wanted["items"]]
    ways = [way for way in WAYS if _possible(way, wanted, kind)]
    way = dice.choices(ways, [way.weight for way in ways])[0]
    if way.step == "exchange":
        items = [{**item, "exchange": {name: item[name] for name in ("sku", "quantity", "price")}} for item in items]
    return {**wanted, "items": items}, way


def _possible(way: Way, wanted: Json, kind: str) -> bool:
    """An exchange needs an order in the shop the deployment names, a part several units, and what is paid in advance
    cannot be cancelled.

    A verdict that is taken back sets the order's billing status back, which another return of the order has set as
    well: that audits find it, and heal it, is no mistake.
    """
    if way.afterwards and kind == SHARED:
        return False
    if way.step == "exchange":
        return bool(wanted["currency"] == "EUR" and kind != UNKNOWN)
    if way.step == "judge":
        return any(item["quantity"] > 1 for item in wanted["items"])
    return not (way.name == "cancelled" and wanted["instant"])


class QuietDay:
    """Plays trips, several at a time."""

    def __init__(self, platforms: Platforms) -> None:
        self._scayle, self._reveni = platforms.scayle, platforms.reveni

    def furnish(self) -> None:
        """Shops for all currencies, and a stock of everything that is sold."""
        for country, currency in SHOPS.items():
            if country != "DE":
                self._scayle.post("/shops", {"shopKey": "ms", "countryCode": country, "currencyCode": currency})
        variants = [
            {"sku": f"{article}-{size}-{colour}", "price": price, "stock": {"main-warehouse": FULL}}
            for article, price in ARTICLES.items()
            for size in SIZES
            for colour in COLOURS
        ]
        self._scayle.post("/variants", {"variants": variants})

    def play(self, trips: Sequence[Trip]) -> Iterator[Quiet]:
        """The returns, each until its last step or the one that has to wait."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for played in pool.map(self._played, trips):
                yield from played

    def _played(self, trip: Trip) -> list[Quiet]:
        made = self._scayle.post("/orders", trip.order)
        order = {"external_id": str(made["id"])}
        return [self._returned({**wanted, "order": order}, way, trip.kind) for wanted, way in trip.returns]

    def _returned(self, wanted: Json, way: Way, kind: str) -> Quiet:
        number = self._reveni.post("/returns", wanted)["id"]
        for status in way.statuses:
            self._reveni.post(f"/returns/{number}/move", {"status": status})
        self._step(number, way.step)
        later = (lambda: self._step(number, way.afterwards)) if way.afterwards else None
        return Quiet(number, f"{kind}, {way.name}", _asked(way, wanted, kind), later)

    def _step(self, number: str, step: str) -> None:
        path = f"/returns/{number}"
        match step:
            case "judge":
                self._reveni.post(f"{path}/validate", {"items": self._parts(number)})
            case "correct":
                item = self._reveni.ask("GET", path)["return_items"][0]["id"]
                self._reveni.post(f"{path}/correct", {"item_id": item, "status": "rejected"})
            case "reopen":
                self._reveni.post(f"{path}/move", {"status": "for_review", "force": True})
            case "repeat":
                self._reveni.post(f"{path}/deliver", {"version": -1})
            case "late":
                for version in (1, 0):
                    self._reveni.post(f"{path}/deliver", {"version": version})

    def _parts(self, number: str) -> list[Json]:
        """One unit of each line is rejected, the others are accepted."""
        parts: list[Json] = []
        for item in self._reveni.ask("GET", f"/returns/{number}")["return_items"]:
            verdict = {"item_id": item["id"], "quantity": item["quantity"] - 1, "status": "accepted"}
            parts += [verdict] if item["quantity"] > 1 else []
            parts.append({"item_id": item["id"], "quantity": 1, "status": "rejected"})
        return parts


def _coloured(line: Json, colour: str) -> Json:
    return line if line["sku"].startswith("GHOST") else {**line, "sku": f"{line['sku']}-{colour}"}


def _asked(way: Way, wanted: Json, kind: str) -> frozenset[str]:
    """Whom the rules of the mapping ask about such a return."""
    if kind == UNKNOWN:
        return _asked_of_unknown(way)
    refunded = "" if wanted["instant"] or way.step == "exchange" else way.refunded
    return frozenset(filter(None, (way.asked, refunded)))


def _asked_of_unknown(way: Way) -> frozenset[str]:
    """It matches no order, and what stays accepted of it, until another verdict, cannot be booked."""
    booked = "accepted" in way.statuses and way.afterwards != "correct"
    return frozenset({DESK} if way.statuses else ()) | frozenset({OPERATIONS} if booked else ())
