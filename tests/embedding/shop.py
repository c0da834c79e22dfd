"""A shop for tests: both simulators with an order and returns, and the deployment file that connects them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.types import ASGIApp

from retoure.connectors.reveni.signature import digest
from retoure.connectors.simulators import ReveniSimulator, ScayleSimulator, SimulatorServer

from ..plain import PLAIN

MAPPING = Path(__file__).resolve().parents[2] / "mappings" / "reveni_to_scayle" / "returns.rmap"
TOKEN, KEY = "sim-token", "sim-api-key"
SECRETS: Mapping[str, str] = {"SCAYLE_TOKEN": TOKEN, "REVENI_TOKEN": KEY}
DEPLOYMENT = """\
mapping: {mapping}
systems:
  scayle:
    connector: scayle
    base_url: {scayle}/api/admin/v1
    options: {{shop: ms, country: DE}}
    credentials: {{token: env:SCAYLE_TOKEN}}
  reveni:
    connector: reveni
    base_url: {reveni}
    options: {{store: sim-store}}
    credentials: {{token: env:REVENI_TOKEN}}
store: {{path: retoure.db}}
alerts:
  oncall: {{channel: log}}
web: {{port: 0, max_body_bytes: 100000}}
worker: {{poll: 0.05, settle_after: 0.1}}
"""


@dataclass(frozen=True)
class Shop:
    """Both platforms by address, and the deployment `file`; `environment` holds its secrets."""

    scayle: str
    reveni: str
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **SECRETS}

    def ordered(self, sku: str = "TEE-S", quantity: int = 1) -> Any:
        """A shipped and invoiced order, as SCAYLE shows it."""
        return self.admin(self.scayle, "/orders", {"lines": [{"sku": sku, "quantity": quantity}], "ship": True})

    def returned(self, order: Any, status: str = "accepted", sku: str = "TEE-S", **fields: Any) -> Any:
        """A return of one unit in the given status, as Reveni shows it. No webhook is sent: see `webhook`."""
        item = {"sku": sku, "quantity": 1, "price": "10.0000", "return_reason": "too_small"}
        body = {"order": {"external_id": str(order["id"])}, "items": [item], **fields}
        made = self.admin(self.reveni, "/returns", body)
        return self.moved(made, status)

    def moved(self, made: Any, status: str) -> Any:
        """The return in another status."""
        return self.admin(self.reveni, f"/returns/{made['id']}/move", {"status": status, "force": True})

    def subscribed(self, address: str) -> None:
        """From now on Reveni sends its signed webhooks to `address`."""
        hook = {"url": address, "event_types": ["return.created", "return.updated"]}
        url = f"{self.reveni}/merchants/v0/stores/sim-store/webhooks"
        httpx.post(url, json=hook, headers={"Authorization": f"Bearer {KEY}"}, verify=PLAIN).raise_for_status()

    def delivered(self) -> None:
        """Returns when Reveni has nothing more to deliver."""
        assert self.admin(self.reveni, "/webhooks/wait", {"seconds": 20})["idle"]

    def fault(self, system: str, **plan: Any) -> None:
        self.admin(system, "/faults", plan)

    def refunds(self) -> list[tuple[int, int]]:
        """What SCAYLE really paid back: order item and cents."""
        books = httpx.get(f"{self.scayle}/_sim/books", verify=PLAIN).raise_for_status().json()
        return [(refund["orderItemId"], refund["amount"]) for refund in books["refunds"]]

    @staticmethod
    def admin(system: str, path: str, body: Any) -> Any:
        return httpx.post(f"{system}/_sim{path}", json=body, verify=PLAIN).raise_for_status().json()


@contextmanager
def shop(
    folder: Path, text: str = DEPLOYMENT, before: Callable[[ASGIApp], ASGIApp] = lambda app: app
) -> Iterator[Shop]:
    """Both simulators, and a deployment file in `folder`. `before` may put something in front of SCAYLE."""
    scayle_app = before(ScayleSimulator(seed=1))
    with SimulatorServer(scayle_app) as scayle, SimulatorServer(ReveniSimulator(seed=1)) as reveni:
        file = folder / "retoure.yaml"
        file.write_text(text.format(mapping=MAPPING, scayle=scayle.url, reveni=reveni.url), encoding="utf-8")
        yield Shop(scayle.url, reveni.url, file)


def until(true: Callable[[], bool], what: str, seconds: float = 30) -> None:
    """Returns once `true()`; fails after half a minute, or so many seconds, which no machine should need."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(0.02)


def webhook(made: Any, event: str = "1", key: str = KEY, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    """Body and headers of Reveni's signed webhook about a return."""
    body = {
        "id": f"{made['id']}-{event}",
        "event": "return.updated",
        "created": int(datetime.now(UTC).timestamp()),
        "data": {"resource": "return", "resource_id": made["id"], "object": made},
    }
    return signed(json.dumps(body).encode(), key, at)


def signed(raw: bytes, key: str = KEY, at: datetime | None = None) -> tuple[bytes, dict[str, str]]:
    """The body with its signature header."""
    moment = f"{(at or datetime.now(UTC)).timestamp():.6f}"
    return raw, {"X-REVENI-SIGNATURE": f"t={moment},v1={digest(key, moment, raw)}"}
