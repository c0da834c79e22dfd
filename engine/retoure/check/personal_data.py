"""Does a text that is kept and shown to many people hold what says who the shopper is?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, warning
from ..language import nodes as n
from ..language.index import Index
from ..types.kinds import Record
from .facts import Facts
from .map_targets import parameter_scope
from .rule_scopes import Inside, steps, track_scope
from .typing import Scope, Typer
from .typing.fit import bare


def personal_data(facts: Facts) -> Iterator[Finding]:
    """Looks into the texts only where some field with such a name is named at all."""
    names = frozenset[str]().union(*(manifest.personal for manifest in facts.manifests.values()))
    if any(member.name.text in names for member in facts.nodes.of(n.Member)):
        yield from _everywhere(facts)


def _everywhere(facts: Facts) -> Iterator[Finding]:
    for gate in facts.gates.values():
        yield from _in(facts, gate.otherwise, parameter_scope(facts, gate.parameters))
    for node in facts.maps.values():
        yield from _in(facts, node.assignments, parameter_scope(facts, node.parameters))
    for rule in facts.rules.values():
        for inside in steps(facts, rule):
            yield from _step(facts, inside)
    for audit in facts.audits.values():
        for ending in (audit.missing, audit.different):
            yield from _in(facts, ending, track_scope(facts))
    if facts.track is not None:
        yield from _in(facts, facts.track.unknown, track_scope(facts))


def _step(facts: Facts, inside: Inside) -> Iterator[Finding]:
    yield from _in(facts, inside.step, inside.scope)
    policy = getattr(inside.step, "policy", None)
    if policy is not None and policy.text in facts.policies:
        for arm in facts.arms(facts.policies[policy.text]):
            yield from _in(facts, arm.steps, inside.scope)


def _in(facts: Facts, part: object, scope: Scope) -> Iterator[Finding]:
    for ending in Index(part).of(n.EndingNode):
        for member in Index(ending.reason).of(n.Member) if ending.reason.constant is None else ():
            if _personal(facts, member, scope):
                message = f"the text of this {ending.ending} holds `{member.name}`, which says who the shopper is"
                help = "name the return or the order: who has to know finds the person there"
                yield warning("personal-data", message, member.span, "personal data", help=help)


def _personal(facts: Facts, member: n.Member, scope: Scope) -> bool:
    base = bare(Typer(facts).infer(member.of, scope))
    field = base.fields.get(member.name.text) if isinstance(base, Record) else None
    return field is not None and field.personal
