"""What the audit trail says of a deed, as text."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from retoure import Deed

from .output import when

SHORT: Final = 12
DIGESTS: Final = frozenset({"before", "after"})


def deed_told(deed: Deed) -> str:
    """The details of a deed: moments in local time, of hashes the beginning."""
    return ", ".join(f"{name} {_told(name, value)}" for name, value in deed.detail.items() if value != "")


def _told(name: str, value: object) -> object:
    if name == "until":
        return when(datetime.fromisoformat(str(value)))
    return f"{str(value)[:SHORT]}…" if name in DIGESTS else value
