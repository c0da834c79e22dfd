"""Both platforms' books against each other: what should have come of every return, and what did.

What is due follows from Reveni's own record of each return and from SCAYLE's orders. Nothing in here looks at the
engine's tables, except to ask which holds are open and how many events it keeps.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

Json = dict[str, Any]

APPROVED: Final = frozenset({"accepted", "partly_accepted", "completed"})
DRAFT: Final = "incomplete"
OPEN: Final = frozenset({"in_progress", "pending", "on_hold", "shipped", "received", "for_review"})
REVIEW: Final = "for_review"
ENDED: Final = frozenset({"rejected", "cancelled", "expired"})
KNOWN: Final = APPROVED | OPEN | ENDED


@dataclass(frozen=True)
class Hold:
    """An open question of the engine: which return, whose, and why."""

    subject: str
    team: str
    reason: str


@dataclass(frozen=True)
class Books:
    """What both simulators answer on `GET /_sim/books` in the end.

    `start` is the stock of the morning by SKU, `gone` the SKUs that have left the catalogue, `letters` how many dead
    letters are left, `kept` how many events the engine has stored.
    """

    reveni: Json
    scayle: Json
    start: Mapping[str, int]
    gone: frozenset[str] = frozenset()
    holds: tuple[Hold, ...] = ()
    letters: int = 0
    kept: int = 0

    @cached_property
    def returns(self) -> tuple[Return, ...]:
        """All returns of Reveni's book, each with the order it names."""
        orders = {str(order["id"]): order for order in self.scayle["orders"]}
        return tuple(Return(entry, orders.get(entry["order"]["external_id"])) for entry in self.reveni["returns"])

    def held(self, subject: str, *teams: str) -> bool:
        """True when one of these teams has a question about this return."""
        return any(hold.subject == subject and hold.team in teams for hold in self.holds)


@dataclass(frozen=True)
class Return:
    """One return of Reveni's book, with all its versions, and SCAYLE's order (None: there is no such order)."""

    entry: Json
    order: Json | None

    @property
    def id(self) -> str:
        return str(self.entry["id"])

    @property
    def order_id(self) -> int:
        return int(self.order["id"]) if self.order else 0

    @property
    def now(self) -> Json:
        """The newest version."""
        version: Json = self.entry["versions"][-1]
        return version

    @property
    def verdict(self) -> Json:
        """The version whose verdict counts: the newest, or the last approved one while it is inspected again."""
        versions = self.entry["versions"]
        if self.now["status"] != REVIEW:
            return self.now
        return next((version for version in reversed(versions) if version["status"] in APPROVED), self.now)

    @property
    def approved(self) -> bool:
        return self.verdict["status"] in APPROVED

    @property
    def approved_at(self) -> datetime | None:
        """When it was approved first."""
        found = (version for version in self.entry["versions"] if version["status"] in APPROVED)
        return next((datetime.fromisoformat(version["updated_at"]) for version in found), None)

    @property
    def matches(self) -> bool:
        """True when everything in it was bought with this order."""
        bought = Counter(item["sku"] for item in self.order["items"]) if self.order else Counter[str]()
        wanted = _sum((line["sku"], line["quantity"]) for line in self.now["return_items"])
        return bool(wanted) and all(bought[sku] >= count for sku, count in wanted.items())

    def accepted(self, version: Json, wanted: Callable[[Json, Json], bool]) -> Counter[str]:
        """Units by SKU on the accepted lines of an approved version that are `wanted`."""
        lines = version["return_items"] if version["status"] in APPROVED else []
        found = (line for line in lines if line["status"] == "accepted" and wanted(version, line))
        return _sum((line["sku"], line["quantity"]) for line in found)

    def ever(self, wanted: Callable[[Json, Json], bool]) -> Counter[str]:
        """The most that any version accepted, by SKU."""
        most: Counter[str] = Counter()
        for version in self.entry["versions"]:
            most |= self.accepted(version, wanted)
        return most

    @property
    def replacements(self) -> Counter[str]:
        """Units to be sent out instead, by SKU."""
        lines = (line for line in self.now["return_items"] if line["exchange"] and line["status"] != "rejected")
        return _sum((line["exchange"]["sku"], line["exchange"].get("quantity") or line["quantity"]) for line in lines)


