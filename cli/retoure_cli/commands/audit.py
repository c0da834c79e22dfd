"""`retoure audit`: both platforms' records against each other, now."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from retoure import AsyncRunner, Deployment
from retoure.auditing import Audited, AuditRun, Finding, Manner, audit_all

from ..failures import WrongUse
from ..options import deployment_option, deployments_at, json_option
from ..output import counted, plain, say, show_json, show_table
from ..progress import moving_bar

COLUMNS = ("return", "class", "what", "by retoure", "there", "now", "for", "place")


@click.command()
@click.argument("names", nargs=-1, metavar="[AUDIT]...")
@deployment_option
@click.option(
    "--hours",
    type=click.IntRange(min=1),
    metavar="N",
    help="Only returns that something has happened with for so many hours, or of which something is open.",
)
@click.option("--anew", is_flag=True, help="From the beginning, also when a run was interrupted.")
@json_option
def command(names: Sequence[str], deployment_file: Path, hours: int | None, anew: bool, as_json: bool) -> None:
    """Run the audits of the mapping now: those named, or all.

    A worker runs them by the clock as well. What is missing and may be done again is left to it (`healed`), what waits
    already is only told (`waits`), the rest is held: `retoure exceptions list`. Where the platform lets itself be asked
    for everything that changed, that comes first. A run that was interrupted within the last day goes on where it was.

    Exit code 0: nothing is held for a person. 1: something is. 2: there is no such audit. 69: the database is not
    available.

    \b
    Examples:
      retoure audit
      retoure audit orders --json
      retoure audit --hours 2 --anew
    """
    manner = Manner(None if hours is None else datetime.now(UTC) - timedelta(hours=hours), anew)
    held = 0
    for deployment in deployments_at(deployment_file):
        found = asyncio.run(_audited(deployment, names, manner))
        held += found.held
        if as_json:
            show_json({"tenant": deployment.telemetry.tenant, **plain(found)})
        else:
            _show(found)
    if held:
        sys.exit(1)


async def _audited(deployment: Deployment, names: Sequence[str], manner: Manner) -> Audited:
    async with AsyncRunner.from_deployment(deployment) as runner:
        try:
            with moving_bar() as told:
                return await audit_all(runner, names, told, manner)
        except KeyError as problem:
            raise WrongUse(f"error: {problem.args[0]}") from problem


def _show(found: Audited) -> None:
    if found.unasked:
        say(f"records that nobody told of are not looked for: {found.unasked}")
    for run in found.runs:
        say(_summary(run))
    findings = [*found.unheard, *(each for run in found.runs for each in run.differences)]
    show_table(COLUMNS, map(_row, findings))


def _row(each: Finding) -> Sequence[object]:
    return each.subject, each.kind, each.label, each.left, each.right, each.fate, each.team, each.place or ""


def _summary(run: AuditRun) -> str:
    counts = f"{run.compared} compared, {run.under_way} under way, {run.stalled} stalled, {run.unread} unread"
    earlier = f"; {run.before} of them before it was interrupted" if run.before else ""
    ended = f"{earlier}; broken off: {run.broken_off}" if run.broken_off else earlier
    return f"{run.audit}: {counted(run.total, 'return')}, {counts}; {run.healed} healed, {run.different} held{ended}"
