"""Does every type that is named exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import SETTING_KINDS, Facts
from .typing.suggest import did_you_mean


def known_types(facts: Facts) -> Iterator[Finding]:
    for reference in _references(facts):
        if facts.type_of(reference) is None:
            yield _unknown(facts, reference)


def known_setting_kinds(facts: Facts) -> Iterator[Finding]:
    for node in facts.settings.values():
        if node.kind.text not in SETTING_KINDS:
            help = did_you_mean(node.kind.text, SETTING_KINDS)
            yield Finding("unknown-type", f"a setting cannot be a `{node.kind}`", Label(node.kind.span), help=help)


def _references(facts: Facts) -> Iterator[n.TypeRef]:
    for block in facts.module.blocks:
        if isinstance(block, n.TrackNode):
            yield block.type
        elif isinstance(block, n.TableNode):
            yield from (*block.keys, block.result)
        elif isinstance(block, n.MapNode):
            yield from (*(parameter.type for parameter in block.parameters), block.target)
        elif isinstance(block, n.GateNode):
            yield from (parameter.type for parameter in block.parameters)
    for node in facts.settings.values():
        yield from (parameter.type for parameter in node.parameters)


def _unknown(facts: Facts, reference: n.TypeRef) -> Finding:
    system, _, name = reference.text.partition(".")
    if name and system not in facts.manifests:
        help = did_you_mean(system, facts.manifests) or f'add `system {system} schema "…"` to the mapping block'
        return Finding("unknown-system", f"there is no system `{system}`", Label(reference.span), help=help)
    help = did_you_mean(reference.text, facts.type_names())
    return Finding("unknown-type", f"there is no type `{reference.text}`", Label(reference.span), help=help)