@dataclass(frozen=True)
class Check:
    """One line of the comparison: so many due, so many in the books, and each difference in words."""

    name: str
    due: int
    booked: int
    lost: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()


@dataclass(frozen=True)
class Report:
    """All checks. Those in `effect_checks` count what SCAYLE's books show of the engine's work."""

    returns: int
    effect_checks: tuple[Check, ...]
    other_checks: tuple[Check, ...]

    @property
    def checks(self) -> tuple[Check, ...]:
        return (*self.effect_checks, *self.other_checks)

    @property
    def effects(self) -> int:
        return sum(check.booked for check in self.effect_checks)

    @property
    def lost(self) -> tuple[str, ...]:
        return tuple(text for check in self.checks for text in check.lost)

    @property
    def doubled(self) -> tuple[str, ...]:
        return tuple(text for check in self.checks for text in check.doubled)

    @property
    def last_line(self) -> str:
        counts = f"{len(self.lost)} lost, {len(self.doubled)} doubled"
        return f"books: {self.returns} returns, {self.effects} effects, {counts}"


def compare(books: Books) -> Report:
    """Everything that should be in the books against everything that is."""
    effects = (_units_returned(books), _units_settled(books), _exchange_orders(books), _stock(books), _notes(books))
    others = (_refunds(books), _holds(books), _events(books), _letters(books))
    return Report(len(books.returns), effects, others)


# --- units ------------------------------------------------------------------------------------------------------------


def by_scayle(version: Json, line: Json) -> bool:
    """The shopper gets the money back from SCAYLE."""
    return not version["instant"] and not line["exchange"]


def elsewhere(version: Json, line: Json) -> bool:
    """Reveni has paid, or the unit is exchanged."""
    return not by_scayle(version, line)


def anyhow(_: Json, __: Json) -> bool:
    """Either."""
    return True


Slot = tuple[int, str]
"""An order and a SKU: which of several equal units came back, nobody can tell."""


def _units_returned(books: Books) -> Check:
    due = _due(books, by_scayle)
    reported = Counter(entry["orderItemId"] for entry in books.scayle["returns"])
    twice = [f"unit {unit} was reported {count} times" for unit, count in reported.items() if count > 1]
    twice += [f"unit {unit} was reported {count} times" for unit, count in reported.items() for _ in range(count - 2)]
    booked = _slots(books, reported)
    allowed = due | _taken_back(books)
    lost = _short(due, booked, "not reported as returned")
    unfounded = _short(booked, allowed, "reported as returned without an approved return")
    known = (due | (booked & allowed)).total()
    return Check("units returned for a refund", known, sum(reported.values()), lost, (*twice, *unfounded))


def _taken_back(books: Books) -> Counter[Slot]:
    """Units that were accepted before the verdict changed. SCAYLE cannot undo them, so finance must know."""
    found: Counter[Slot] = Counter()
    for one in books.returns:
        if books.held(one.id, "finance"):
            found.update({(one.order_id, sku): count for sku, count in one.ever(by_scayle).items()})
    return found


def _units_settled(books: Books) -> Check:
    due = _due(books, elsewhere)
    codes = {item["id"]: item["code"] for entry in books.scayle["billingOverrides"] for item in entry["items"]}
    booked = _slots(books, [unit for unit, code in codes.items() if code == "billing_refunded"])
    lost = _short(due, booked, "not recorded as settled outside SCAYLE")
    unfounded = _short(booked, due, "recorded as settled, but it is not")
    return Check("units settled by Reveni or an exchange", due.total(), booked.total(), lost, unfounded)


