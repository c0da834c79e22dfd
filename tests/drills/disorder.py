"""The disorder drill: every order in which the events of a return can come, each event more than once, at both
platforms' books: all orders must end alike, and as the record says.

Each order is played by a return of its own; all of them go through one engine, a real store and both simulators. The
engine takes records as the events bring them, so that nothing but their versions tells it what is old.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path
from typing import Any, Final

from retoure import AsyncRunner, data_folder
from retoure.connectors.reveni.signature import digest
from retoure.embed import assemble, deployment_of
from retoure_cli.demo.comparison import Books, Check, compare
from retoure_cli.demo.platforms import API_KEY, Json, Platforms
from retoure_cli.demo.run import MAPPING
from retoure_cli.demo.service import SECRETS, Pace, write_deployment

from .simulators import both

STOCK: Final = 10
TIMES: Final = 2  # how often each event comes
Say = Callable[[str], None]


@dataclass(frozen=True)
class Story:
    """A return of two lines, and what happens to it: a status, or the verdict of the first line taken back."""

    name: str
    instant: bool
    moves: tuple[str, ...]


CORRECTED: Final = "corrected"
STORIES: Final = (
    Story("refunded by SCAYLE", False, ("in_progress", "shipped", "received", "for_review", "accepted", "completed")),
    Story(
        "instant, a verdict taken back",
        True,
        ("in_progress", "shipped", "received", "accepted", CORRECTED, "completed"),
    ),
)


@dataclass(frozen=True)
class Told:
    """A return with its versions in the order in which they came to be, and the order in which they are told of."""

    id: str
    order: int
    versions: tuple[Json, ...]
    sequence: tuple[int, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of all orders of one story. `ends` counts the different ends."""

    story: Story
    orders: int
    events: int
    seconds: float
    checks: tuple[Check, ...]
    ends: Counter[str]

    @property
    def wrong(self) -> tuple[str, ...]:
        return tuple(text for check in self.checks for text in (*check.lost, *check.doubled))

    @property
    def well(self) -> bool:
        return len(self.ends) == 1 and not self.wrong

    def lines(self) -> Iterator[str]:
        """The figures, and what is wrong."""
        figures = f"{self.orders} orders, {self.events} events in {self.seconds:.0f} s"
        yield f"{self.story.name}: {figures}: {len(self.ends)} end{'s' * (len(self.ends) != 1)}"
        if len(self.ends) > 1:
            yield from (f"  {count:4} × {end}" for end, count in self.ends.most_common())
        yield from (f"  {text}" for text in self.wrong[:20])
        lost, doubled = (sum(len(getattr(check, of)) for check in self.checks) for of in ("lost", "doubled"))
        yield f"{self.orders} orders of {len(self.story.moves)} events: {lost} lost, {doubled} doubled"


def drill(seed: int, most: int, say: Say) -> list[Outcome]:
    """Both stories with so many events at the most: the last ones, since they matter."""
    return [_drill(seed, replace(story, moves=story.moves[-most:]), say) for story in STORIES]


def _drill(seed: int, story: Story, say: Say) -> Outcome:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="retoure-disorder-") as folder, both(seed) as platforms:
        dice = random.Random(seed)
        orders = tuple(permutations(range(len(story.moves))))
        told = [_played(platforms, story, number, order, dice) for number, order in enumerate(orders)]
        say(f"{story.name}: {len(told)} returns are at their end, now their events come in every order")
        asyncio.run(_tell(Path(folder), platforms, told, say))
        books = _books(platforms, len(told))
    ends = Counter(_end(books, one.id, one.order) for one in told)
    events = sum(len(one.sequence) for one in told)
    return Outcome(story, len(told), events, time.monotonic() - begun, compare(books).effect_checks, ends)


# --- the return at both platforms -------------------------------------------------------------------------------------


def _played(platforms: Platforms, story: Story, number: int, order: Sequence[int], dice: random.Random) -> Told:
    """A return of two variants that nobody else has, moved to its end."""
    skus = _skus(number)
    variants = [{"sku": sku, "price": 1000, "stock": {"main-warehouse": STOCK}} for sku in skus]
    platforms.scayle.post("/variants", {"variants": variants})
    lines = [{"sku": sku, "quantity": 1, "price": 1000} for sku in skus]
    bought: int = platforms.scayle.post("/orders", {"lines": lines, "ship": True})["id"]
    items = [{"sku": sku, "quantity": 1, "price": "10.00", "return_reason": "too_small"} for sku in skus]
    asked = {"order": {"external_id": str(bought)}, "items": items, "instant": story.instant}
    made = platforms.reveni.post("/returns", asked)
    versions = tuple(_moved(platforms, made, move) for move in story.moves)
    return Told(made["id"], bought, versions, _sequence(order, dice))


