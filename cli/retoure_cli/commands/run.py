"""`retoure run`: the worker alone."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import click

from retoure import AsyncRunner, Deployment

from ..logs import to_standard_error
from ..options import deployment_at, deployment_option, store_option
from ..output import say
from ..watching import done, standing, watch


@click.command()
@deployment_option
@store_option
@click.option("--until-idle", is_flag=True, help="Stop when nothing is due any more; retries of later stay waiting.")
def command(deployment_file: Path, store: str | None, until_idle: bool) -> None:
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
    """
    to_standard_error()
    asyncio.run(_work(deployment_at(deployment_file, store), until_idle))


async def _work(deployment: Deployment, until_idle: bool) -> None:
    async with AsyncRunner.from_deployment(deployment) as runner:
        with runner.stopped_by_signals():
            await runner.start_work()
            before = await runner.status()
            say(f"working with {runner.program.identity}; {standing(before)}")
            watching = asyncio.create_task(watch(runner, before))
            try:
                await (runner.drain() if until_idle else runner.run())
            finally:
                watching.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await watching
        after = await runner.status()
        say(f"{'idle' if until_idle else 'stopped'}: {done(before, after) or 'nothing was done'}; {standing(after)}")