def _refunds(books: Books) -> Check:
    """One refund a unit, none before Reveni's approval. Books count whole seconds."""
    returned = {entry["orderItemId"] for entry in books.scayle["returns"]}
    paid = Counter(entry["orderItemId"] for entry in books.scayle["refunds"])
    lost = [f"unit {unit} was returned, not refunded" for unit in sorted(returned - set(paid))]
    twice = [f"unit {unit} was refunded {count} times" for unit, count in paid.items() if count > 1]
    return Check(
        "refunds, none before the approval", len(returned), paid.total(), tuple(lost), (*twice, *_early(books))
    )


def _early(books: Books) -> list[str]:
    approved: dict[int, list[datetime]] = defaultdict(list)
    for one in books.returns:
        if one.approved_at is not None and not one.now["instant"]:
            approved[one.order_id].append(one.approved_at)
    second = timedelta(seconds=1)
    return [
        f"unit {entry['orderItemId']} was refunded without an approval"
        for entry in books.scayle["refunds"]
        if not any(datetime.fromisoformat(entry["at"]) + second > at for at in approved[entry["orderId"]])
    ]


def _due(books: Books, wanted: Callable[[Json, Json], bool]) -> Counter[Slot]:
    due: Counter[Slot] = Counter()
    for one in books.returns:
        if one.matches:
            due.update({(one.order_id, sku): count for sku, count in one.accepted(one.verdict, wanted).items()})
    return due


def _slots(books: Books, units: Iterable[int]) -> Counter[Slot]:
    """Units, given by number, as orders and SKUs."""
    place = {item["id"]: (order["id"], item["sku"]) for order in books.scayle["orders"] for item in order["items"]}
    return Counter(place[unit] for unit in units)


def _short(wanted: Counter[Slot], there: Counter[Slot], what: str) -> tuple[str, ...]:
    """A text for every unit that is wanted and not there."""
    missing = wanted - there
    return tuple(f"a unit of {sku} of order {order}: {what}" for order, sku in missing.elements())


# --- orders, stock, notes ---------------------------------------------------------------------------------------------


def _exchange_orders(books: Books) -> Check:
    made: dict[str, list[Json]] = defaultdict(list)
    for entry in books.scayle["ordersCreated"]:
        made[str(entry["referenceKey"])].append(entry)
    due = {f"REV-{one.id}": one for one in books.returns if _ships(books, one)}
    lost = [f"the exchange order {key} was not created" for key in due if key not in made]
    wrong = [f"the exchange order {key} holds other items" for key, one in due.items() if _other(made.get(key), one)]
    extra = [f"an exchange order {key} too many" for key, found in made.items() for _ in found[key in due :]]
    return Check("exchange orders", len(due), sum(map(len, made.values())), (*lost, *wrong), tuple(extra))


def _other(made: list[Json] | None, one: Return) -> bool:
    return bool(made) and Counter(item["sku"] for item in (made or [])[0]["items"]) != one.replacements


def _ships(books: Books, one: Return) -> bool:
    """True when the replacement is to be sent by now: instant exchanges at once, others after the approval."""
    status = one.now["status"]
    ready = one.approved or (one.now["instant"] and status in OPEN)
    return ready and one.matches and one.replacements.total() > 0 and not _no_replacement(books, one)


def _no_replacement(books: Books, one: Return) -> bool:
    return any(sku in books.gone or not books.start.get(sku) for sku in one.replacements)


