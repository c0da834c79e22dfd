"""Bodies of messages in the database: compressed where that makes them smaller, and given back byte by byte."""

from __future__ import annotations

import zlib
from typing import Final

PLAIN: Final = ""
ZLIB: Final = "zlib"
GONE: Final = "gone"  # removed after the retention
THERE: Final = f"'{PLAIN}', '{ZLIB}'"
"""The codings of bodies that are there, as SQL has a list: an index by coding then finds the moment behind it."""
CODINGS: Final = f"{THERE}, '{GONE}'"
"""All there are."""

LARGE: Final = 4096  # bytes from which on a body is compressed: for less the time is worth more than the room


def pack(raw: bytes) -> tuple[bytes, str]:
    """What to store, and how it is coded."""
    if len(raw) < LARGE:
        return raw, PLAIN
    smaller = zlib.compress(raw)
    return (smaller, ZLIB) if len(smaller) < len(raw) else (raw, PLAIN)


def unpack(stored: bytes, coding: str) -> bytes:
    """The body as it came; nothing where it is gone."""
    return zlib.decompress(stored) if coding == ZLIB else stored
