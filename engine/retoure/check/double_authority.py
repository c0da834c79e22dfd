"""Is the same money, stock or order moved by the mapping and by a platform on its own?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts

WORDS = {
    "refund": "the shopper could be refunded twice",
    "stock": "the same goods could be booked into stock twice",
    "order": "the exchange could be ordered twice",
}


def double_authority(facts: Facts) -> Iterator[Finding]:
    for node in facts.mapping.assumes if facts.mapping else ():
        manifest = facts.manifests.get(node.system.text)
        fact = manifest.facts.get(node.fact.text) if manifest else None
        if fact is None or fact.effect not in WORDS or node.value.text != "ON":
            continue
        for rule, step in facts.effects:
            if facts.moves(step.operation, fact.effect):
                yield _twice(rule, step, node, fact.effect, fact.summary)


def _twice(rule: n.RuleNode, step: n.EffectStep, node: n.AssumeNode, effect: str, summary: str) -> Finding:
    related = [Label(node.span, "the platform does it by itself")]
    help = f"remove rule `{rule.name}`, or switch it off in {node.system} and assume OFF"
    label = f"rule `{rule.name}` does it too"
    return error(
        "two-authorities", WORDS[effect], step.operation.span, label, related=related, notes=[summary], help=help
    )
