"""Does each map set every required field of its target once, with a value of the right type?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.kinds import ANYTHING, Record
from .facts import Facts, remembered
from .typing import Scope, Typer


def map_targets(facts: Facts) -> Iterator[Finding]:
    for node in facts.maps.values():
        yield from _map(facts, node)


@remembered
def parameter_scope(facts: Facts, parameters: tuple[n.Parameter, ...]) -> Scope:
    """The scope inside a map, gate or template."""
    scope = Scope()
    for parameter in parameters:
        scope = scope.having(parameter.name.text, facts.type_of(parameter.type) or ANYTHING)
    return scope


def _map(facts: Facts, node: n.MapNode) -> list[Finding]:
    found: list[Finding] = []
    target = facts.type_of(node.target)
    if isinstance(target, Record):
        scope = parameter_scope(facts, node.parameters)
        Typer(facts, found.append).assignments(node.assignments, target, scope, node.name.span)
        if node.like is not None and node.like.base.text not in facts.maps:
            found = [finding for finding in found if finding.code != "required-not-set"]
    elif target is not None:
        found.append(error("wrong-type", "a map makes a record", node.target.span, f"{target} has no fields"))
    return found
