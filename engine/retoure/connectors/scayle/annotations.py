"""`orders.annotate`: keeps one named entry in an order's legacy custom data and leaves all others alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from weakref import WeakValueDictionary

from ...types.manifest import Operation
from ..failures import Effect
from ..http import Ask, HttpClient
from ..places import PlaceMissing, fill_path
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled

ROOM = "retoure"
"""The key in `legacyCustomData` under which all entries stand."""

_ORDER = "/shops/{shop}/countries/{country}/orders/{order}"


class OrderAnnotate:
    """Reads `legacyCustomData`, puts the entry at `retoure.<name>`, writes the whole object.

    Body: `{order, name, status, text?}`; whatever stands beside `order` and `name` is the entry. The entry is removed
    by `{order, name, remove: true}` or by a `status` that is null: that is how it is undone. SCAYLE replaces the whole
    object and has no conditional write, so it is read right before and read back after: an entry that is right already
    is not written, one that another writer swept away is a CONFLICT, and sending it again does no harm. Inside one
    process entries of one order wait for each other: two returns of an order would sweep each other away unnoticed.
    """

    def __init__(self, client: HttpClient, options: Mapping[str, str], operation: Operation | None = None) -> None:
        self._client, self._options = client, dict(options)
        self._errors = operation.errors if operation else ()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def plan(self, call: Call) -> Json:
        """Nothing: the newest state is read when it is written."""
        return None

    async def send(self, call: Call, plan: Json) -> Json:
        """None. Raises CallFailed; INVALID when the place is taken by data that is not ours."""
        async with self._locks.setdefault(self._path(call), asyncio.Lock()):
            data = await self._read(call)
            merged = _merged(data, call)
            if merged != data:
                await self._client.exchange(self._write(call, merged))
                if await self.settle(call, None) is not Settled.APPLIED:
                    raise CallFailed(ErrorClass.CONFLICT, "the entry was swept away by another writer")
        return None

    async def settle(self, call: Call, plan: Json) -> Settled:
        """APPLIED when the entry stands (or is gone) as asked."""
        data = await self._read(call)
        return Settled.APPLIED if _merged(data, call) == data else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """The read and the write; the entries of others are known only after the read."""
        path = self._path(call)
        return (
            Request("GET", f"{path}?with=legacyCustomData", note="read the entries of others"),
            Request("PUT", f"{path}/legacy-custom-data", _merged({}, call), "together with what was read"),
        )

    async def _read(self, call: Call) -> dict[str, Json]:
        ask = Ask("GET", self._path(call), {"with": "legacyCustomData"}, errors=self._errors, scope="ordersRead")
        order = (await self._client.exchange(ask)).body
        return _objects(order.get("legacyCustomData") if isinstance(order, Mapping) else None, "legacyCustomData")

    def _write(self, call: Call, data: Mapping[str, Json]) -> Ask:
        return Ask(
            "PUT",
            f"{self._path(call)}/legacy-custom-data",
            body=data,
            effect=Effect.REPEATABLE,
            errors=self._errors,
            scope="customDataWrite",
        )

    def _path(self, call: Call) -> str:
        try:
            return fill_path(_ORDER, {**self._options, **(call.body or {})})
        except PlaceMissing as problem:
            raise CallFailed(ErrorClass.INVALID, f"orders.annotate needs `{problem.place}`") from problem


def _merged(data: Mapping[str, Json], call: Call) -> dict[str, Json]:
    """`data` with the entry of the call put in or taken out; our room disappears with its last entry."""
    body = call.body or {}
    name = body.get("name")
    if not isinstance(name, str) or not name:
        raise CallFailed(ErrorClass.INVALID, "orders.annotate needs `name`")
    room = _objects(data.get(ROOM), ROOM)
    room.pop(name, None)
    if not _removes(body):
        room[name] = {key: value for key, value in body.items() if key not in ("order", "name", "remove")}
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
