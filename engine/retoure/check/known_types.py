"""Does every type that is named exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from .facts import SETTING_KINDS, Facts


def known_types(facts: Facts) -> Iterator[Finding]:
    for node in facts.nodes.of(n.TypeRef):
        if facts.type_of(node) is None:
            yield _unknown(facts, node)


def known_setting_kinds(facts: Facts) -> Iterator[Finding]:
    for node in facts.settings.values():
        if node.kind.text not in SETTING_KINDS:
            words = ["one of (a, b)" if kind == "choice" else kind for kind in SETTING_KINDS]
            help = did_you_mean(node.kind.text, words)
            yield error("unknown-type", f"a setting cannot be a `{node.kind}`", node.kind.span, help=help)


def _unknown(facts: Facts, reference: n.TypeRef) -> Finding:
    system, _, name = reference.text.partition(".")
    if name and system not in facts.manifests:
        declare = did_you_mean(system, facts.manifests) or f'add `system {system} schema "…"` to the mapping block'
        return error("unknown-system", f"there is no system `{system}`", reference.span, help=declare)
    help = did_you_mean(reference.text, facts.type_names())
    return error("unknown-type", f"there is no type `{reference.text}`", reference.span, help=help)
