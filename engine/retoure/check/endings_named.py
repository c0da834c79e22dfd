"""Does every `hold` name a team that exists?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts
from .unknown import unknown


def endings_named(facts: Facts) -> Iterator[Finding]:
    for ending in facts.nodes.of(n.EndingNode):
        if ending.ending == "hold":
            yield from _named(facts, ending)


def _named(facts: Facts, ending: n.EndingNode) -> Iterator[Finding]:
    if ending.team is None:
        teams = " or ".join(f"`{team}`" for team in facts.teams[:4]) or "TEAM"
        yield error("hold-for-nobody", "this hold names nobody", ending.span, help=f"add `for` and a team: {teams}")
    elif ending.team.text not in facts.teams:
        found = unknown("unknown-team", "team", ending.team, facts.teams, safe=True)
        yield replace(found, help=found.help or "declare it: `teams NAME` in the mapping block")
