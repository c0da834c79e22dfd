"""The day as data: what shoppers bought, what they send back, and what Reveni says about it hour by hour.

Everything follows from the seed. A step is a call to the simulator's admin API, made at an hour of the day.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

Json = dict[str, Any]

OPEN, CLOSE = 8.0, 18.0
"""The hours the day has."""

ARTICLES: Final = {"TEE": 1990, "SHIRT": 3990, "JEANS": 7990, "KNIT": 5990, "COAT": 18990, "SHOE": 9990}
SIZES: Final = ("S", "M")
REPLACEMENT: Final = "L"
"""Exchanges go to a size of its own: sales and returns of one SKU in the same second cannot be told apart by SCAYLE's
stock, which is absolute and ordered by the second."""
START_STOCK: Final = 50
DISCONTINUED: Final = "CAPE-S"
SOLD_OUT: Final = "CAPE-L"
REASONS: Final = ("too_small", "too_big", "defective", "not_as_described", "changed_mind", "other")


@dataclass(frozen=True)
class Line:
    """One line of a return: so many units of a SKU, perhaps to be exchanged for another one."""

    sku: str
    quantity: int = 1
    reason: str = "too_small"
    exchange: str = ""

    @property
    def price(self) -> int:
        """Gross cents of one unit."""
        return ARTICLES.get(self.sku.partition("-")[0], 12990)


@dataclass(frozen=True)
class Step:
    """What happens at an hour: `do` is create, move, judge, correct, repeat, late; `say` is what it needs.

    With `after_booked` it waits until SCAYLE has booked what was approved before: only then is a correction one.
    """

    at: float
    do: str
    say: Json = field(default_factory=dict)
    after_booked: bool = False


@dataclass(frozen=True)
class Story:
    """One return. `bought` are the order's lines when they are not just those sent back.

    `shares` names the story whose order this return is about too.
    """

    name: str
    what: str
    lines: tuple[Line, ...]
    steps: tuple[Step, ...]
    instant: bool = False
    bought: tuple[Line, ...] | None = None
    shares: str = ""


@dataclass(frozen=True)
class Day:
    """The whole plan: stories by name, in the order they begin."""

    stories: tuple[Story, ...]

    def steps(self) -> list[tuple[Step, Story]]:
        """Every step with its story, by the hour."""
        found = [(step, story) for story in self.stories for step in story.steps]
        return sorted(found, key=lambda pair: pair[0].at)


def catalogue() -> Json:
    """The variants SCAYLE has, with the stock of the morning."""
    skus = [f"{article}-{size}" for article in ARTICLES for size in (*SIZES, REPLACEMENT)]
    stock = {**dict.fromkeys((*skus, DISCONTINUED), START_STOCK), SOLD_OUT: 0}
    variants = [
        {"sku": sku, "price": Line(sku).price, "stock": {"main-warehouse": count}} for sku, count in stock.items()
    ]
    return {"variants": variants}


def plan(seed: int, returns: int) -> Day:
    """A day with so many returns: first one of each set piece, then ordinary ones."""
    dice = random.Random(f"day of returns {seed}")
    pieces = [make(dice, name) for name, make in SET_PIECES.items()][:returns]
    usual = [_usual(dice, f"usual-{number}") for number in range(1, returns - len(pieces) + 1)]
    return Day(tuple(sorted((*pieces, *usual), key=lambda story: story.steps[0].at)))


# --- ordinary returns -------------------------------------------------------------------------------------------------


def _usual(dice: random.Random, name: str) -> Story:
    make = dice.choices((_happy, _instant, _exchange, _rejected, _cancelled), (10, 5, 2, 2, 1))[0]
    return replace(make(dice, name), name=name)


def _line(dice: random.Random, quantity: int = 1, exchange: bool = False) -> Line:
    article = dice.choice(tuple(ARTICLES))
    replacement = f"{article}-{REPLACEMENT}" if exchange else ""
    return Line(f"{article}-{dice.choice(SIZES)}", quantity, dice.choice(REASONS), replacement)


def _life(dice: random.Random, *statuses: str, last: float = 16.5) -> tuple[Step, ...]:
    """Created, then one status after the other, spread over the day."""
    hours = sorted(dice.uniform(OPEN, last) for _ in range(len(statuses) + 1))
    moves = (Step(at, "move", {"status": status}) for at, status in zip(hours[1:], statuses, strict=True))
    return (Step(hours[0], "create"), *moves)


def _then(steps: Sequence[Step], do: str, say: Json | None = None, after: float = 0.4, booked: bool = False) -> Step:
    return Step(min(steps[-1].at + after, CLOSE), do, say or {}, booked)


GOODS: Final = ("in_progress", "shipped", "received")


def _happy(dice: random.Random, name: str) -> Story:
    lines = tuple(_line(dice) for _ in range(dice.randint(1, 2)))
    return Story(name, "refunded by SCAYLE", _distinct(lines), _life(dice, *GOODS, "accepted"))


def _instant(dice: random.Random, name: str) -> Story:
    steps = _life(dice, *GOODS, "accepted")
    return Story(name, "instant refund, paid by Reveni", (_line(dice, dice.randint(1, 2)),), steps, instant=True)


def _exchange(dice: random.Random, name: str) -> Story:
    return Story(name, "exchanged for another size", (_line(dice, exchange=True),), _life(dice, *GOODS, "accepted"))


def _rejected(dice: random.Random, name: str) -> Story:
    return Story(name, "rejected at inspection", (_line(dice),), _life(dice, *GOODS, "for_review", "rejected"))


def _cancelled(dice: random.Random, name: str) -> Story:
    return Story(name, "cancelled by the shopper", (_line(dice),), _life(dice, "in_progress", "cancelled"))


def _distinct(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Without a second line of the same SKU."""
    return tuple({line.sku: line for line in lines}.values())


