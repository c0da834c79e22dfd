"""Does every effect and read say which policy handles its failure, and does every policy end?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts
from .typing.suggest import did_you_mean

ENDINGS = (n.QueueStep, n.EndingNode)


def effect_policy(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for step in rule.steps:
            if isinstance(step, n.EffectStep | n.ReadStep):
                yield from _followed(facts, step)


def policies_end(facts: Facts) -> Iterator[Finding]:
    for policy in facts.policies.values():
        arms = facts.arms(policy)
        if all(arm.classes for arm in arms):
            help = "add `otherwise queue NAME`, or `extends` a policy that has it"
            message = f"policy `{policy.name}` does not say what happens otherwise"
            yield Finding("policy-open", message, Label(policy.name.span), help=help)
        for arm in policy.arms:
            if not isinstance(arm.steps[-1], (*ENDINGS, n.AlertStep)) or not any(
                isinstance(s, ENDINGS) for s in arm.steps
            ):
                help = 'end it with `then queue NAME` or `then hold "…" for TEAM`'
                yield Finding(
                    "policy-arm-open",
                    "when the tries are used up, nothing keeps the message",
                    Label(arm.span),
                    help=help,
                )


def _followed(facts: Facts, step: n.EffectStep | n.ReadStep) -> Iterator[Finding]:
    if step.policy is None:
        word = step.verb if isinstance(step, n.EffectStep) else "read"
        help = did_you_mean("", facts.policies) or "write a policy block"
        message = f"`{word} {step.operation}` does not say what happens when it fails"
        yield Finding("no-policy", message, Label(step.operation.span), help=f"add `on error follow POLICY`; {help}")
    elif step.policy.text not in facts.policies:
        help = did_you_mean(step.policy.text, facts.policies)
        yield Finding("unknown-policy", f"there is no policy `{step.policy}`", Label(step.policy.span), help=help)
