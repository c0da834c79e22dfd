"""`return_items.send_all` and `cancellations.send`: reports about several units of one order, merchant by merchant.

SCAYLE answers these calls without a body and keeps no record of them; what shows that one was taken is a time at the
unit (`returnedAt`, `cancelledAt`). All units of one request must be of the same merchant, so each merchant has its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...types.exact import whole_of
from ...types.manifest import Operation
from ..failures import Effect
from ..http import Ask, HttpClient
from ..places import fill_path, listed, segment
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled

Unit = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Report:
    """One kind of report: its path, the time that proves it at a unit, and its body for the units of one merchant.

    `before` is the code of the refusal where a unit has that time already, before anything was sent.
    """

    path: str
    proof: str
    before: str
    body: Callable[[Call, Mapping[str, str], Sequence[Unit]], Json]


def _returned(_: Call, __: Mapping[str, str], units: Sequence[Unit]) -> Json:
    names = ("returnKey", "received", "returnReason", "merchantReferenceKey")
    return [{name: unit[name] for name in names if unit.get(name) is not None} for unit in units]


def _cancelled(call: Call, options: Mapping[str, str], units: Sequence[Unit]) -> Json:
    merchant = units[0].get("merchantReferenceKey")
    return {
        "shopKey": options.get("shop", ""),
        "countryCode": options.get("country", ""),
        "orderId": (call.body or {}).get("order"),
        "items": [{"orderItemId": unit["unit"]} for unit in units],
        **({"merchantReferenceKey": merchant} if merchant else {}),
    }


RETURNED = Report("/fulfillment/return-items", "returnedAt", "ALREADY_RETURNED", _returned)
CANCELLED = Report("/fulfillment/cancellations", "cancelledAt", ErrorClass.CONFLICT, _cancelled)


class ReportUnits:
    """Sends one report about the units in the body `{order, units: [{unit, …}]}`."""

    def __init__(
        self,
        client: HttpClient,
        options: Mapping[str, str],
        report: Report,
        operation: Operation | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._client, self._options, self._report = client, dict(options), report
        self._errors = operation.errors if operation else ()
        self._headers = dict(headers or {})

    async def plan(self, call: Call) -> Json:
        """`{units}`, the ids that are about to be reported. Raises CallFailed where one was, by somebody else."""
        units = _units(call)
        done = sorted(await self._proven(call) & set(units))
        if done:
            raise CallFailed(self._report.before, f"unit {done[0]} has {self._report.proof} already")
        return {"units": list(units)}

    async def send(self, call: Call, plan: Json) -> Json:
        """`{sent: [[unit, …], …]}`. A failure after a merchant's request was taken leaves the outcome unknown."""
        sent: list[Json] = []
        for ask, units in self._asks(call):
            try:
                await self._client.exchange(ask)
            except CallFailed as failed:
                failed.outcome_unknown = failed.outcome_unknown or bool(sent)
                raise
            sent.append(list(units))
        return {"sent": sent}

    async def settle(self, call: Call, plan: Json) -> Settled:
        """By the time at each unit; UNKNOWN when some have it and others do not."""
        wanted = set(_units(call))
        proven = await self._proven(call) & wanted
        if proven == wanted:
            return Settled.APPLIED
        return Settled.UNKNOWN if proven else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """One request for each merchant."""
        return tuple(Request(ask.method, ask.path, ask.body, f"{len(units)} units") for ask, units in self._asks(call))

    def _asks(self, call: Call) -> list[tuple[Ask, Sequence[int]]]:
        path, body = self._report.path, self._report.body
        asks: list[tuple[Ask, Sequence[int]]] = []
        for units in _by_merchant(call):
            content = body(call, self._options, units)
            ask = Ask("POST", path, {}, content, Effect.ONCE, self._errors, "fulfillmentWrite", self._headers)
            asks.append((ask, [_id(unit) for unit in units]))
        return asks

    async def _proven(self, call: Call) -> set[int]:
        order = segment(str((call.body or {}).get("order")))
        path = fill_path("/shops/{shop}/countries/{country}/orders/", self._options) + order
        found = (await self._client.exchange(Ask("GET", path, scope="ordersRead"))).body
        proven = (whole_of(item.get("id")) for item in listed(found, "items") if item.get(self._report.proof))
        return {number for number in proven if number is not None}


def _by_merchant(call: Call) -> list[list[Unit]]:
    """The units, those of one merchant together, merchants and units in the order they are named."""
    groups: dict[str, list[Unit]] = {}
    for unit in listed(call.body, "units"):
        groups.setdefault(str(unit.get("merchantReferenceKey") or ""), []).append(unit)
    return list(groups.values())


def _units(call: Call) -> tuple[int, ...]:
    """The ids; raises CallFailed(INVALID) for none, and for one named twice."""
    ids = tuple(_id(unit) for unit in listed(call.body, "units"))
    if not ids or len(set(ids)) < len(ids) or (call.body or {}).get("order") is None:
        raise CallFailed(ErrorClass.INVALID, f"{call.operation} needs `order` and `units`, each unit once")
    return ids


def _id(unit: Unit) -> int:
    number = whole_of(unit.get("unit"))
    if number is None:
        raise CallFailed(ErrorClass.INVALID, f"`unit` is {unit.get('unit')!r}, which is no order item id")
    return number
