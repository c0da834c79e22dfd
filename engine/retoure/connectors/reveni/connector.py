"""The connector of Reveni: `Bearer` key, one store below the base URL, signed webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import httpx

from ...types.manifest import Manifest
from ..budget import RateBudget
from ..envelope import MAX_WEBHOOK_BYTES, check_size, event_of, instant_at, read_body
from ..http import HttpClient, HttpOptions
from ..places import segment
from ..port import Call, Event, Incoming, Json, Rejected
from ..rest import RestConnector
from ..secret import Secret
from .listing import returns_since
from .signature import TOLERANCE, verify

STORES = "/merchants/v0/stores"


class ReveniConnector(RestConnector):
    """Calls Reveni's merchants API and takes its webhooks.

    `token` is the store's API key, which also signs the webhooks; `previous` the keys it replaced, accepted for
    webhooks only. `tolerance` is in seconds. A `base_url` that names the store already is left as it is. Calls that
    Reveni has not published are made only with `undocumented`; `instant_check` is the path of one of them.
    """

    def __init__(
        self,
        manifest: Manifest,
        options: HttpOptions,
        token: Secret,
        store: str,
        *,
        previous: Sequence[Secret] = (),
        tolerance: float = TOLERANCE,
        max_webhook_bytes: int = MAX_WEBHOOK_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
        budget: RateBudget | None = None,
        instant_check: str = "",
        undocumented: bool = False,
    ) -> None:
        base = replace(options, base_url=_store_url(options.base_url, store))
        client = HttpClient(base, _bearer(token), transport=transport, budget=budget)
        places = {"store": store, "instant_check": instant_check}
        super().__init__(manifest, client, options=places, undocumented=undocumented)
        self._keys = (token, *previous)
        self._tolerance, self._limit = tolerance, max_webhook_bytes

    async def send(self, call: Call, plan: Json = None) -> Json:
        """As RestConnector. The token for the shopper's browser, which comes with a new return, is not passed on."""
        answer = await super().send(call, plan)
        if call.operation == "returns.create" and isinstance(answer, Mapping):
            return {name: value for name, value in answer.items() if name != "token"}
        return answer

    async def listed_since(self, begun: date) -> Sequence[Event]:
        """As Pollable. The call is one that Reveni has not published."""
        return await returns_since(self.send, self.system, begun)

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        """Verifies the signature on the raw bytes, then reads the event. Raises Rejected.

        The record is `data.object` when that is an object with an id, else there is none: Reveni's own sample has it
        empty.
        """
        check_size(incoming, self._limit)
        keys = [key.reveal() for key in self._keys]
        verify(incoming.headers.get("x-reveni-signature", ""), incoming.body, keys, now, self._tolerance)
        return parse(self.manifest, incoming, self._limit)


def parse(manifest: Manifest, incoming: Incoming, limit: int = MAX_WEBHOOK_BYTES) -> Event:
    """The event of a webhook whose signature was verified. Raises Rejected: malformed, unknown."""
    body = read_body(incoming, limit)
    wire = body.get("event")
    if not isinstance(wire, str):
        raise Rejected("malformed", "the webhook has no `event`")
    kind = manifest.event_called(wire)
    if kind is None:
        raise Rejected("unknown", f"no event `{wire}` is known to {manifest.version}")
    data = _record(body.get("data"))
    snapshot = _record(data.get("object"))
    return event_of(
        manifest.system,
        kind.name,
        incoming.body,
        id=body.get("id"),
        subject=data.get("resource_id") or snapshot.get("id"),
        part=("data", "object") if snapshot.get("id") else (),
        at=instant_at(body.get("created")),
    )


def _record(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _store_url(base_url: str, store: str) -> str:
    base = base_url.rstrip("/")
    return base if STORES in base else f"{base}{STORES}/{segment(store)}"


def _bearer(token: Secret) -> Callable[[], dict[str, str]]:
    return lambda: {"authorization": f"Bearer {token.reveal()}"}
