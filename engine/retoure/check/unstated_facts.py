"""Does the mapping say that a platform leaves alone what the mapping does itself?"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from ..diagnostics import Finding, Label, inserted, warning
from ..language import nodes as n
from ..types.manifest import Fact
from .double_authority import WORDS
from .facts import Facts


def unstated_facts(facts: Facts) -> Iterator[Finding]:
    """A fact that is OFF unless a tenant switched it on must be stated: then somebody has looked."""
    for system, manifest in facts.manifests.items():
        for fact in manifest.facts.values():
            if fact.effect in WORDS and fact.default == "OFF" and not facts.stated(system, fact.name):
                yield from _relied_on(facts, system, fact)
    yield from _side_effects(facts)


def _side_effects(facts: Facts) -> Iterator[Finding]:
    """An operation that the tenant may have made to do, beside its own, what another effect does."""
    for _, step in facts.effects:
        system, operation = step.operation.names[0].text, facts.operation(step.operation)
        for side in operation.side_effects if operation else ():
            fact = facts.manifests[system].facts.get(side.when)
            if fact and side.name in WORDS and fact.default == "OFF" and not facts.stated(system, fact.name):
                yield from _relied_on(facts, system, replace(fact, effect=side.name))


def _relied_on(facts: Facts, system: str, fact: Fact) -> Iterator[Finding]:
    mapping = facts.mapping
    step = next((step for _, step in facts.effects if facts.moves(step.operation, fact.effect)), None)
    if mapping is None or step is None:
        return
    line = f"assume {system}.{fact.name} is OFF"
    message = f"nothing says that {system} does not do by itself what `{step.operation}` does"
    at = _system(mapping, system) or mapping.name
    related = [Label(step.operation.span, f"relies on `{fact.name}` being OFF")]
    fix = inserted(mapping.span.end - 1, f"  {line}\n")
    help = f"look it up for this shop, and write `{line}`"
    yield warning("fact-unstated", message, at.span, related=related, notes=[fact.summary], help=help, fix=fix)


def _system(mapping: n.MappingNode, name: str) -> n.Name | None:
    return next((node.name for node in mapping.systems if node.name.text == name), None)
