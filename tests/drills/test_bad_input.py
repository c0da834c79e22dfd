"""Bad input on a running service: a clear answer, the raw body kept, and other work goes on."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from retoure import data_folder
from retoure.delivery.store.bodies import unpack
from retoure_cli.demo.platforms import API_KEY, Platforms
from retoure_cli.demo.run import MAPPING
from retoure_cli.demo.service import SECRETS, Pace, Service, serving

from ..plain import PLAIN

pytestmark = pytest.mark.slow

NOT_JSON = b"{ this is not JSON"


@dataclass(frozen=True)
class Running:
    """The service between both platforms, with one order of two shirts."""

    service: Service
    platforms: Platforms
    folder: Path
    order: int

    def webhook(self, body: bytes, *, key: str = API_KEY, age: float = 0.0) -> httpx.Response:
        """A webhook as Reveni signs it, so many seconds ago, with this key."""
        stamp = f"{time.time() - age:.6f}"
        digest = hmac.new(key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        headers = {"X-REVENI-SIGNATURE": f"t={stamp},v1={digest}", "Content-Type": "application/json"}
        url = f"{self.service.url}/webhooks/reveni"
        return httpx.post(url, content=body, headers=headers, trust_env=False, verify=PLAIN)

    def rejected(self) -> list[tuple[str, bytes]]:
        """Reason and body of every message that was not taken."""
        with sqlite3.connect(self.folder / "retoure.db") as db:
            found = db.execute("SELECT reason, raw, coding FROM rejected ORDER BY id").fetchall()
        db.close()
        return [(reason, unpack(bytes(raw), coding)) for reason, raw, coding in found]

    def holds(self) -> list[tuple[str, str]]:
        """Team and reason of every open hold."""
        with sqlite3.connect(self.folder / "retoure.db") as db:
            found: list[tuple[str, str]] = db.execute(
                "SELECT team, reason FROM holds WHERE closed_at IS NULL ORDER BY id"
            ).fetchall()
        db.close()
        return found

    def returned(self, *items: dict[str, Any], order: int | None = None) -> str:
        """A return that is under way at Reveni."""
        body = {
            "order": {"external_id": str(order or self.order)},
            "items": list(items),
            "instant": False,
            "status": "in_progress",
        }
        made: str = self.platforms.reveni.post("/returns", body)["id"]
        return made

    def still_works(self) -> None:
        """An ordinary return goes through to its refund."""
        number = self.returned({"sku": "TEE-S", "quantity": 1, "price": "10.00", "return_reason": "too_small"})
        self.platforms.reveni.post(f"/returns/{number}/move", {"status": "accepted"})
        wait_for(lambda: self.platforms.scayle.books()["refunds"])


def wait_for(there: Callable[[], Any], seconds: float = 15.0) -> Any:
    """What `there` gives once it gives something; fails after a while."""
    until = time.monotonic() + seconds
    while not (found := there()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)
    return found


@pytest.fixture
def running(tmp_path: Path, platforms: Platforms) -> Iterator[Running]:
    platforms.scayle.post("/variants", {"variants": [{"sku": "TEE-S", "stock": {"main-warehouse": 5}}]})
    order = platforms.scayle.post("/orders", {"lines": [{"sku": "TEE-S", "quantity": 2}], "ship": True})
    with serving(tmp_path, platforms, data_folder("mappings") / MAPPING, Pace()) as service:
        yield Running(service, platforms, tmp_path, order["id"])


def event(**changes: Any) -> bytes:
    """The body of an event about a return Reveni does not have."""
    data = {"status": "shipped", "resource": "return", "resource_id": "r-1", "object": {}}
    return json.dumps({"id": "e-1", "event": "return.updated", "created": 1, "data": data, **changes}).encode()


def test_messages_that_are_not_taken(running: Running) -> None:
    """All in one service's life, since what matters is that it goes on."""
    answers = {
        "malformed": running.webhook(NOT_JSON),
        "signature": running.webhook(event(), key="somebody else's"),
        "stale": running.webhook(event(id="e-2"), age=3600),
        "too large": running.webhook(event(padding="x" * 1_100_000)),
    }
    statuses = {reason: answer.status_code for reason, answer in answers.items()}
    assert statuses == {"malformed": 400, "signature": 401, "stale": 400, "too large": 413}
    for reason, answer in answers.items():
        assert answer.json()["error"] == reason
        assert len(answer.json()["message"].split()) > 5, "a sentence, not a word"
    kept = running.rejected()
    assert ("malformed", NOT_JSON) in kept
    assert ("signature", event()) in kept
    assert ("stale", event(id="e-2")) in kept
    running.still_works()


def test_an_event_of_an_unknown_kind_is_kept_and_not_asked_for_again(running: Running) -> None:
    body = event(event="return.evaporated")
    assert running.webhook(body).status_code == 202
    assert body in [raw for _, raw in running.rejected()]
    running.still_works()


@pytest.mark.parametrize(
    ("items", "team", "reason"),
    [
        ([], "returns desk", "the return has lines"),
        ([{"sku": "GHOST-S", "quantity": 1, "price": "10.00"}], "returns desk", "every returned unit was shipped"),
        ([{"sku": "TEE-S", "quantity": 3, "price": "10.00"}], "returns desk", "every returned unit was shipped"),
        ([{"sku": None, "quantity": 1, "price": "10.00"}], "returns desk", "every line has a SKU"),
    ],
)
def test_returns_that_make_no_sense_are_held(
    running: Running, items: list[dict[str, Any]], team: str, reason: str
) -> None:
    running.returned(*items)
    holds = wait_for(running.holds)
    assert [held for held, _ in holds] == [team]
    assert reason in holds[0][1]
    running.still_works()


def test_an_order_nobody_knows_is_held(running: Running) -> None:
    running.returned({"sku": "TEE-S", "quantity": 1, "price": "10.00"}, order=999999)
    ((team, reason),) = wait_for(running.holds)
    assert team == "returns desk"
    assert reason.startswith("SCAYLE does not know this order")
    running.still_works()


def test_a_status_nobody_knows_is_held(running: Running) -> None:
    number = running.returned({"sku": "TEE-S", "quantity": 1, "price": "10.00"})
    running.platforms.reveni.post(f"/returns/{number}/move", {"status": "vaporised", "force": True})
    ((team, reason),) = wait_for(running.holds)
    assert (team, reason) == ("integration", "Reveni sent status vaporised, which this file does not know")
    running.still_works()


def test_a_database_of_another_version_is_refused(running: Running) -> None:
    """And left as it is: the message names the file and what to do."""
    running.service.stop()
    path = running.folder / "retoure.db"
    with sqlite3.connect(path) as db:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        db.execute("PRAGMA user_version = 99")
    db.close()
    found = subprocess.run(
        [sys.executable, "-m", "retoure_cli", "serve", "--deployment", str(running.service.deployment)],
        capture_output=True, text=True, timeout=60, env={**os.environ, **SECRETS},
    )  # fmt: skip
    assert found.returncode == 69
    assert str(path) in found.stderr
    assert "99" in found.stderr
    assert "Traceback" not in found.stderr
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {version}")
    db.close()
    running.service.start()
    running.still_works()
