"""`retoure run`: the worker alone."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import click

from retoure import Deployment, Tenants
from retoure.web import CannotListen, Web, serve

from ..failures import Unavailable, WrongUse
from ..logs import log_option, observed
from ..options import deployment_option, deployments_at, record_option, store_option
from ..output import say
from ..watching import done, standing, watch


@click.command()
@deployment_option
@store_option
@log_option
@record_option
@click.option("--until-idle", is_flag=True, help="Stop when nothing is due any more; retries of later stay waiting.")
@click.option("--listen", metavar="HOST:PORT", help="Answer /healthz, /readyz, /status and /metrics at this address.")
def command(
    deployment_file: Path, store: str | None, log: str | None, record: Path | None, until_idle: bool, listen: str | None
) -> None:
    """Work off what is stored: decide events, send calls, retry, until SIGINT or SIGTERM.

    A database file has one worker. A PostgreSQL database may have many, on several machines: each return is worked on
    by one of them at a time, and the others take over what a dead one left.

    On a terminal a live line tells how things stand, elsewhere every finished batch writes a line. The first signal
    lets calls in flight finish, a second one cuts them off.

    Exit code 0: stopped, or idle. 69: another worker has the file, or the database is not available.

    \b
    Examples:
      retoure run --deployment production.yaml
      retoure run --until-idle
      retoure run --store env:RETOURE_DATABASE_URL
      retoure run --listen 127.0.0.1:9464
      retoure run --until-idle --record recorded
    """
    if until_idle and listen:
        raise WrongUse("error: --listen is for a worker that goes on; leave out --until-idle")
    deployments, address = deployments_at(deployment_file, store, record), None if listen is None else _address(listen)
    try:
        with observed(deployments, log):
            asyncio.run(_work(deployments, until_idle) if address is None else _listening(deployments, address))
    except CannotListen as problem:
        raise Unavailable(f"error: {problem}") from problem


def _address(text: str) -> Web:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise WrongUse(f"error: `{text}` is no address: write HOST:PORT, for example 127.0.0.1:9464")
    return Web(host.strip("[]"), int(port))


async def _listening(deployments: tuple[Deployment, ...], address: Web) -> None:
    async with await Tenants.from_deployments(deployments) as tenants:
        before = await tenants.status()

        def started(at: str) -> None:
            say(f"working {_with(tenants)}, listening on {at}; {standing(before)}")

        async def watching() -> None:
            await watch(tenants, before)

        await serve(tenants, address, started=started, also=watching, webhooks=False)
        after = await tenants.status()
        say(f"stopped: {done(before, after) or 'nothing was done'}; {standing(after)}")


def _with(tenants: Tenants) -> str:
    whose = f" for {', '.join(tenants.runners)}" if tenants.named else ""
    return f"with {', '.join(tenants.mappings)}{whose}"


async def _work(deployments: tuple[Deployment, ...], until_idle: bool) -> None:
    async with await Tenants.from_deployments(deployments) as tenants:
        with tenants.stopped_by_signals():
            await tenants.start_work()
            before = await tenants.status()
            say(f"working {_with(tenants)}; {standing(before)}")
            watching = asyncio.create_task(watch(tenants, before))
            try:
                await (tenants.drain() if until_idle else tenants.run())
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
        after = await tenants.status()
        say(f"{'idle' if until_idle else 'stopped'}: {done(before, after) or 'nothing was done'}; {standing(after)}")
