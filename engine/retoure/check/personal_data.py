"""Does a text that is kept and shown to many people hold what says who the shopper is?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, warning
from ..language import nodes as n
from ..language.walk import walk
from ..types.kinds import Record
from .facts import Facts
from .map_targets import parameter_scope
from .rule_scopes import Inside, steps, track_scope
from .typing import Scope, Typer
from .typing.fit import bare


def personal_data(facts: Facts) -> Iterator[Finding]:
    silent = Typer(facts, lambda finding: None)
    for gate in facts.gates.values():
        yield from _in(facts, (gate.otherwise,), parameter_scope(facts, gate.parameters))
    for node in facts.maps.values():
        yield from _in(facts, node.assignments, parameter_scope(facts, node.parameters))
    for rule in facts.rules.values():
        for inside in steps(facts, silent, rule):
            yield from _step(facts, inside)
    for audit in facts.audits.values():
        yield from _in(facts, (audit.missing, audit.different), track_scope(facts))
    if facts.track is not None:
        yield from _in(facts, facts.track.unknown, track_scope(facts))


def _step(facts: Facts, inside: Inside) -> Iterator[Finding]:
    yield from _in(facts, inside.step, inside.scope)
    policy = getattr(inside.step, "policy", None)
    if policy is not None and policy.text in facts.policies:
        arms = facts.arms(facts.policies[policy.text])
        yield from _in(facts, tuple(arm.steps for arm in arms), inside.scope)


def _in(facts: Facts, part: object, scope: Scope) -> Iterator[Finding]:
    for ending in (node for node in walk(part) if isinstance(node, n.EndingNode)):
        for member in (node for node in walk(ending.reason) if isinstance(node, n.Member)):
            if _personal(facts, member, scope):
                message = f"the text of this {ending.ending} holds `{member.name}`, which says who the shopper is"
                help = "name the return or the order: who has to know finds the person there"
                yield warning("personal-data", message, member.span, "personal data", help=help)


def _personal(facts: Facts, member: n.Member, scope: Scope) -> bool:
    base = bare(Typer(facts, lambda finding: None).infer(member.of, scope))
    field = base.fields.get(member.name.text) if isinstance(base, Record) else None
    return field is not None and field.personal