def _stock(books: Books) -> Check:
    """Stock of the morning, and what was accepted, without what exchanges sold. One text for each unit that is off."""
    back = _sum(pair for one in books.returns if one.matches for pair in one.accepted(one.verdict, anyhow).items())
    sold = Counter(item["sku"] for entry in books.scayle["ordersCreated"] for item in entry["items"])
    there = _sum((entry["variant"], entry["sellable"]) for entry in books.scayle["stock"])
    lost: list[str] = []
    doubled: list[str] = []
    for sku, start in books.start.items():
        wanted = start + (0 if sku in books.gone else back[sku]) - sold[sku]
        text = f"stock of {sku} is {there[sku]}, and should be {wanted}"
        lost += [text] * (wanted - there[sku])
        doubled += [text] * (there[sku] - wanted)
    due = sum(count for sku, count in back.items() if sku not in books.gone)
    booked = sum(there[sku] + sold[sku] - start for sku, start in books.start.items())
    return Check("units booked into stock", due, booked, tuple(lost), tuple(doubled))


def _notes(books: Books) -> Check:
    """The order of every return says how it stands now."""
    data = {entry["orderId"]: entry["data"] for entry in books.scayle["customDataWrites"] if not entry["orderItemId"]}
    due = [one for one in books.returns if one.matches and one.now["status"] in KNOWN]
    told = {one.id: _note(data.get(one.order_id), one.id) for one in books.returns}
    lost = [
        f"order {one.order_id} says {told[one.id] or 'nothing'} of return {one.id}, which is {one.now['status']}"
        for one in due
        if told[one.id] != one.now["status"]
    ]
    return Check("orders that say how the return stands", len(due), len(due) - len(lost), tuple(lost))


def _note(data: Any, return_id: str) -> str:
    room = data.get("retoure", {}) if isinstance(data, Mapping) else {}
    return str(room.get(f"return-{return_id}", {}).get("status", ""))


# --- holds, events, letters -------------------------------------------------------------------------------------------


def _holds(books: Books) -> Check:
    """Whatever a person has to decide has been laid before the right team."""
    due = [(one, why, teams) for one in books.returns for why, *teams in _questions(books, one)]
    lost = [
        f"nobody was asked about return {one.id}: {why}" for one, why, teams in due if not books.held(one.id, *teams)
    ]
    return Check("questions for people", len(due), len(due) - len(lost), tuple(lost))


def _questions(books: Books, one: Return) -> list[tuple[str, ...]]:
    """What about this return needs a person, and which teams may be the ones."""
    status, found = one.now["status"], list[tuple[str, ...]]()
    if status == DRAFT:
        return found
    if status not in KNOWN:
        return [("its status is unknown", "integration")]
    if not one.matches:
        return [("it does not match its order", "returns desk")]
    if one.verdict is not one.now:
        found.append(("it is inspected again after a verdict", "returns desk"))
    if set(one.accepted(one.verdict, anyhow)) & books.gone:
        found.append(("a SKU has left the catalogue", "operations"))
    if one.approved and one.replacements and _no_replacement(books, one):
        found.append(("the replacement cannot be had", "returns desk"))
    if _slots(books, [entry["orderItemId"] for entry in books.scayle["returns"]]) & _overdone(one):
        found.append(("a unit was reported and is no longer accepted", "finance"))
    return found


def _overdone(one: Return) -> Counter[Slot]:
    """Units this return once had accepted and now has not."""
    gone = one.ever(by_scayle) - one.accepted(one.verdict, by_scayle)
    return Counter({(one.order_id, sku): count for sku, count in gone.items()})


def _events(books: Books) -> Check:
    """Every webhook that was acknowledged is kept. One that was stored and not acknowledged comes again."""
    taken = {entry["eventId"] for entry in books.reveni["deliveries"] if 200 <= entry["answer"] < 300}
    told = {entry["id"] for entry in books.reveni["events"]}
    lost = [f"an acknowledged event is not kept ({n})" for n in range(len(taken) - books.kept)]
    lost += [f"event {event} was never acknowledged" for event in sorted(told - taken)]
    return Check("webhook events kept", len(told), books.kept, tuple(lost))


def _letters(books: Books) -> Check:
    return Check("dead letters left", 0, books.letters)


def _sum(pairs: Iterable[tuple[str, int]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, count in pairs:
        found[name] += count
    return found