# --- set pieces -------------------------------------------------------------------------------------------------------


def _partial(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, last=14.0)
    verdict: Json = {"verdicts": [[0, 2, "accepted"], [0, 1, "rejected"]]}
    return Story(name, "three sent, two accepted", (_line(dice, 3),), (*start, _then(start, "judge", verdict)))


def _corrected(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, "accepted", last=12.0)
    back = _then(start, "correct", {"line": 0, "status": "rejected"}, 2.0, booked=True)
    lines = (Line("TEE-S", 1, "too_big"), Line("COAT-M", 1, "defective"))
    return Story(name, "one verdict taken back after the refund", lines, (*start, back))


def _corrected_instant(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, "accepted", last=12.0)
    back = _then(start, "correct", {"line": 0, "status": "rejected"}, 2.0, booked=True)
    lines = (Line("KNIT-S"), Line("JEANS-M"))
    return Story(name, "instant, one verdict taken back", lines, (*start, back), instant=True)


def _duplicates(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, "accepted", last=13.0)
    again = _then(start, "repeat", {"times": 5})
    return Story(name, "every webhook sent again and again", (_line(dice),), (*start, again))


def _late(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, "accepted", last=13.0)
    old = [_then(start, "late", {"version": version}, 0.3 * at) for at, version in ((1, 3), (2, 1), (3, 2))]
    return Story(name, "old webhooks come late and out of order", (_line(dice),), (*start, *old))


def _skipped(dice: random.Random, name: str) -> Story:
    return Story(name, "accepted straight from the request", (_line(dice),), _life(dice, "in_progress", "accepted"))


def _instant_exchange(dice: random.Random, name: str) -> Story:
    story = _exchange(dice, name)
    return replace(story, what="instant exchange, shipped at once", instant=True)


def _mixed(dice: random.Random, name: str) -> Story:
    lines = (Line("SHIRT-S", 1, "too_small", "SHIRT-L"), Line("SHOE-M", 2, "changed_mind"))
    return Story(name, "one line exchanged, one refunded", lines, _life(dice, *GOODS, "accepted"))


