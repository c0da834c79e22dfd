"""A SCAYLE order made up to fit a Reveni return, for dry runs that have no shop to ask."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from .clock import FixedClock
from .scayle.answers import order_json
from .scayle.seed import Line, Plan, add_order, furnish, ship_all
from .scayle.state import Scayle

FALLBACK_CENTS = 1000
UNKNOWN_TIME = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "JOD": 3, "KWD": 3, "OMR": 3, "TND": 3}


def order_for_return(ret: Mapping[str, object]) -> dict[str, Any]:
    """The order as `GET order` would answer: one item per returned unit, shipped and invoiced a week before the return.

    `ret` is a return resource (reveni.md 3.1). The id is `order.external_id` when that is a number, else a small one
    derived from it. A missing price becomes 10.00, a missing SKU `UNKNOWN-<position>`. The same return always gives
    the same order.
    """
    external = _external_id(ret)
    currency = str(ret.get("currency") or "EUR")
    bought = _time(ret.get("created_at")) - timedelta(days=7)
    state = furnish(Scayle(clock=FixedClock(bought), seed=0))
    plan = Plan(
        [_line(line, position, currency) for position, line in enumerate(_lines(ret), 1)],
        id=_order_number(external),
        reference_key=external,
        currency=currency,
        created_at=bought,
    )
    order = add_order(state, plan)
    if order.units:
        ship_all(state, order)
    return order_json(order)


def _external_id(ret: Mapping[str, object]) -> str:
    order = ret.get("order")
    found = order.get("external_id") if isinstance(order, Mapping) else None
    return str(found or ret.get("id") or "unknown")


def _order_number(external: str) -> int:
    if external.isascii() and external.isdigit() and int(external) > 0:
        return int(external)
    return 900_000 + int(hashlib.sha256(external.encode()).hexdigest(), 16) % 100_000


def _lines(ret: Mapping[str, object]) -> list[Mapping[str, object]]:
    lines = ret.get("return_items")
    return [line for line in lines if isinstance(line, Mapping)] if isinstance(lines, list | tuple) else []


def _line(line: Mapping[str, object], position: int, currency: str) -> Line:
    quantity = line.get("quantity")
    count = quantity if isinstance(quantity, int) and not isinstance(quantity, bool) and quantity > 0 else 1
    return Line(str(line.get("sku") or f"UNKNOWN-{position}"), count, _minor_units(line.get("price"), currency))


def _minor_units(price: object, currency: str) -> int:
    try:
        amount = Decimal(str(price)).scaleb(MINOR_DIGITS.get(currency, 2))
        return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
    except (InvalidOperation, ValueError):
        return FALLBACK_CENTS


def _time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return UNKNOWN_TIME
    return at if at.tzinfo else at.replace(tzinfo=UTC)
