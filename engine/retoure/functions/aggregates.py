"""Questions about the elements of a list: `sum(x for each x in list where …)`. They are part of the grammar.

Only what they mean stands here; `check.typing.loops` types them and `runtime.evaluate` answers them.
"""

from __future__ import annotations

from decimal import Decimal

from ..types.kinds import Money
from .declare import Aggregate, Example

LINES = {
    "lines": [
        {"sku": "A-1", "quantity": 2, "price": Money(Decimal("10.00"), "EUR")},
        {"sku": "B-2", "quantity": 1, "price": Money(Decimal("7.50"), "EUR")},
    ]
}
MISSING = "missing"
ORDERED = "an integer, a decimal, money, or an instant"

AGGREGATES = {
    each.name: each
    for each in (
        Aggregate(
            "any",
            "Whether a condition holds for at least one element.",
            "a condition",
            "yes or no",
            "no",
            (Example("any(line.quantity > 1 for each line in lines)", "yes", LINES),),
        ),
        Aggregate(
            "every",
            "Whether a condition holds for all elements.",
            "a condition",
            "yes or no",
            "yes",
            (Example("every(line.quantity > 1 for each line in lines)", "no", LINES),),
        ),
        Aggregate(
            "count",
            "How many elements there are, or how many pass `where`.",
            "anything: it is not looked at",
            "integer",
            "0",
            (Example("count(line for each line in lines where line.quantity is 1)", "1", LINES),),
        ),
        Aggregate(
            "first",
            "The value for the first element, or for the first one that passes `where`.",
            "anything",
            "what the value is, or missing",
            MISSING,
            (Example('first(line.sku for each line in lines where line.quantity < 2) default "none"', "B-2", LINES),),
        ),
        Aggregate(
            "sum",
            "The values added up. Money must be in one currency: else the rule stops, and a person looks.",
            "an integer, a decimal, or money",
            "what the value is; money, or missing, of money",
            "0; missing of money, for nothing has no currency",
            (
                Example("sum(line.quantity for each line in lines)", "3", LINES),
                Example("sum(line.price * line.quantity for each line in lines)", "27.50 EUR", LINES),
            ),
        ),
        Aggregate(
            "min",
            "The smallest or earliest value. Money must be in one currency: else the rule stops, and a person looks.",
            ORDERED,
            "what the value is, or missing",
            MISSING,
            (Example("min(line.price for each line in lines)", "7.50 EUR", LINES),),
        ),
        Aggregate(
            "max",
            "The largest or latest value. Money must be in one currency: else the rule stops, and a person looks.",
            ORDERED,
            "what the value is, or missing",
            MISSING,
            (Example("max(line.quantity for each line in lines) default 0", "2", LINES),),
        ),
    )
}
"""The aggregates by name."""
