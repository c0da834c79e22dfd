"""`retoure serve`: webhooks and worker in one process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from retoure import AsyncRunner, Deployment, Status
from retoure.web import CannotListen, serve

from ..failures import Unavailable
from ..logs import log_option, observed
from ..options import deployment_at, deployment_option, store_option
from ..output import say
from ..watching import done, standing, watch


@click.command()
@deployment_option
@store_option
@log_option
def command(deployment_file: Path, store: str | None, log: str | None) -> None:
    """Take webhooks and work them off, until SIGINT or SIGTERM.

    \b
    POST /webhooks/SYSTEM  takes a webhook; answered once it is stored
    GET  /healthz          the process lives
    GET  /readyz           the database answers, all systems are configured, and the worker runs
    GET  /status           where everything stands, as JSON
    GET  /metrics          the same and more, for Prometheus

    Address and limits stand under `web` in the deployment file. The first signal lets requests and calls in flight
    finish, a second one cuts them off.

    The log goes to standard error: JSON, or text on a terminal; `telemetry` in the deployment file and --log say
    otherwise. Traces are sent where `telemetry.endpoint` or OTEL_EXPORTER_OTLP_ENDPOINT says.

    Exit code 0: stopped. 69: the address is taken, another worker runs, or the database is not available.

    \b
    Examples:
      retoure serve
      retoure serve --deployment production.yaml
      retoure serve --log json
    """
    deployment = deployment_at(deployment_file, store)
    try:
        with observed(deployment, log):
            asyncio.run(_serve(deployment))
    except CannotListen as problem:
        raise Unavailable(f"error: {problem}") from problem


async def _serve(deployment: Deployment) -> None:
    async with AsyncRunner.from_deployment(deployment) as runner:
        before = await runner.status()

        async def watching() -> None:
            await watch(runner, before)

        await serve(runner, deployment.web, started=lambda address: _greet(address, before), also=watching)
        after = await runner.status()
        say(f"stopped: {done(before, after) or 'nothing was done'}; {standing(after)}")


def _greet(address: str, found: Status) -> None:
    say(f"listening on {address}; {standing(found)}")
    if not address.startswith(("http://127.", "http://localhost", "http://[::1]")):
        text = "this address can be reached from outside: put TLS in front of it, keep /status and /metrics inside"
        say(text, error=True)
