"""`retoure status`: where everything stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import click

from retoure import Deployment, Hold, Status, Store, alert_names

from ..books import opened, team_shown
from ..failures import TO_DO
from ..options import deployment_option, json_option
from ..output import ago, counted, plain, say, show_json, show_table, when

Fired = Mapping[str, datetime]


@click.command()
@deployment_option
@json_option
@click.option("--check", is_flag=True, help="Exit code 1 when holds or letters wait for a person.")
@click.pass_context
def command(ctx: click.Context, deployment_file: Path, as_json: bool, check: bool) -> None:
    """What waits, what was sent, what is held and why, what lies in dead-letter queues, which alerts went off.

    Exit code 0: shown. 1: with --check, something is left for people to do. 69: the database is not available.

    \b
    Examples:
      retoure status
      retoure status --json
      retoure status --check --deployment production.yaml
    """
    with opened(deployment_file) as (deployment, store):
        found, holds, fired = store.status(), store.holds(), _fired(deployment, store)
    if as_json:
        show_json({**plain(found), "open_holds": _reasons(holds), "alerts": fired})
    else:
        _show(deployment, found, holds, fired)
    if check and (holds or found.queues):
        ctx.exit(TO_DO)


def _fired(deployment: Deployment, store: Store) -> dict[str, datetime]:
    """When each alert last went off, the newest first."""
    last = {name: store.last_fired(name) for name in alert_names(deployment)}
    known = [(name, at) for name, at in last.items() if at is not None]
    return dict(sorted(known, key=lambda pair: pair[1], reverse=True))


def _reasons(holds: tuple[Hold, ...]) -> list[dict[str, object]]:
    """Open holds by team and reason, the most frequent first."""
    counts = Counter((hold.team, hold.reason) for hold in holds)
    return [{"team": team, "reason": reason, "count": number} for (team, reason), number in counts.most_common()]


def _show(deployment: Deployment, found: Status, holds: tuple[Hold, ...], fired: Fired) -> None:
    oldest = f"{when(found.oldest_waiting)} ({ago(found.oldest_waiting)})" if found.oldest_waiting else "nothing waits"
    say(f"oldest waiting  {oldest}")
    if found.next_due:
        say(f"next due        {when(found.next_due)} ({ago(found.next_due)})")
    if found.rejected:
        say(f"rejected        {counted(found.rejected, 'message')}, kept aside")
    show_table(("events", "number"), sorted(found.events.items()))
    show_table(("effects", "number"), sorted(found.effects.items()))
    rows = [(team_shown(deployment, str(row["team"])), row["count"], row["reason"]) for row in _reasons(holds)]
    show_table(("held for", "number", "why"), rows)
    show_table(("queue", "letters"), sorted(found.queues.items()))
    show_table(("alert", "last went off"), ((name, at) for name, at in fired.items()))
