"""The connector of SCAYLE's Admin API: an access token, operations of several requests, unsigned webhooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import httpx

from ...types.manifest import Manifest
from ..budget import RateBudget
from ..envelope import MAX_WEBHOOK_BYTES
from ..http import Ask, HttpClient, HttpOptions
from ..port import Call, Event, Incoming, Json, Rejected
from ..rest import Composed, RestConnector
from ..secret import Secret
from ..subscribing import Subscriptions
from .account import OrderAccount
from .annotations import ORDER, UNIT, Annotate
from .bulk import Pace, StockSetMany
from .fulfilment import CANCELLED, RETURNED, ReportUnits
from .stock import StockAdd
from .subscriptions import subscriptions, with_credentials
from .webhooks import check_basic, parse


class ScayleConnector(RestConnector):
    """Calls SCAYLE's Admin API and takes its webhooks.

    `places` fill the paths: `shop` (two characters) and `country` (alpha-2, or the number of the shop country).
    `company` goes into `X-Company-Id` of the fulfilment calls, empty for none. `webhook` is the user name and password
    of the receiving URL, all that SCAYLE offers to tell its webhooks from forged ones; without them all are rejected.
    Subscriptions made here carry them; they are in no call and in no answer. `pace` is that of bulk requests.
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
        pace: Pace | None = None,
    ) -> None:
        hidden = webhook[1:] if webhook else ()
        client = HttpClient(options, _headers(token), transport=transport, budget=budget, hidden=hidden)
        self._fulfils = {"x-company-id": company} if company else {}
        self._stock = StockAdd(client, manifest.operations.get("stock.add"), now=now)
        composed = _composed(manifest, client, places, self._fulfils, pace, self._stock)
        super().__init__(manifest, client, options=places, composed=composed)
        self._webhook, self._limit = webhook, max_webhook_bytes

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        """Checks the credentials, then reads the event. Raises Rejected. SCAYLE sends no signed time."""
        if self._webhook is None:
            raise Rejected("signature", "no user name and password are configured for SCAYLE's webhooks")
        user, password = self._webhook
        check_basic(incoming.headers, user.reveal(), password.reveal())
        return parse(self.manifest, incoming, self._limit)

    async def stood(self, call: Call, own: Json, plans: Sequence[Json]) -> Json:
        """As Booked, of `stock.add`."""
        return await self._stock.stood(call, own, plans)

    async def subscriptions(self) -> Subscriptions:
        """As Subscribing, those of the Admin API."""
        return await subscriptions(self.send)

    def _ask(self, call: Call) -> Ask:
        ask = with_credentials(super()._ask(call), self._webhook)
        return replace(ask, headers=self._fulfils) if ask.path.startswith("/fulfillment/") else ask


def _composed(
    manifest: Manifest,
    client: HttpClient,
    places: Mapping[str, str],
    fulfils: Mapping[str, str],
    pace: Pace | None,
    stock: StockAdd,
) -> dict[str, Composed]:
    """The operations of several requests, by name."""
    known = manifest.operations.get
    return {
        "stock.add": stock,
        "stock.set_many": StockSetMany(client, pace),
        "orders.account": OrderAccount(client, places, known("orders.account")),
        "orders.annotate": Annotate(client, places, ORDER, known("orders.annotate")),
        "order_items.annotate": Annotate(client, places, UNIT, known("order_items.annotate")),
        "return_items.send_all": ReportUnits(client, places, RETURNED, known("return_items.send_all"), fulfils),
        "cancellations.send": ReportUnits(client, places, CANCELLED, known("cancellations.send"), fulfils),
    }


def _headers(token: Secret) -> Callable[[], dict[str, str]]:
    return lambda: {"x-access-token": token.reveal()}
