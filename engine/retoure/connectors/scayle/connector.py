"""The connector of SCAYLE's Admin API: an access token, two composed operations, unsigned webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

import httpx

from ...types.manifest import Manifest
from ..budget import RateBudget
from ..envelope import MAX_WEBHOOK_BYTES
from ..http import Ask, HttpClient, HttpOptions
from ..port import Call, Event, Incoming, Rejected
from ..rest import Composed, RestConnector
from ..secret import Secret
from .annotations import OrderAnnotate
from .stock import StockAdd
from .webhooks import check_basic, parse


class ScayleConnector(RestConnector):
    """Calls SCAYLE's Admin API and takes its webhooks.

    `places` fill the paths: `shop` (two characters) and `country` (alpha-2, or the number of the shop country).
    `company` goes into `X-Company-Id` of the fulfilment calls, empty for none. `webhook` is the user name and password
    of the receiving URL, all that SCAYLE offers to tell its webhooks from forged ones; without them all are rejected.
    """

    def __init__(
        self,
        manifest: Manifest,
        options: HttpOptions,
        token: Secret,
        places: Mapping[str, str],
        *,
        company: str = "",
        webhook: tuple[Secret, Secret] | None = None,
        max_webhook_bytes: int = MAX_WEBHOOK_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
        budget: RateBudget | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        client = HttpClient(options, _headers(token), transport=transport, budget=budget)
        composed: dict[str, Composed] = {
            "stock.add": StockAdd(client, manifest.operations.get("stock.add"), now=now),
            "orders.annotate": OrderAnnotate(client, places, manifest.operations.get("orders.annotate")),
        }
        super().__init__(manifest, client, options=places, composed=composed)
        self._company, self._webhook, self._limit = company, webhook, max_webhook_bytes

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        """Checks the credentials, then reads the event. Raises Rejected. SCAYLE sends no signed time."""
        if self._webhook is None:
            raise Rejected("signature", "no user name and password are configured for SCAYLE's webhooks")
        user, password = self._webhook
        check_basic(incoming.headers, user.reveal(), password.reveal())
        return parse(self.manifest, incoming, self._limit)

    def _ask(self, call: Call) -> Ask:
        ask = super()._ask(call)
        fulfils = ask.path.startswith("/fulfillment/")
        return replace(ask, headers={"x-company-id": self._company}) if self._company and fulfils else ask


def _headers(token: Secret) -> Callable[[], dict[str, str]]:
    return lambda: {"x-access-token": token.reveal()}