def _discontinued(dice: random.Random, name: str) -> Story:
    steps = _life(dice, *GOODS, "accepted", last=15.0)
    return Story(name, "the SKU has left the catalogue", (Line(DISCONTINUED, 1, "defective"),), steps)


def _sold_out(dice: random.Random, name: str) -> Story:
    steps = _life(dice, *GOODS, "accepted")
    return Story(name, "the replacement is sold out", (Line("COAT-S", 1, "too_small", SOLD_OUT),), steps)


def _unknown_sku(dice: random.Random, name: str) -> Story:
    steps = _life(dice, "in_progress", "shipped", "received")
    return Story(name, "a SKU that was never in the order", (Line("GHOST-S"),), steps, bought=(Line("TEE-S"),))


def _too_many(dice: random.Random, name: str) -> Story:
    steps = _life(dice, "in_progress", "shipped", "received")
    return Story(name, "more units than were bought", (Line("SHOE-S", 3),), steps, bought=(Line("SHOE-S", 2),))


def _unknown_status(dice: random.Random, name: str) -> Story:
    start = _life(dice, "in_progress", last=12.0)
    odd = _then(start, "move", {"status": "quarantined", "force": True}, 1.0, booked=True)
    return Story(name, "a status nobody documented", (_line(dice),), (*start, odd))


def _reopened(dice: random.Random, name: str) -> Story:
    start = _life(dice, *GOODS, "accepted", last=12.0)
    again = _then(start, "move", {"status": "for_review", "force": True}, 1.5, booked=True)
    return Story(name, "inspected again after the verdict", (Line("KNIT-M", 1, "defective"),), (*start, again))


def _second(dice: random.Random, name: str) -> Story:
    """Two returns of one order, whose entries must not sweep each other away."""
    return Story(
        name, "second return of the same order", (Line("SHOE-M", 1),), _life(dice, *GOODS, "accepted"), shares="mixed"
    )


def _draft(dice: random.Random, name: str) -> Story:
    return Story(name, "begun by the shopper, never sent", (_line(dice),), (Step(dice.uniform(9.0, 15.0), "create"),))


Maker = Callable[[random.Random, str], Story]

SET_PIECES: Final[dict[str, Maker]] = {
    "happy": _happy,
    "instant": _instant,
    "exchange": _exchange,
    "duplicates": _duplicates,
    "late": _late,
    "partial": _partial,
    "corrected": _corrected,
    "discontinued": _discontinued,
    "skipped": _skipped,
    "mixed": _mixed,
    "second": _second,
    "unknown-sku": _unknown_sku,
    "too-many": _too_many,
    "instant-exchange": _instant_exchange,
    "sold-out": _sold_out,
    "unknown-status": _unknown_status,
    "corrected-instant": _corrected_instant,
    "reopened": _reopened,
    "draft": _draft,
}


def orders(day: Day) -> Iterator[tuple[str, Json]]:
    """The orders behind the stories, by the story's name; shipped and invoiced before the day begins."""
    for story in day.stories:
        if not story.shares:
            sharing = [line for other in day.stories if other.shares == story.name for line in other.lines]
            lines = [*(story.bought or story.lines), *sharing]
            yield story.name, {"lines": [_order_line(line) for line in lines], "ship": True}


def _order_line(line: Line) -> Json:
    return {"sku": line.sku, "quantity": line.quantity, "price": line.price}


def request(story: Story, order_id: int) -> Json:
    """What the shopper asks of Reveni."""
    return {
        "order": {"external_id": str(order_id)},
        "items": [_request_line(line) for line in story.lines],
        "instant": story.instant,
    }


def _request_line(line: Line) -> Json:
    wanted: Json = {
        "sku": line.sku,
        "quantity": line.quantity,
        "price": _euros(line.price),
        "return_reason": line.reason,
    }
    if line.exchange:
        wanted["exchange"] = {"sku": line.exchange, "quantity": line.quantity, "price": _euros(line.price)}
    return wanted


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
