"""The addresses of several tenants: each has its own below its name, and those who watch see all of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from ..runner import AsyncRunner
from ..telemetry.exposition import exposition
from ..telemetry.metrics import Metrics
from ..tenants import Tenants
from .health import live, missing, notice, ready, status, told


def looking_at_all(tenants: Tenants) -> list[Route]:
    """`/healthz`, `/readyz`, `/status` and `/metrics` of all tenants together."""
    figures = [Metrics(runner) for runner in tenants.runners.values()]
    return [
        Route("/healthz", live),
        Route("/readyz", partial(ready_at_all, tenants)),
        Route("/status", partial(status_of_all, tenants)),
        Route("/metrics", partial(metrics_of_all, dict(zip(tenants.runners, figures, strict=True)))),
    ]


def below_its_name(tenant: str, runner: AsyncRunner, routes: list[Route]) -> BaseRoute:
    """What a tenant answers below `/TENANT`: `routes`, `/readyz` and `/status`."""
    own = [Route("/readyz", partial(ready, runner)), Route("/status", partial(status, runner))]
    return Mount(f"/{tenant}", routes=[*routes, *own])


async def ready_at_all(tenants: Tenants, _: Request) -> Response:
    """200 while at least one tenant is ready: what is wrong with one shall not keep the webhooks of others away."""
    reasons = await asyncio.gather(*(missing(runner) for runner in tenants.runners.values()))
    notices = await asyncio.gather(*(notice(runner) for runner in tenants.runners.values()))
    said = zip(tenants.runners, reasons, notices, strict=True)
    words = {name: why or f"ready{f': {told}' if told else ''}" for name, why, told in said}
    answers = not all(reasons)
    return JSONResponse({"ready": answers, "tenants": words}, 200 if answers else 503)


async def status_of_all(tenants: Tenants, _: Request) -> Response:
    """The status of each tenant by its name, null where its database does not answer."""
    found = await asyncio.gather(*(told(runner) for runner in tenants.runners.values()))
    return JSONResponse({"tenants": dict(zip(tenants.runners, found, strict=True))})


async def metrics_of_all(figures: Mapping[str, Metrics], request: Request) -> Response:
    """The figures of all tenants on one page, told apart by the label `tenant`."""
    sources = {name: await one.sources() for name, one in figures.items()}
    body, kind = exposition(sources, request.headers.get("accept", ""))
    return Response(body, headers={"Content-Type": kind})
