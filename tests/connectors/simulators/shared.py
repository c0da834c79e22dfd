"""One simulator for all tests of a file: each test begins with the switches at their defaults and nobody subscribed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from retoure.connectors.simulators import FixedClock, ReveniSimulator, ScayleSimulator, SimulatorServer
from retoure.connectors.simulators.clock import Clock

from ...plain import PLAIN
from .conftest import START, Inbox


class Platform(httpx.Client):
    """A client of the public side, at `base`, and of the admin side."""

    def switch(self, **changes: Any) -> None:
        answer = self.admin("PATCH", "/switches", changes)
        assert {name: answer[name] for name in changes} == changes

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.request(method, f"{self.base_url.copy_with(path='/_sim')}{path}", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def books(self) -> Any:
        return self.admin("GET", "/books")

    def told(self, inbox: Inbox) -> list[Any]:
        """What has arrived once nothing is under way."""
        assert self.admin("POST", "/webhooks/wait", {})["idle"]
        return [json.loads(raw) for _, raw in inbox.received]

    def pass_time(self, seconds: float) -> None:
        self.admin("POST", "/clock", {"advance_seconds": seconds})


@contextmanager
def scayle() -> Iterator[Platform]:
    with SimulatorServer(ScayleSimulator(seed=7, clock=FixedClock(START))) as server:
        headers = {"X-Access-Token": "sim-token"}
        with Platform(base_url=f"{server.url}/api/admin/v1", headers=headers, trust_env=False, verify=PLAIN) as client:
            yield client


@contextmanager
def reveni(clock: Clock | None = None) -> Iterator[Platform]:
    with SimulatorServer(ReveniSimulator(seed=7, clock=clock or FixedClock(START))) as server:
        headers = {"Authorization": "Bearer sim-api-key"}
        base = f"{server.url}/merchants/v0/stores/sim-store"
        with Platform(base_url=base, headers=headers, trust_env=False, verify=PLAIN) as client:
            yield client


def until(there: Callable[[], object]) -> None:
    """Waits for something that will be there in a moment."""
    end = time.monotonic() + 20.0
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def ordered(scayle: Platform, quantity: int = 1, **fields: Any) -> Any:
    """An order of so many units, shipped unless said otherwise."""
    body = {"lines": [{"sku": "TEE-S", "quantity": quantity, "price": 2000}], "ship": True, **fields}
    return scayle.admin("POST", "/orders", body)


def subscribe(scayle: Platform, inbox: Inbox, event: str) -> httpx.Response:
    """Has SCAYLE tell the inbox of this event."""
    return scayle.post("/webhooks/subscriptions", json={"event": event, "url": inbox.url})
