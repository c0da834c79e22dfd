"""`orders.annotate` and `order_items.annotate`: one named entry in legacy custom data, all others left alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from weakref import WeakValueDictionary

from ...types.manifest import Operation
from ..failures import Effect
from ..http import Ask, HttpClient
from ..places import PlaceMissing, at, fill_path, listed
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled

ROOM = "retoure"
"""The key in `legacyCustomData` under which all entries stand."""

_ORDER = "/shops/{shop}/countries/{country}/orders/{order}"


@dataclass(frozen=True, slots=True)
class Holder:
    """What carries the custom data: how it is asked for with the order, where it stands in it, where it is written."""

    wanted: str
    path: str
    find: Callable[[Json, Mapping[str, Json]], Json]


def _of_unit(order: Json, body: Mapping[str, Json]) -> Json:
    for item in listed(order, "items"):
        if str(item.get("id")) == str(body.get("unit")):
            return item.get("legacyCustomData")
    raise CallFailed(ErrorClass.NOT_FOUND, f"order {body.get('order')} has no unit {body.get('unit')}")


ORDER = Holder("legacyCustomData", f"{_ORDER}/legacy-custom-data", lambda order, _: at(order, "legacyCustomData"))
UNIT = Holder("items.legacyCustomData", f"{_ORDER}/items/{{unit}}/legacy-custom-data", _of_unit)


class Annotate:
    """Reads `legacyCustomData`, puts the entry at `retoure.<name>`, writes the whole object.

    Body: `{order, unit?, name, status, text?}`; whatever stands beside `order`, `unit` and `name` is the entry. The
    entry is removed by `{…, remove: true}` or by a `status` that is null: that is how it is undone. SCAYLE replaces the
    whole object and has no conditional write, so it is read right before and read back after: an entry that is right
    already is not written, one that another writer swept away is a CONFLICT, and sending it again does no harm. Inside
    one process entries of one holder wait for each other: two returns of an order would sweep each other away
    unnoticed.
    """

    def __init__(
        self, client: HttpClient, options: Mapping[str, str], holder: Holder, operation: Operation | None = None
    ) -> None:
        self._client, self._options, self._holder = client, dict(options), holder
        self._name = operation.name if operation else "annotate"
        self._errors = operation.errors if operation else ()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def plan(self, call: Call) -> Json:
        """Nothing: the newest state is read when it is written."""
        return None

    async def send(self, call: Call, plan: Json) -> Json:
        """None. Raises CallFailed; INVALID when the place is taken by data that is not ours."""
        async with self._locks.setdefault(self._place(call), asyncio.Lock()):
            data = await self._read(call)
            merged = self._merged(data, call)
            if merged != data:
                await self._client.exchange(self._write(call, merged))
                if await self.settle(call, None) is not Settled.APPLIED:
                    raise CallFailed(ErrorClass.CONFLICT, "the entry was swept away by another writer")
        return None

    async def settle(self, call: Call, plan: Json) -> Settled:
        """APPLIED when the entry stands (or is gone) as asked."""
        data = await self._read(call)
        return Settled.APPLIED if self._merged(data, call) == data else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """The read and the write; the entries of others are known only after the read."""
        read = f"{self._filled(_ORDER, call)}?with={self._holder.wanted}"
        return (
            Request("GET", read, note="read the entries of others"),
            Request("PUT", self._place(call), self._merged({}, call), "together with what was read"),
        )

    async def _read(self, call: Call) -> dict[str, Json]:
        path, wanted = self._filled(_ORDER, call), {"with": self._holder.wanted}
        order = (await self._client.exchange(Ask("GET", path, wanted, errors=self._errors, scope="ordersRead"))).body
        return _objects(self._holder.find(order, call.body or {}), "legacyCustomData")

    def _write(self, call: Call, data: Mapping[str, Json]) -> Ask:
        return Ask(
            "PUT",
            self._place(call),
            body=data,
            effect=Effect.REPEATABLE,
            errors=self._errors,
            scope="customDataWrite",
        )

    def _place(self, call: Call) -> str:
        return self._filled(self._holder.path, call)

    def _filled(self, template: str, call: Call) -> str:
        try:
            return fill_path(template, {**self._options, **(call.body or {})})
        except PlaceMissing as problem:
            raise CallFailed(ErrorClass.INVALID, f"{self._name} needs `{problem.place}`") from problem

    def _merged(self, data: Mapping[str, Json], call: Call) -> dict[str, Json]:
        """`data` with the entry of the call put in or taken out; our room disappears with its last entry."""
        body = call.body or {}
        name = body.get("name")
        if not isinstance(name, str) or not name:
            raise CallFailed(ErrorClass.INVALID, f"{self._name} needs `name`")
        room = _objects(data.get(ROOM), ROOM)
        room.pop(name, None)
        if not _removes(body):
            room[name] = {key: value for key, value in body.items() if key not in ("order", "unit", "name", "remove")}
        others = {key: value for key, value in data.items() if key != ROOM}
        return {**others, ROOM: room} if room else others


def _removes(body: Mapping[str, Json]) -> bool:
    return body.get("remove") is True or ("status" in body and body["status"] is None)


def _objects(value: Json, name: str) -> dict[str, Json]:
    """An object, or an empty one for null and for the `[]` that PHP writes for it."""
    if value is None or value == [] or value == {}:
        return {}
    if isinstance(value, Mapping):
        return dict(value)
    raise CallFailed(ErrorClass.INVALID, f"`{name}` holds data of somebody else that is no object: not overwritten")
