"""`python -m tests.soak.alive FILE`: how many objects of Python are alive after each of four rounds of events.

A process of its own: what other tests left behind, such as spans that are kept for an exporter, is no object of these.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path

from retoure.delivery.store.sqlite import SqliteStore

from .day import Load, Shift

ROUNDS = 4
AT_LEAST = 90  # events in a round


async def counted(file: Path) -> list[int]:
    """Counted when all is quiet."""
    shift = Shift(SqliteStore(file, remembered=50), Load(peak=0.2, open=200), seed=5)
    async with shift.runner:
        await shift.open()
        return [await _round(shift) for _ in range(ROUNDS)]


async def _round(shift: Shift) -> int:
    events = sum([await shift.minute(19) for _ in range(8)])
    assert events > AT_LEAST
    gc.collect()
    return len(gc.get_objects())


if __name__ == "__main__":
    print(*asyncio.run(counted(Path(sys.argv[1]))))
