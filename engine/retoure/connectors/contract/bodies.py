"""Answers that are no answers: other formats, half a body, too much of it, another host."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from ..port import ErrorClass
from ..simulators.server import SimulatorServer
from .rule import Rule
from .stand import Broken, NotApplicable, Stand, failure, reads

UNREADABLE: Mapping[str, tuple[bytes, str]] = {
    "an HTML page": (b"<html><title>hello</title></html>", "text/html"),
    "half a body": (b'{"id": 1, "lines": [{"sk', "application/json"),
    "no UTF-8": (b'{"id": "\xff\xfe"}', "application/json"),
    "NaN": (b'{"price": NaN}', "application/json"),
    "deep nesting": (b"[" * 5000 + b"]" * 5000, "application/json"),
}
LIMIT = 100_000
"""Bytes of an answer that connectors on trial may hold."""


async def unreadable_fails(stand: Stand) -> None:
    _ = stand.network
    if not reads(stand.operation(stand.trials.read)):
        raise NotApplicable("it reads nothing")
    for words, (body, kind) in UNREADABLE.items():
        stand.network.instead = lambda _, body=body, kind=kind: Response(body, media_type=kind)
        async with stand.connector() as connector:
            await failure(connector, stand.trials.read, words)


async def size_bounded(stand: Stand) -> None:
    """The platform notices how much was taken: a connector that reads on would never end."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'"'
        while sent < 1000 * LIMIT:
            sent += 65_536
            yield b"x" * 65_536
            await asyncio.sleep(0)

    stand.network.instead = lambda _: StreamingResponse(endless(), media_type="application/json")
    async with stand.connector(max_body_bytes=LIMIT) as connector:
        failed = await failure(connector, stand.trials.read, "an endless body")
    if failed.error != ErrorClass.TOO_LARGE:
        raise Broken(f"an endless body is {failed.error}, not TOO_LARGE")
    if sent >= 1000 * LIMIT:
        raise Broken("an endless body was read to its end")


async def compressed_bounded(stand: Stand) -> None:
    bomb = gzip.compress(b'"' + b" " * 50 * LIMIT + b'"')
    headers = {"content-encoding": "gzip", "content-type": "application/json"}
    stand.network.instead = lambda _: Response(bomb, headers=headers)
    async with stand.connector(max_body_bytes=LIMIT) as connector:
        failed = await failure(connector, stand.trials.read, "a body that unpacks to fifty times the limit")
    if failed.error != ErrorClass.TOO_LARGE:
        raise Broken(f"a body that unpacks to fifty times the limit is {failed.error}, not TOO_LARGE")


async def host_kept(stand: Stand) -> None:
    network, calls = stand.network, (stand.trials.read, *stand.trials.writes[:1])
    visitors: list[str] = []

    async def other(request: Request) -> Response:
        visitors.append(f"{request.method} {request.url.path}")
        return PlainTextResponse("{}")

    every = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    with SimulatorServer(Starlette(routes=[Route("/{rest:path}", other, methods=every)])) as elsewhere:
        network.instead = lambda _: RedirectResponse(f"{elsewhere.url}/here", 307)
        for call in calls:
            async with stand.connector() as connector:
                await failure(connector, call, "a redirect to another host")
    if visitors:
        raise Broken(f"a redirect to another host was followed: {visitors[0]}")


RULES = (
    Rule("unreadable-fails", "what is no JSON is a failed call, no answer and no other exception", unreadable_fails),
    Rule("size-bounded", "an endless answer is TOO_LARGE, and not read to its end", size_bounded),
    Rule("compressed-bounded", "a small answer that unpacks to a large one is TOO_LARGE", compressed_bounded),
    Rule("host-kept", "a redirect to another host is not followed: credentials go nowhere else", host_kept),
)
