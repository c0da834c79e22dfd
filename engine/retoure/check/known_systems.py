"""Do the systems and the tenant facts the mapping names exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from .facts import Facts
from .typing.suggest import did_you_mean


def known_facts(facts: Facts) -> Iterator[Finding]:
    for node in facts.mapping.assumes if facts.mapping else ():
        manifest = facts.manifests.get(node.system.text)
        if manifest is None:
            help = did_you_mean(node.system.text, facts.manifests)
            yield Finding("unknown-system", f"there is no system `{node.system}`", Label(node.system.span), help=help)
            continue
        fact = manifest.facts.get(node.fact.text)
        if fact is None:
            help = did_you_mean(node.fact.text, manifest.facts)
            yield Finding(
                "unknown-fact", f"{manifest.title} has no fact `{node.fact}`", Label(node.fact.span), help=help
            )
        elif node.value.text not in fact.values:
            help = did_you_mean(node.value.text, fact.values)
            message = f"`{node.fact}` is never `{node.value}`"
            yield Finding("unknown-word", message, Label(node.value.span), help=help)


def known_owners(facts: Facts) -> Iterator[Finding]:
    for node in facts.mapping.owns if facts.mapping else ():
        if node.system.text not in facts.manifests:
            help = did_you_mean(node.system.text, facts.manifests)
            yield Finding("unknown-system", f"there is no system `{node.system}`", Label(node.system.span), help=help)
