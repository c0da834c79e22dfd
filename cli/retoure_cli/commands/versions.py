"""`retoure versions`: which mapping versions there are, and which of them decides what."""

from __future__ import annotations

from pathlib import Path

import click

from ..books import opened
from ..options import deployment_option, json_option, store_option
from ..output import say, show_json, show_table
from ..versions_text import FOR_WHOM, in_force


@click.command()
@deployment_option
@store_option
@click.option("--history", is_flag=True, help="Also every activation: which version, from when on, by whom.")
@json_option
def command(deployment_file: Path, store: str | None, history: bool, as_json: bool) -> None:
    """List the mapping versions that are kept in the database, and what each of them decides.

    The number of returns is that of those it decided last. `retoure deploy VERSION` puts one in force again, by its
    name or the hash at its end.

    \b
    Examples:
      retoure versions
      retoure versions --history
    """
    with opened(deployment_file, store) as (_, books):
        kept, activations, decided = books.versions(), books.activations(), books.decided_by()
    if as_json:
        versions = [{"version": each.identity, "kept_at": each.kept_at, "returns": decided.get(each.identity, 0)}
                    for each in kept]  # fmt: skip
        show_json({"versions": versions, "activations": activations})
        return
    if not kept:
        say("no version is kept yet: a worker keeps its own when it starts", error=True)
    force = in_force(activations)
    rows = [(each.identity, each.kept_at, decided.get(each.identity, 0), force.get(each.identity, "")) for each in kept]
    show_table(("version", "kept since", "returns", "in force for"), rows)
    if history:
        told = [(each.at, each.mapping, FOR_WHOM[each.scope].format(each.since), f"{each.who} ({each.origin})")
                for each in activations]  # fmt: skip
        show_table(("activated", "version", "for", "by"), told)
