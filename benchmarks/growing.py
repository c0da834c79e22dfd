"""(i), (j), (k), (l): what grows with the work, and what must not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path

import books
import memory
from measuring import Gauge, Peers, Work
from peers import COMPILED

from retoure.compile import CompiledMapping
from retoure.connectors.port import Event
from retoure.delivery.store.sqlite import SqliteStore
from retoure.testing.clock import JumpingClock

TURN = 50
"""Events of one turn."""

VERSIONS = """One version after the other of one return, each with another piece and another note: taken in, decided,
two calls made and stored. In turns with a return that is new, so that the age alone differs. Microseconds of the clock
for a version; the database is in memory (/dev/shm), since the disk's own time is not what is compared."""
LEDGER = """New returns, each taken in, decided, two calls made and stored, with many others in the same database, and
in one that is empty. The others are copies, by SQL, of what the engine itself wrote; that these do not differ from rows
it writes is compared first. Microseconds of the clock for an event. Both databases are {where}."""
AUDIT = """A whole audit, each return with one read of the shop, which answers at once: microseconds of the clock for a
return. Then the audit once more, when nothing has changed since."""
MEMORY = """The most memory a process had (VmHWM), measured from outside; the first row is a Python that has imported
the parser and the command line's library."""
FLAT = "at most 1.20"


def works(*, quick: bool) -> Iterator[Work]:
    age, size, audited = (500, 5_000, 500) if quick else (9_000, 1_000_000, 100_000)
    clock = partial(Work, same=False, gauge=Gauge.OWN, unit="µs")
    yield clock("i", f"one return with {age + 1000:,} versions", partial(aged, age), VERSIONS, FLAT, rounds=20)
    where = "in memory (/dev/shm)" if books.fits(size) else "on the disk: there is no memory for both"
    about = LEDGER.format(where=where)
    yield clock("j", f"a ledger of {size:,} returns", partial(stored, size), about, FLAT, rounds=21)
    yield clock("k", f"an audit of {audited:,} returns", partial(compared, audited), AUDIT, "constant", rounds=1)
    yield Work(
        "l", "memory", partial(memory.peers, quick=quick), MEMORY, same=False, gauge=Gauge.OWN, unit="MB", rounds=1
    )


def taken(mapping: CompiledMapping, path: Path, events: Sequence[Event]) -> float:
    """Microseconds for each event, from taking it in to its last effect."""
    return books.work(mapping, path, events) / len(events) * 1e6


# ---- (i)


def aged(age: int, stack: ExitStack) -> Peers:
    mapping, path = books.program(), books.folder(stack) / "aged.db"
    books.work(mapping, path, [books.event("old", version) for version in range(1, age)])
    newer, young = count(age), count()

    def old() -> float:
        return taken(mapping, path, [books.event("old", next(newer)) for _ in range(TURN)])

    def new() -> float:
        name = f"young{next(young)}"
        return taken(mapping, path, [books.event(name, version) for version in range(1, TURN + 1)])

    return {f"{COMPILED}, the first {TURN} versions": new, f"{COMPILED}, from version {age:,} on": old}


# ---- (j)


def stored(size: int, stack: ExitStack) -> Peers:
    mapping, folder = books.program(), books.folder(stack, size)
    books.alike(mapping, folder)
    books.fill(mapping, folder / "full.db", size)
    return {
        f"{COMPILED}, an empty ledger": events_on(mapping, folder / "empty.db"),
        f"{COMPILED}, {size:,} returns": events_on(mapping, folder / "full.db"),
    }


def events_on(mapping: CompiledMapping, path: Path) -> Callable[[], float]:
    numbers = count()
    return lambda: taken(mapping, path, [books.event(f"new{next(numbers)}") for _ in range(TURN)])


# ---- (k)


def compared(size: int, stack: ExitStack) -> Peers:
    mapping, folder = books.program(), books.folder(stack, size)
    few = max(size // 100, 100)
    for number in (few, size):
        books.fill(mapping, folder / f"{number}.db", number)
    many = folder / f"{size}.db"
    return {
        f"{COMPILED}, {few:,} returns": partial(audited, mapping, folder / f"{few}.db", few),
        f"{COMPILED}, {size:,} returns": partial(audited, mapping, many, size),
        f"{COMPILED}, {size:,} returns once more": partial(audited, mapping, many, size),
    }


def audited(mapping: CompiledMapping, path: Path, size: int) -> float:
    async def run() -> float:
        async with books.runner(mapping, SqliteStore(path), JumpingClock(books.START + timedelta(hours=1))) as working:
            began = time.perf_counter()
            found = await working.audit("orders")
            assert (found.total, found.different, found.broken_off) == (size, 0, ""), found
            return (time.perf_counter() - began) / size * 1e6

    return asyncio.run(run())
