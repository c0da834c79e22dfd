"""Run-time values as JSON where no schema says how."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .moments import text_of


def free(value: object) -> Any:
    """JSON without a schema; times have one obvious form, amounts do not. Raises TypeError naming what is strange."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, datetime) and value.utcoffset() is not None:
        return text_of(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): free(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [free(inner) for inner in value]
    raise TypeError("a number that is not finite" if isinstance(value, Decimal) else type(value).__name__.lower())
