"""How long something has been so, in words."""

from __future__ import annotations

from datetime import timedelta

UNITS = (("days", 86_400), ("hours", 3_600), ("minutes", 60))


def in_words(span: timedelta) -> str:
    """`3 days`, `47 hours`, `90 minutes`: the largest unit of which there are two, rounded down."""
    seconds = int(span.total_seconds())
    found = next((f"{seconds // size} {unit}" for unit, size in UNITS if seconds >= 2 * size), None)
    return found or f"{seconds} second{'s' if seconds != 1 else ''}"
