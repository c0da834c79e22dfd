"""Receiving webhooks: read with a limit, stored by the runner, then answered."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ..connectors.port import Rejected
from ..delivery.errors import StoreError
from ..runner import AsyncRunner
from .answers import answer, unavailable
from .bodies import body_of

log = logging.getLogger("retoure.web")

PATIENCE: Final = 30.0  # seconds a body may take to arrive
TOO_LARGE: Final = "the webhook is larger than this server takes"
REFUSALS: Final[Mapping[str, tuple[int, str]]] = {
    "signature": (401, "the signature, or user and password, does not fit this message"),
    "stale": (400, "the signature is too old or from the future: send it again, and compare the clocks"),
    "malformed": (400, "the message is not a webhook of this platform"),
    "too large": (413, TOO_LARGE),
}
"""How a rejected message is answered. An unknown kind of event is not here: it is kept, and a retry would not help."""


async def routed(runner: AsyncRunner, limit: int, request: Request) -> Response:
    """As `receive`, of the system that the path names."""
    return await receive(runner, limit, request.path_params["system"], request)


async def receive(runner: AsyncRunner, limit: int, system: str, request: Request) -> Response:
    """Answers 2xx once the event is stored, also when it was stored before or is of an unknown kind."""
    if not runner.receives(system):
        return answer(404, "not here", "no webhooks are taken under this address")
    try:
        async with asyncio.timeout(PATIENCE):
            body = await body_of(request, limit)
    except TimeoutError:
        return answer(408, "malformed", "the message did not come to its end", headers={"Connection": "close"})
    except ClientDisconnect:
        return answer(400, "malformed", "the message ended early")
    if body is None:
        return answer(413, "too large", TOO_LARGE, headers={"Connection": "close"})
    return await _store(runner, system, body, _headers(request))


def _headers(request: Request) -> Mapping[str, str]:
    """By their names in lower case; of one that is there twice the first counts."""
    given = reversed(request.scope["headers"])
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in given}


async def _store(runner: AsyncRunner, system: str, body: bytes, headers: Mapping[str, str]) -> Response:
    try:
        accepted = await runner.accept(system, body, headers)
    except Rejected as rejected:
        return _rejected(system, rejected)
    except StoreError as problem:
        log.error("a webhook of %s was not stored: %s", system, problem)
        return unavailable("the webhook was not stored; please send it again")
    return _KNOWN if accepted.duplicate else _NEW


_NEW: Final = JSONResponse({"accepted": True, "duplicate": False}, 202)
_KNOWN: Final = JSONResponse({"accepted": True, "duplicate": True}, 202)


def _rejected(system: str, rejected: Rejected) -> Response:
    if rejected.reason not in REFUSALS:
        return JSONResponse({"accepted": False, "reason": "unknown event, kept aside"}, 202)
    status, message = REFUSALS[rejected.reason]
    return answer(status, rejected.reason, message)
