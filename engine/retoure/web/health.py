"""Whether the process lives, whether it can work, and where everything stands."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..delivery.errors import StoreError
from ..delivery.store.port import Status
from ..runner import AsyncRunner
from ..telemetry import Metrics
from .answers import answer, unavailable

PATIENCE: Final = 5.0  # seconds a probe waits for the store


async def live(_: Request) -> Response:
    """200 while the process answers at all."""
    return JSONResponse({"live": True})


async def ready(runner: AsyncRunner, _: Request) -> Response:
    """200 when webhooks can be stored and are worked off, else 503 saying what is missing."""
    why = await missing(runner)
    if why:
        return answer(503, "not ready", why)
    said = await notice(runner)
    return JSONResponse({"ready": True, "notice": said} if said else {"ready": True})


async def missing(runner: AsyncRunner) -> str:
    """What keeps a runner from taking and working off webhooks; empty when it does both."""
    return _missing(runner) or await _store_missing(runner)


async def notice(runner: AsyncRunner) -> str:
    """What people must look at, although webhooks are taken; empty when there is nothing."""
    try:
        stuck = (await runner.recent_status()).stuck
    except StoreError:
        return ""
    return "; ".join(f"{one.returns} wait for a worker that can run {one.mapping}" for one in stuck)


def _missing(runner: AsyncRunner) -> str:
    if runner.stopping:
        return "it is shutting down"
    if runner.unreachable:
        return f"no connector is configured for {', '.join(runner.unreachable)}"
    return "" if runner.working else "the worker does not run"


async def _store_missing(runner: AsyncRunner) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await runner.ask(runner.store.next_due)
    except (StoreError, TimeoutError):
        return "the store does not answer"
    return ""


async def metrics(figures: Metrics, request: Request) -> Response:
    """The figures for Prometheus; also while the store does not answer."""
    body, kind = await figures.text(request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": kind})


async def status(runner: AsyncRunner, _: Request) -> Response:
    """Status as JSON: counts of events and effects by state, holds by team, letters by queue, moments in ISO 8601.

    Counted anew for each request: who waits until nothing is left must not be told of a moment ago.
    """
    found = await told(runner)
    return unavailable("the store does not answer") if found is None else JSONResponse(found)


async def told(runner: AsyncRunner) -> dict[str, Any] | None:
    """How things stand with a runner; None while its store does not answer."""
    try:
        return {**status_json(await runner.status()), "systems": systems_json(runner)}
    except StoreError:
        return None


def systems_json(runner: AsyncRunner) -> dict[str, Any]:
    """The circuit breaker of each system: its state, and since when."""
    found = runner.breakers().items()
    return {system: {"breaker": one.state.value, "since": one.since.isoformat()} for system, one in found}


def status_json(found: Status) -> dict[str, Any]:
    """Status with its field names, moments as text."""
    values = {part.name: getattr(found, part.name) for part in fields(found)}
    stuck = [{**asdict(one), "since": one.since.isoformat()} for one in found.stuck]
    untold = [{**asdict(one), "at": one.at.isoformat()} for one in found.untold]
    shown = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
    return {**shown, "stuck": stuck, "untold": untold}
