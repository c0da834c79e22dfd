"""Can every effect and read that follows a policy fill in the texts of its holds?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding
from ..language import nodes as n
from ..types.kinds import TEXT
from .facts import Facts
from .rule_scopes import Inside, steps
from .typing import Typer


def policy_texts(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for inside in steps(facts, rule):
            yield from _texts(facts, inside)


def _texts(facts: Facts, inside: Inside) -> list[Finding]:
    found: list[Finding] = []
    step = inside.step
    if isinstance(step, n.EffectStep | n.ReadStep) and step.policy and step.policy.text in facts.policies:
        typer = Typer(facts, found.append)
        scope = inside.scope.having("error", TEXT)
        for arm in facts.arms(facts.policies[step.policy.text]):
            for ending in arm.steps:
                if isinstance(ending, n.EndingNode):
                    typer.infer(ending, scope)
    return found
