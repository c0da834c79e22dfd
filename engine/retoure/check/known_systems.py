"""Do the systems and the tenant facts the mapping names exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..types.manifest import Manifest
from .facts import Facts
from .unknown import unknown


def known_facts(facts: Facts) -> Iterator[Finding]:
    for node in facts.mapping.assumes if facts.mapping else ():
        manifest = facts.manifests.get(node.system.text)
        if manifest is None:
            yield unknown("unknown-system", "system", node.system, facts.manifests)
        else:
            yield from _fact(node, manifest)


def known_owners(facts: Facts) -> Iterator[Finding]:
    for node in facts.mapping.owns if facts.mapping else ():
        if node.system.text not in facts.manifests:
            yield unknown("unknown-system", "system", node.system, facts.manifests)


def _fact(node: n.AssumeNode, manifest: Manifest) -> Iterator[Finding]:
    fact = manifest.facts.get(node.fact.text)
    if fact is None:
        help = did_you_mean(node.fact.text, manifest.facts)
        yield error("unknown-fact", f"{manifest.title} has no fact `{node.fact}`", node.fact.span, help=help)
    elif node.value.text not in fact.values:
        help = did_you_mean(node.value.text, fact.values)
        yield error("unknown-word", f"`{node.fact}` is never `{node.value}`", node.value.span, help=help)
