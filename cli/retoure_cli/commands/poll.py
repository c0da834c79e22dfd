"""`retoure poll`: what lost webhooks would have told."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import click

from retoure import AsyncRunner, Deployment
from retoure.polling import BACK, CannotPoll, NotAnswered, Polled, poll

from ..failures import Unavailable, WrongUse
from ..options import deployment_option, deployments_at, json_option
from ..output import plain, say, show_json


@click.command()
@click.argument("system")
@deployment_option
@json_option
@click.option(
    "--days",
    type=click.IntRange(1, 3650),
    default=BACK.days,
    show_default=True,
    help="Ask for records that were begun so many days ago or later.",
)
def command(system: str, deployment_file: Path, as_json: bool, days: int) -> None:
    """Ask a platform what has changed, and store it as if its webhooks had told.

    For platforms whose webhooks get lost, a few times a day. What is known already is stored no second time, and
    everything is read again before it is decided. A worker does the rest (`retoure run`).

    Reveni has not published the call this needs: it is made only where the deployment file says
    `options: {undocumented: true}` for the system.

    Exit code 0: asked. 2: the system cannot be asked, or does not have the call. 69: it does not answer, or the
    database is not available.

    \b
    Examples:
      retoure poll reveni
      retoure poll reveni --days 30 --json
    """
    for deployment in deployments_at(deployment_file):
        found = asyncio.run(_polled(deployment, system, timedelta(days=days)))
        if as_json:
            show_json({"tenant": deployment.telemetry.tenant, **plain(found)})
        else:
            whose = f"{deployment.telemetry.tenant}: " if deployment.telemetry.tenant else ""
            say(f"{whose}{found.listed} records listed, {found.changed} changed lately, {found.new} events stored")


async def _polled(deployment: Deployment, system: str, back: timedelta) -> Polled:
    async with AsyncRunner.from_deployment(deployment) as runner:
        try:
            return await poll(runner, system, back)
        except CannotPoll as problem:
            raise WrongUse(f"error: {problem}") from problem
        except NotAnswered as problem:
            raise Unavailable(f"error: {problem}") from problem
