"""`retoure status`: where everything stands."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ..books import all_opened
from ..failures import TO_DO, Unavailable, WrongUse
from ..live import show_live
from ..options import deployment_option, deployments_at, json_option
from ..output import plain, say, show_json, show_table
from ..status_text import Standing, headlines, look_all, parts


@click.command()
@deployment_option
@json_option
@click.option("--live", is_flag=True, help="Draw the view again every second, until Ctrl-C.")
@click.option("--check", is_flag=True, help="Exit code 1 when holds or letters wait for a person.")
@click.pass_context
def command(ctx: click.Context, deployment_file: Path, as_json: bool, live: bool, check: bool) -> None:
    """What waits, what was sent, what is held and why, what lies in dead-letter queues, which alerts went off.

    The figures come from the database. When a service answers at the address of the deployment, it is asked whether it
    is ready, and how it finds the platforms. Where the deployment file describes several tenants, all of them are
    shown, or the one that --tenant names.

    Exit code 0: shown. 1: with --check, something is left for people to do. 69: a database is not available; the others
    are shown.
    2: --live without a terminal.

    \b
    Examples:
      retoure status
      retoure status --json
      retoure status --check --deployment production.yaml
      retoure status --live
    """
    if live and (as_json or check):
        raise WrongUse("error: --live is for people; leave out --json and --check")
    if live and not sys.stdout.isatty():
        raise WrongUse("error: --live needs a terminal; use --json for programs")
    if live:
        with all_opened(deployment_file) as books:
            show_live(books)
        return
    seen, missing = look_all(deployments_at(deployment_file))
    if as_json:
        _show_json(seen, missing)
    else:
        for each in seen:
            _show(each)
    if missing:
        raise Unavailable("\n".join(f"error: tenant {name}: {why}" for name, why in missing.items()))
    if check and any(each.holds or each.found.queues for each in seen):
        ctx.exit(TO_DO)


def _show_json(seen: Sequence[Standing], missing: Mapping[str, str]) -> None:
    told = {each.deployment.tenant: _plain(each) for each in seen}
    show_json(told.get("", {"tenants": told | {name: {"error": why} for name, why in missing.items()}}))


def _plain(seen: Standing) -> dict[str, Any]:
    return {**plain(seen.found), "open_holds": seen.open_holds, "alerts": seen.alerts, "service": seen.service}


def _show(seen: Standing) -> None:
    for line in headlines(seen):
        say(line)
    for columns, rows in parts(seen):
        show_table(columns, rows)
