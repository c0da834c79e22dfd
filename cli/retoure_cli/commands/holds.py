"""`retoure holds`: questions that wait for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from retoure import Hold, Store

from ..books import opened, team_shown
from ..failures import WrongUse
from ..options import deployment_option, json_option, why_option
from ..output import say, show_json, show_table


@click.group()
def command() -> None:
    """What is held for a person to decide, by whom, and why.

    \b
    Examples:
      retoure holds list
      retoure holds close 1 --why "the order was merged into 100001"
      retoure holds assign 1 finance
    """


@command.command("list")
@deployment_option
@click.option("--team", default=None, metavar="NAME", help="Only what waits for this team.")
@click.option("--return", "subject", default=None, metavar="ID", help="Only this return.")
@click.option("--closed", is_flag=True, help="Also what was closed.")
@json_option
def list_holds(deployment_file: Path, team: str | None, subject: str | None, closed: bool, as_json: bool) -> None:
    """The holds, oldest first. Exit code 0, also when there are none.

    \b
    Examples:
      retoure holds list
      retoure holds list --team "returns desk" --closed
      retoure holds list --json
    """
    with opened(deployment_file) as (deployment, store):
        holds = store.holds(subject=subject, team=team, closed=closed)
    if as_json:
        show_json(holds)
        return
    if not holds:
        say("no holds", error=True)
    rows = [(each.id, team_shown(deployment, each.team), each.subject, each.reason, each.place, each.opened_at,
             each.closed_why) for each in holds]  # fmt: skip
    headers = ("hold", "for", "return", "why", "decided at", "since", "closed")
    shown = len(headers) if closed else len(headers) - 1
    show_table(headers[:shown], [row[:shown] for row in rows])


@command.command()
@click.argument("hold", type=int)
@deployment_option
@why_option
def close(hold: int, deployment_file: Path, why: str) -> None:
    """Close a hold by hand. The same finding does not open it again; another one does.

    \b
    Examples:
      retoure holds close 1 --why "the order was merged into 100001"
    """
    with opened(deployment_file) as (_, store):
        found = _find(store, hold)
        if found.effect:
            call = f"effect-{found.effect}"
            remedy = f"`retoure queue replay {call}`, `queue done {call}` or `queue drop {call}` ends it"
            raise WrongUse(f"error: hold {hold} is about a call that waits for your word: {remedy}")
        store.close_hold(hold, why, datetime.now(UTC))
    say(f"hold {hold} is closed")


@command.command()
@click.argument("hold", type=int)
@click.argument("team")
@deployment_option
def assign(hold: int, team: str, deployment_file: Path) -> None:
    """Give a hold to another team.

    \b
    Examples:
      retoure holds assign 1 finance
    """
    with opened(deployment_file) as (_, store):
        store.assign_hold(hold, team)
    say(f"hold {hold} waits for {team}")


def _find(store: Store, number: int) -> Hold:
    found = next((hold for hold in store.holds() if hold.id == number), None)
    if found is None:
        raise WrongUse(f"error: no open hold {number}: `retoure holds list` shows those there are")
    return found
