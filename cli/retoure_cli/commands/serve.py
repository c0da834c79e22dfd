"""`retoure serve`: webhooks and worker in one process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from retoure import Deployment, Status, Tenants
from retoure.web import CannotListen, serve

from ..failures import Unavailable
from ..logs import log_option, observed
from ..options import deployment_option, deployments_at, record_option, store_option
from ..output import say
from ..watching import done, standing, watch


@click.command()
@deployment_option
@store_option
@log_option
@record_option
def command(deployment_file: Path, store: str | None, log: str | None, record: Path | None) -> None:
    """Take webhooks and work them off, until SIGINT or SIGTERM.

    \b
    POST /webhooks/SYSTEM  takes a webhook; answered once it is stored
    GET  /healthz          the process lives
    GET  /readyz           the database answers, all systems are configured, and the worker runs
    GET  /status           where everything stands, as JSON
    GET  /metrics          the same and more, for Prometheus

    Where the deployment file describes several tenants, each has its own addresses below its name
    (/TENANT/webhooks/SYSTEM, /TENANT/readyz, /TENANT/status), and the others tell of all of them.

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
    deployments = deployments_at(deployment_file, store, record)
    try:
        with observed(deployments, log):
            asyncio.run(_serve(deployments))
    except CannotListen as problem:
        raise Unavailable(f"error: {problem}") from problem


async def _serve(deployments: tuple[Deployment, ...]) -> None:
    async with await Tenants.from_deployments(deployments) as tenants:
        before = await tenants.status()

        async def watching() -> None:
            await watch(tenants, before)

        web = deployments[0].web
        await serve(tenants, web, started=lambda address: _greet(tenants, address, before), also=watching)
        after = await tenants.status()
        say(f"stopped: {done(before, after) or 'nothing was done'}; {standing(after)}")


def _greet(tenants: Tenants, address: str, found: Status) -> None:
    whose = f"for {', '.join(tenants.runners)}; " if tenants.named else ""
    say(f"listening on {address}; {whose}{standing(found)}")
    if not address.startswith(("http://127.", "http://localhost", "http://[::1]")):
        text = "this address can be reached from outside: put TLS in front of it, keep /status and /metrics inside"
        say(text, error=True)
