"""`stock.set_many`: absolute stocks as one bulk request, sent in chunks and followed until SCAYLE has done it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import anyio

from ...types.exact import whole_of
from ..failures import Effect, from_error
from ..http import Ask, HttpClient
from ..places import at, listed, segment
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled

_SUBMIT = "/variants/stocks/bulk-requests"
_ENDED = frozenset({"processed", "failed", "cancelled", "aborted"})
CHUNK: Final = 1000
"""Operations in one chunk, unless the deployment's option `bulk_chunk` says otherwise."""
_SENT = ("quantity", "warehouseReferenceKey", "changedAt", "sellableWithoutStock", "merchantReferenceKey")


@dataclass(frozen=True, slots=True)
class Pace:
    """How a bulk request is cut and followed: operations in a chunk, seconds to wait at first, at most, and in all.

    The cap on running operations is documented for products and prices, not for stocks. `asked` is how many operations
    are asked one by one why something was refused.
    """

    chunk: int = CHUNK
    first: float = 0.2
    longest: float = 5.0
    patience: float = 60.0
    asked: int = 50


class StockSetMany:
    """Body `{levels: [{variant, warehouseReferenceKey, quantity, changedAt, …}]}`; each level as for `stock.set`."""

    def __init__(
        self, client: HttpClient, pace: Pace | None = None, sleep: Callable[[float], Awaitable[object]] = anyio.sleep
    ) -> None:
        self._client, self._pace, self._sleep = client, pace or Pace(), sleep

    async def plan(self, call: Call) -> Json:
        """Nothing: the stocks are absolute."""
        return None

    async def send(self, call: Call, plan: Json) -> Json:
        """The state of the ended request. INVALID names what was refused; TIMEOUT when it did not end in time.

        Setting the same stocks again does no harm.
        """
        key: int | None = None
        chunks = self._chunks(call)
        for number, operations in enumerate(chunks, 1):
            body = _body(operations, key, last=number == len(chunks))
            ask = Ask("POST", _SUBMIT, {}, body, Effect.REPEATABLE, (), "stocksWrite")
            key = _key((await self._client.exchange(ask)).body)
        if key is None:
            raise CallFailed(ErrorClass.INVALID, "stock.set_many needs `levels`")
        state = await self._ended(key)
        await self._judge(call, key, state)
        return state

    async def settle(self, call: Call, plan: Json) -> Settled:
        """UNKNOWN: which request it was may not be known. It is sent again, which does no harm."""
        return Settled.UNKNOWN

    def render(self, call: Call) -> tuple[Request, ...]:
        """The chunks; what follows are reads of the request's state."""
        chunks = self._chunks(call)
        bodies = [_body(operations, None, last=n == len(chunks)) for n, operations in enumerate(chunks, 1)]
        return tuple(Request("POST", _SUBMIT, body, f"chunk {n} of {len(bodies)}") for n, body in enumerate(bodies, 1))

    def _chunks(self, call: Call) -> list[list[Json]]:
        operations, size = _operations(call), self._pace.chunk
        return [operations[start : start + size] for start in range(0, len(operations), size)]

    async def _ended(self, key: int) -> Json:
        """The state once it has ended, asked for with growing waits. Raises TIMEOUT when patience is at an end."""
        wait, waited = self._pace.first, 0.0
        while True:
            state = (await self._client.exchange(Ask("GET", f"/bulk-requests/{key}/status", scope="globalRead"))).body
            if str(at(state, "status")) in _ENDED:
                return state
            if waited >= self._pace.patience:
                words = f"bulk request {key} is still `{at(state, 'status')}` after {waited:.0f} s"
                raise CallFailed(ErrorClass.TIMEOUT, words, outcome_unknown=True)
            await self._sleep(wait)
            waited, wait = waited + wait, min(wait * 2, self._pace.longest)

    async def _judge(self, call: Call, key: int, state: Json) -> None:
        """Raises CallFailed unless everything was done; the first refused operation is asked for its reason."""
        status, failed = at(state, "status"), whole_of(at(state, "progress.failedOperations")) or 0
        if status == "processed" and not failed:
            return
        if not failed:
            raise CallFailed(ErrorClass.UNAVAILABLE, f"bulk request {key} is `{status}`", outcome_unknown=True)
        raise CallFailed(ErrorClass.INVALID, f"bulk request {key}: {failed} refused{await self._why(call, key)}")

    async def _why(self, call: Call, key: int) -> str:
        """`, first 0:key=TEE-S: 404 VARIANT_NOT_FOUND: …`; empty where none of the first few says that it failed."""
        for operation in _operations(call)[: self._pace.asked]:
            name = str(at(operation, "key"))
            path = f"/bulk-requests/{key}/operations/{segment(name)}/status"
            told = (await self._client.exchange(Ask("GET", path, scope="globalRead"))).body
            if at(told, "status") == "failed":
                why = from_error(at(told, "response.body")).message
                return f", first {name}: {at(told, 'response.statusCode')} {why}"
        return ""


def _body(operations: list[Json], key: int | None, *, last: bool) -> Json:
    """One chunk: the first opens the request, later ones name its key, the last completes it."""
    callbacks: dict[str, Json] = {"requestStatus": "complete" if last else "incomplete"}
    if key is not None:
        callbacks["bulkRequestKey"] = key
    return {"callbacks": callbacks, "operations": operations}


def _operations(call: Call) -> list[Json]:
    """One operation for each level, under a key that says which: unique inside the request, as SCAYLE wants."""
    return [_operation(number, level) for number, level in enumerate(listed(call.body, "levels"))]


def _operation(number: int, level: Mapping[str, Json]) -> Json:
    variant = str(level.get("variant"))
    return {
        "key": f"{number}:{variant}",
        "url": f"/variants/{segment(variant)}/stocks",
        "method": "POST",
        "headers": {},
        "body": {name: level[name] for name in _fields(level)},
    }


def _fields(level: Mapping[str, Json]) -> Sequence[str]:
    return [name for name in (*_SENT, "expectedAvailabilityAt") if level.get(name) is not None]


def _key(answer: Json) -> int:
    key = whole_of(at(answer, "key"))
    if key is None:
        raise CallFailed(ErrorClass.UNAVAILABLE, "the answer names no bulk request", outcome_unknown=True)
    return key
