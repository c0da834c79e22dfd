"""`orders.account`: an order, its credit notes and our own notes on it, which is what an audit compares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...types.manifest import Operation
from ..failures import Effect
from ..http import Ask, HttpClient
from ..places import at, fill_path, listed
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled
from .annotations import ROOM

_ORDER: Final = "/shops/{shop}/countries/{country}/orders/{order}"
_WITH: Final = "legacyCustomData"
CREDIT_NOTE: Final = "corrective_invoice"


class OrderAccount:
    """Two reads as one: the order with its custom data, and its invoices. It writes nothing."""

    def __init__(self, client: HttpClient, options: Mapping[str, str], operation: Operation | None = None) -> None:
        self._client, self._options = client, dict(options)
        self._errors = operation.errors if operation else ()

    async def plan(self, call: Call) -> Json:
        """Nothing."""
        return None

    async def send(self, call: Call, plan: Json) -> Json:
        """The order, `creditNotes` (how many there are) and `notes` (`[{name, status, text}]`). Raises CallFailed."""
        order: Any = await self._get(self._place(call), {"with": _WITH})
        if not isinstance(order, Mapping):
            raise CallFailed(ErrorClass.INVALID, "the answer is no order")
        invoices = await self._get(f"{self._place(call)}/invoices", {})
        credited = sum(entry.get("type") == CREDIT_NOTE for entry in listed(invoices, "entities"))
        return {**order, "creditNotes": credited, "notes": _notes(order)}

    async def settle(self, call: Call, plan: Json) -> Settled:
        """There is nothing to find out about a read."""
        return Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """Both reads."""
        path = self._place(call)
        return Request("GET", f"{path}?with={_WITH}"), Request("GET", f"{path}/invoices")

    async def _get(self, path: str, query: Mapping[str, str]) -> Json:
        ask = Ask("GET", path, query, None, Effect.NONE, self._errors, "ordersRead")
        return (await self._client.exchange(ask)).body

    def _place(self, call: Call) -> str:
        return fill_path(_ORDER, {**self._options, "order": call.arguments[0]})


def _notes(order: Mapping[str, Any]) -> list[Json]:
    room = at(order, f"{_WITH}.{ROOM}")
    entries = room.items() if isinstance(room, Mapping) else ()
    return [{"name": name, **entry} for name, entry in entries if isinstance(entry, Mapping)]