def _skus(number: int) -> tuple[str, str]:
    return f"A-{number}", f"B-{number}"


def _moved(platforms: Platforms, made: Json, move: str) -> Json:
    path = f"/returns/{made['id']}"
    if move == CORRECTED:
        item = made["return_items"][0]["id"]
        version: Json = platforms.reveni.post(f"{path}/correct", {"item_id": item, "status": "rejected"})
    else:
        version = platforms.reveni.post(f"{path}/move", {"status": move, "force": True})
    return version


def _sequence(order: Sequence[int], dice: random.Random) -> tuple[int, ...]:
    """Each event in its turn, and once more at any later moment."""
    sequence = list(order)
    for event in order:
        for _ in range(TIMES - 1):
            sequence.insert(dice.randint(sequence.index(event) + 1, len(sequence)), event)
    return tuple(sequence)


# --- the engine -------------------------------------------------------------------------------------------------------


async def _tell(folder: Path, platforms: Platforms, told: Sequence[Told], say: Say) -> None:
    """One event of each return, then all that follows from it, then the next."""
    async with _runner(folder, platforms) as runner:
        for turn in range(len(told[0].sequence)):
            await asyncio.gather(*(runner.accept("reveni", *_webhook(one, one.sequence[turn])) for one in told))
            await runner.drain(wait=True)
            say(f"  {turn + 1} of {len(told[0].sequence)} events of each return")


def _runner(folder: Path, platforms: Platforms) -> AsyncRunner:
    file = write_deployment(folder, platforms, data_folder("mappings") / MAPPING, Pace(policies=100), 0)
    parts = assemble(deployment_of(file), SECRETS)
    options = replace(parts.options, reread=False)
    return AsyncRunner(parts.program, parts.connectors, parts.store, options=options, library=parts.library)


def _webhook(one: Told, version: int) -> tuple[bytes, dict[str, str]]:
    """As Reveni signs it."""
    data = {"resource": "return", "resource_id": one.id, "object": one.versions[version]}
    event = {"id": f"{one.id}-{version}", "event": "return.updated", "created": 1, "data": data}
    raw, moment = json.dumps(event).encode(), f"{time.time():.6f}"
    return raw, {"X-REVENI-SIGNATURE": f"t={moment},v1={digest(API_KEY, moment, raw)}"}


# --- the books --------------------------------------------------------------------------------------------------------


def _books(platforms: Platforms, number: int) -> Books:
    start = {sku: STOCK for each in range(number) for sku in _skus(each)}
    return Books(platforms.reveni.books(), platforms.scayle.books(), start)


def _end(books: Books, subject: str, order: int) -> str:
    """How it stands for one order, in words that are the same for all of them. A unit that is no longer settled stands
    as one that never was.
    """
    scayle = books.scayle
    shop = next(found for found in scayle["orders"] if found["id"] == order)
    places = {item["id"]: place for place, item in enumerate(shop["items"])}
    paid = sorted(places[entry["orderItemId"]] for entry in scayle["refunds"] if entry["orderId"] == order)
    codes = {item["id"]: item["code"] for entry in scayle["billingOverrides"] for item in entry["items"]}
    settled = [place for unit, place in places.items() if codes.get(unit) == "billing_refunded"]
    stock = [_stock(scayle["stock"], item["sku"]) for item in shop["items"]]
    return f"refunded {paid}, settled {settled}, stock {stock}, note {_note(scayle, order, subject)}"


def _stock(entries: list[Any], sku: str) -> int:
    return sum(entry["sellable"] for entry in entries if entry["variant"] == sku)


def _note(scayle: Json, order: int, subject: str) -> str:
    writes = (entry for entry in scayle["customDataWrites"] if entry["orderId"] == order and not entry["orderItemId"])
    room: Json = {"retoure": {}}
    for entry in writes:
        room = entry["data"]
    return str(room["retoure"].get(f"return-{subject}", {}).get("status", ""))
