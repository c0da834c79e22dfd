"""Does every effect and every read say which policy handles its failure?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from .facts import Facts
from .unknown import unknown


def effect_policy(facts: Facts) -> Iterator[Finding]:
    steps = [step for rule in facts.rules.values() for step in rule.steps]
    steps += [step for answer in facts.answers.values() for step in answer.steps]
    for step in steps:
        if isinstance(step, n.EffectStep | n.ReadStep):
            yield from _followed(facts, step)


def _followed(facts: Facts, step: n.EffectStep | n.ReadStep) -> Iterator[Finding]:
    if step.policy is None:
        word = step.verb if isinstance(step, n.EffectStep) else "read"
        message = f"`{word} {step.operation}` does not say what happens when it fails"
        choice = did_you_mean("", facts.policies) or "write a policy block"
        yield error("no-policy", message, step.operation.span, help=f"add `on error follow POLICY`; {choice}")
    elif step.policy.text not in facts.policies:
        yield unknown("unknown-policy", "policy", step.policy, facts.policies)
