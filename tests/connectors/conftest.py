"""Both platforms as servers on loopback, driven through their admin side, and connectors that call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from retoure.connectors.http import HttpOptions
from retoure.connectors.reveni import ReveniConnector
from retoure.connectors.scayle import ScayleConnector
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import ReveniSimulator, ScayleSimulator, SimulatorServer
from retoure.types.load import load_system

from ..plain import PLAIN

WEBHOOK_USER, WEBHOOK_PASSWORD = "hooks", "hooks-password"


@dataclass(frozen=True)
class Platform:
    """A running simulator: `url`, and its admin side."""

    url: str

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(method, f"{self.url}/_sim{path}", json=body, verify=PLAIN)
        answer.raise_for_status()
        return answer.json()

    def fault(self, kind: str, **fields: Any) -> None:
        self.admin("POST", "/faults", {"kind": kind, **fields})

    def options(self, **fields: Any) -> HttpOptions:
        return HttpOptions(self.url, **{"read_timeout": 5.0, **fields})


@dataclass(frozen=True)
class ScaylePlatform(Platform):
    def connector(self, token: str = "sim-token", **fields: Any) -> ScayleConnector:
        http = {name: fields.pop(name) for name in ("read_timeout", "max_body_bytes") if name in fields}
        return ScayleConnector(
            load_system("scayle/admin-v1"),
            HttpOptions(f"{self.url}/api/admin/v1", **{"read_timeout": 5.0, **http}),
            Secret(token),
            {"shop": "ms", "country": "DE"},
            webhook=(Secret(WEBHOOK_USER), Secret(WEBHOOK_PASSWORD)),
            **fields,
        )

    def order(self, sku: str = "TEE-S", quantity: int = 1, **fields: Any) -> Any:
        body = {"lines": [{"sku": sku, "quantity": quantity}], "ship": True, **fields}
        return self.admin("POST", "/orders", body)

    def stocked(self, sku: str, quantity: int, changed_at: str = "2026-03-01T10:00:00+00:00") -> None:
        self.admin("POST", "/variants", {"variants": [{"sku": sku}]})
        self.stock(sku, quantity, changed_at)

    def stock(self, sku: str, quantity: int, changed_at: str) -> None:
        self.admin("POST", "/stock", {"variant": sku, "quantity": quantity, "changedAt": changed_at})

    def writes(self) -> list[Any]:
        return list(self.admin("GET", "/books")["stockWrites"])


@dataclass(frozen=True)
class ReveniPlatform(Platform):
    def connector(self, token: str = "sim-api-key", **fields: Any) -> ReveniConnector:
        return ReveniConnector(
            load_system("reveni/merchants-v0"),
            self.options(**{name: fields.pop(name) for name in ("read_timeout",) if name in fields}),
            Secret(token),
            fields.pop("store", "sim-store"),
            **fields,
        )


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def scayle() -> Iterator[ScaylePlatform]:
    with SimulatorServer(ScayleSimulator(seed=1)) as server:
        yield ScaylePlatform(server.url)


@pytest.fixture
def reveni() -> Iterator[ReveniPlatform]:
    with SimulatorServer(ReveniSimulator(seed=1)) as server:
        yield ReveniPlatform(server.url)
