"""Instants and days as text: ISO 8601 with an offset in, UTC out. A time without an offset is nobody's time."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def instant_of(text: str) -> datetime | None:
    """The UTC moment in `2026-03-02T10:14:05.512034Z`; None for anything else. Digits below microseconds are cut."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def day_of(text: str) -> date | None:
    """The day in `2026-03-02`; None for anything else."""
    if not _DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def text_of(moment: datetime) -> str:
    """`2026-03-02T10:14:05.512034+00:00`. Raises ValueError for a time without an offset."""
    if moment.utcoffset() is None:
        raise ValueError("a time without an offset")
    return moment.astimezone(UTC).isoformat()
