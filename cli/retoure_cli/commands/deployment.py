"""`retoure deployment`: whether everything is ready to go live."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from retoure.preflight import Check, Verdict, checks

from ..failures import TO_DO, UNAVAILABLE
from ..options import deployment_option, named_tenant
from ..output import say, show_json, show_table


@click.group()
def command() -> None:
    """Look at a deployment file, and at the platforms it names.

    \b
    Examples:
      retoure deployment check
      retoure deployment check --live
    """


@command.command()
@deployment_option
@click.option("--live", is_flag=True, help="Ask the platforms and the database, too. Nothing is changed there.")
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", show_default=True)
def check(deployment_file: Path, live: bool, form: str) -> None:
    """Check everything a deployment needs before it goes live.

    The file against its schema, secrets (found, never shown), the mapping and its settings, options of systems, a
    channel for every alert and queue, schedules. With --live harmless reads tell whether the platforms know the
    credentials, what these may do, whether webhooks are subscribed, whether the clocks agree, what is true of the
    mapping's assumptions, and whether the database answers. What no read can tell is said to be so.

    Exit code 0: nothing is wrong. 1: something is. 2: there is no such file. 69: nothing is wrong as far as anybody
    answered, but a platform or the database did not.

    \b
    Examples:
      retoure deployment check
      retoure deployment check --live
      retoure deployment check --live --format json
    """
    found = list(checks(deployment_file, named_tenant(), live=live))
    if form == "json":
        show_json(found)
    else:
        _show(found)
    verdicts = {each.verdict for each in found}
    if Verdict.FAILED in verdicts or Verdict.SILENT in verdicts:
        raise SystemExit(TO_DO if Verdict.FAILED in verdicts else UNAVAILABLE)


def _show(found: list[Check]) -> None:
    show_table(("verdict", "what", "found", "where", "what to do"), map(_row, found))
    counts = Counter(each.verdict for each in found)
    say("\n" + ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]))


def _row(each: Check) -> tuple[str, str, str, str, str]:
    about = f"{each.tenant}: {each.about}" if each.tenant else each.about
    return each.verdict, about, each.detail, each.place, each.help
