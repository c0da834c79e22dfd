"""The worker is killed again and again in the middle of its work; the platform's own books must come out right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure.connectors.port import Event
from retoure.delivery.store.sqlite import SqliteStore

from ..plain import PLAIN

DRILL = str(Path(__file__).with_name("drill.py"))
KILLS = 30
RETURNS = 6


@pytest.fixture
def platform() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, DRILL, "platform", "11"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        process.kill()


class Returns:
    """Returns that keep changing: quantities and variants go up and down, events come once or twice."""

    def __init__(self, url: str, store: SqliteStore) -> None:
        self._url = url
        self._store = store
        self._chance = random.Random(5)
        self.records: dict[str, dict[str, Any]] = {}
        self._events = 0

    def change(self, number: int) -> None:
        subject = f"r{number}"
        version = self.records.get(subject, {"version": 0})["version"] + 1
        lines = {f"line{i}": (self._chance.choice("AB"), self._chance.randint(0, 4)) for i in range(2)}
        units = [*self.records.get(subject, {"units": []})["units"], f"{subject}-{version}"]
        self.records[subject] = {"id": subject, "version": version, "units": units, "lines": lines}
        httpx.put(f"{self._url}/returns/{subject}", json=self.records[subject], verify=PLAIN).raise_for_status()
        self._events += 1
        event = Event("desk", "updated", str(self._events), subject, str(self._events).encode())
        for _ in range(self._chance.choice((1, 1, 2))):
            self._store.accept(event, datetime.now(UTC))


def killed_at_random(database: Path, url: str, chance: random.Random) -> None:
    worker = subprocess.Popen([sys.executable, DRILL, "worker", str(database), url], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    with worker:
        assert worker.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0.0, 0.3))
        worker.send_signal(signal.SIGKILL)
    assert worker.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_nothing_is_lost_or_doubled_by_kills(tmp_path: Path, platform: str) -> None:
    database, chance = tmp_path / "retoure.db", random.Random(3)
    store = SqliteStore(database)
    returns = Returns(platform, store)
    for _ in range(KILLS):
        for number in range(RETURNS):
            returns.change(number)
        killed_at_random(database, platform, chance)
    subprocess.run([sys.executable, DRILL, "worker", str(database), platform, "--finish"], check=True, timeout=300)
    books = httpx.get(f"{platform}/books", verify=PLAIN).json()
    assert refunds(books) == {unit: 1 for record in returns.records.values() for unit in record["units"]}
    assert sums(books) == wanted(returns.records.values())
    status = store.status()
    assert (status.queues, status.holds, status.oldest_waiting) == ({}, {}, None)
    assert interrupted(store) > 0, "no kill hit a call: the drill proves nothing"
    store.close()


def refunds(books: Any) -> dict[str, int]:
    return dict(Counter(made["unit"] for made in books["refunds"]))


def sums(books: Any) -> dict[tuple[str, str], int]:
    """What the platform has in stock by return and SKU."""
    found: Counter[tuple[str, str]] = Counter()
    for made in books["stock"]:
        found[made["return"], made["sku"]] += made["quantity"]
    return {key: quantity for key, quantity in found.items() if quantity}


def wanted(records: Any) -> dict[tuple[str, str], int]:
    found: Counter[tuple[str, str]] = Counter()
    for record in records:
        for sku, quantity in record["lines"].values():
            found[record["id"], sku] += quantity
    return {key: quantity for key, quantity in found.items() if quantity}


def interrupted(store: SqliteStore) -> int:
    """Calls that a kill caught under way."""
    attempts = (row for subject in store.subjects() for row in store.story(subject).attempts)
    return sum(row["message"] == "the process ended during the call" for row in attempts)
