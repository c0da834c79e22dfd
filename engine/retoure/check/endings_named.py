"""Does every `hold` name a team that exists?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts
from .typing.suggest import did_you_mean


def endings_named(facts: Facts) -> Iterator[Finding]:
    for block in facts.module.blocks:
        for ending in _endings(block):
            yield from _named(facts, ending)


def _endings(node: Any) -> Iterator[n.EndingNode]:
    """Every ending anywhere below a node, in the order of the text."""
    if isinstance(node, n.EndingNode):
        yield node
    elif isinstance(node, tuple):
        for item in node:
            yield from _endings(item)
    elif is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _endings(getattr(node, field.name))


def _named(facts: Facts, ending: n.EndingNode) -> Iterator[Finding]:
    if ending.ending != "hold":
        return
    if ending.team is None:
        shown = " or ".join(f"`{team}`" for team in facts.teams[:4]) or "TEAM"
        yield Finding(
            "hold-for-nobody", "this hold names nobody", Label(ending.span), help=f"add `for` and a team: {shown}"
        )
    elif ending.team.text not in facts.teams:
        help = did_you_mean(ending.team.text, facts.teams) or "declare it: `teams NAME` in the mapping block"
        yield Finding("unknown-team", f"there is no team `{ending.team}`", Label(ending.team.span), help=help)
