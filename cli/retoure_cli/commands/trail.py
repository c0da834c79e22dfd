"""`retoure trail`: who did what, and whether anybody changed that afterwards."""

from __future__ import annotations

from pathlib import Path

import click

from retoure import TrailEntry
from retoure.upkeep import trail_entries, trail_mistakes

from ..books import opened
from ..deed_text import deed_told
from ..failures import Told
from ..options import deployment_option, json_option, store_option
from ..output import counted, say, show_json, show_table


@click.group()
def command() -> None:
    """The audit trail: holds closed, letters replayed, edited and dropped, mapping versions put in force.

    Each entry is chained to the one before by a hash. Nothing changes an entry, and the retention does not touch them.

    \b
    Examples:
      retoure trail show
      retoure trail verify
    """


@command.command()
@deployment_option
@store_option
@click.option("--return", "subject", metavar="ID", help="Only what was done about this return.")
@click.option("--by", "who", metavar="NAME", help="Only what this person did.")
@json_option
def show(deployment_file: Path, store: str | None, subject: str | None, who: str | None, as_json: bool) -> None:
    """Who did what, oldest first.

    \b
    Examples:
      retoure trail show
      retoure trail show --return 018d8d18bef0c04bdead5dabafda4e58 --json
    """
    with opened(deployment_file, store) as (_, books):
        found = [entry for entry in trail_entries(books) if _meant(entry, subject, who)]
    if as_json:
        show_json(found)
        return
    if not found:
        say("nobody did anything yet" if subject is who is None else "nothing there that fits", error=True)
    rows = [
        (each.number, each.at, each.deed.who, each.deed.act, each.deed.about, each.deed.subject, deed_told(each.deed))
        for each in found
    ]
    show_table(("entry", "at", "who", "did", "to", "return", "more"), rows)


@command.command()
@deployment_option
@store_option
@click.option("--head", default="", metavar="HEAD", help="A head that was written down before, such as 17:3f9a….")
def verify(deployment_file: Path, store: str | None, head: str) -> None:
    """Whether the trail is whole: no entry changed, taken out, put in or moved.

    Entries taken off the end break no chain: --head tells whether one that a report or this command showed before is
    still in it. Exit code 0: whole. 1: it is not.

    \b
    Examples:
      retoure trail verify
    """
    with opened(deployment_file, store) as (_, books):
        mistakes, last = list(trail_mistakes(books, head)), books.trail_head()
    if mistakes:
        raise Told("\n".join((*mistakes, f"the trail is not whole: {counted(len(mistakes), 'finding')}")))
    number = int(last.partition(":")[0] or 0)
    say(f"{counted(number, 'entry', 'entries')}, none was changed" + (f"; head {last}" if last else ""))


def _meant(entry: TrailEntry, subject: str | None, who: str | None) -> bool:
    return subject in (None, entry.deed.subject) and who in (None, entry.deed.who)
