"""What the reports need of a record of Reveni and of the orders read with it: nothing about a person.

It has their shape, so that reports read it as they read the whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from .scayle import ORDERS

RECORD: Final = ("status", "updated_at", "instant", "currency", "amount")
ITEM: Final = ("id", "sku", "quantity", "accepted_quantity", "status", "price")
REFUND: Final = ("status", "amount", "currency", "method", "executed_at")

Data = Mapping[str, Any]


def figures_of(record: Data, answers: Mapping[str, Data]) -> Data:
    """What is kept for ever of what a decision saw."""
    order = record.get("order")
    return {
        "record": {
            **_only(RECORD, record),
            "order": _only(("external_id",), order) if isinstance(order, Mapping) else None,
            "refunds": [_only(REFUND, each) for each in _objects(record.get("refunds"))],
            "return_items": [_item(each) for each in _objects(record.get("return_items"))],
        },
        "answers": {
            key: {"value": _prices(answer["value"])}
            for key, answer in answers.items()
            if key.startswith(ORDERS) and isinstance(answer.get("value"), Mapping)
        },
    }


def _item(item: Data) -> Data:
    return {**_only(ITEM, item), "exchange": bool(item.get("exchange"))}


def _prices(order: Data) -> Data:
    """An order as far as it says what was paid for a unit."""
    items = [{"id": each.get("id"), "price": _paid(each.get("price"))} for each in _objects(order.get("items"))]
    return {"currencyCode": order.get("currencyCode"), "items": items}


def _paid(price: Any) -> Data:
    """The price, and what an order's voucher leaves of it."""
    if not isinstance(price, Mapping):
        return {}
    left = price.get("absoluteVoucherReducedPrice")
    reduced = {"absoluteVoucherReducedPrice": _only(("withTax",), left)} if isinstance(left, Mapping) else {}
    return {**_only(("withTax",), price), **reduced}


def _only(names: tuple[str, ...], data: Data) -> dict[str, Any]:
    return {name: data[name] for name in names if name in data}


def _objects(listed: Any) -> Iterator[Data]:
    return (each for each in listed or () if isinstance(each, Mapping))
