"""Both platforms, reached over HTTP: their admin APIs, and servers to be started for the length of a demo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import httpx

from retoure.connectors.simulators import ReveniSimulator, ScayleSimulator, SimulatorServer

Json = dict[str, Any]

TOKEN: Final = "demo-scayle-token"
API_KEY: Final = "demo-reveni-key"
STORE: Final = "demo-store"
HOOK_USER: Final = "demo-hooks"
HOOK_PASSWORD: Final = "demo-hooks-word"

HARSH: Final[Json] = {"already_returned": "repeat"}
"""SCAYLE refunds a unit again when it is reported again, so that nothing sent twice stays unseen."""
PATIENT: Final[Json] = {
    "webhook_attempts": 100,
    "webhook_backoff_seconds": 0.2,
    "webhook_longest_wait_seconds": 3.0,
}
"""Reveni sends a webhook again until somebody takes it."""
ROOMY: Final[Json] = {"ordersRead": 60000, "ordersWrite": 60000, "fulfillmentWrite": 60000, "customDataWrite": 60000}
"""Limits per minute: a whole day of calls is made in one."""


class Platform:
    """The admin API of one simulator. Raises httpx.HTTPError when it refuses."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=f"{url}/_sim", trust_env=False, timeout=20.0)

    def ask(self, method: str, path: str, body: Json | None = None) -> Any:
        """The answer to an admin call, as JSON."""
        answer = self._client.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def post(self, path: str, body: Json | None = None) -> Any:
        """A POST."""
        return self.ask("POST", path, body)

    def books(self) -> Json:
        """What really happened there."""
        books: Json = self.ask("GET", "/books")
        return books

    def fault(self, **fault: Any) -> None:
        """Plans a fault: `kind`, `method`, `path`, `times`, …"""
        self.post("/faults", fault)

    def close(self) -> None:
        """Closes the connection, not the platform."""
        self._client.close()


@dataclass(frozen=True)
class Platforms:
    """Both of them."""

    scayle: Platform
    reveni: Platform

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.scayle.close()
        self.reveni.close()

    def prepare(self) -> None:
        """The switches and limits the day is played with."""
        self.scayle.ask("PATCH", "/switches", HARSH)
        self.scayle.ask("PUT", "/limits", ROOMY)
        self.reveni.ask("PATCH", "/switches", PATIENT)

    def subscribe(self, url: str) -> None:
        """Has Reveni send its webhooks to `url`, as a merchant would ask for it."""
        headers = {"Authorization": f"Bearer {API_KEY}"}
        body = {"url": url, "event_types": ["return.created", "return.updated"]}
        path = f"{self.reveni.url}/merchants/v0/stores/{STORE}/webhooks"
        httpx.post(path, json=body, headers=headers, trust_env=False).raise_for_status()

    def subscribe_shop(self, service: str) -> None:
        """Has SCAYLE tell the service of refunds and credit notes, as the shop would ask for it."""
        url = f"{service}/webhooks/scayle".replace("://", f"://{HOOK_USER}:{HOOK_PASSWORD}@")
        for event in ("payment-refund", "order-corrective-invoiced"):
            path = f"{self.scayle.url}/api/admin/v1/webhooks/subscriptions"
            body: Json = {"event": event, "version": 1, "url": url, "filters": []}
            httpx.post(path, json=body, headers={"x-access-token": TOKEN}, trust_env=False).raise_for_status()


@contextmanager
def simulated(seed: int) -> Iterator[Platforms]:
    """Both simulators as servers on loopback, for as long as the block lasts."""
    scayle = ScayleSimulator(seed=seed, tokens={TOKEN: None})
    reveni = ReveniSimulator(seed=seed, store=STORE, api_key=API_KEY)
    with (
        SimulatorServer(scayle) as shop,
        SimulatorServer(reveni) as desk,
        Platforms(Platform(shop.url), Platform(desk.url)) as platforms,
    ):
        platforms.prepare()
        yield platforms
