"""Does every policy answer every error, and does every answer end with somebody or something keeping the message?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts

ENDINGS = (n.QueueStep, n.EndingNode, n.InsteadStep)


def policies_end(facts: Facts) -> Iterator[Finding]:
    for policy in facts.policies.values():
        if _closed(facts, policy):
            yield from _otherwise(facts, policy)
        for arm in policy.arms:
            yield from _arm(policy, arm)


def _closed(facts: Facts, policy: n.PolicyNode) -> bool:
    """Whether all it inherits can be known: a policy that extends an unknown one has that finding already."""
    return policy.extends is None or policy.extends.text in facts.policies


def _otherwise(facts: Facts, policy: n.PolicyNode) -> Iterator[Finding]:
    if all(arm.classes for arm in facts.arms(policy)):
        message = f"policy `{policy.name}` does not say what happens on any other error"
        help = "add `otherwise queue NAME`, or `extends` a policy that has it"
        yield error("policy-open", message, policy.name.span, "no `otherwise`", help=help)


def _arm(policy: n.PolicyNode, arm: n.ArmNode) -> Iterator[Finding]:
    if not any(isinstance(step, ENDINGS) for step in arm.steps):
        message = f"policy `{policy.name}` does not say what follows when these steps are used up"
        help = 'end it with `then queue NAME` or `then hold "…" for TEAM`'
        yield error("policy-arm-open", message, arm.span, "nothing keeps the message then", help=help)
        return
    first = next(index for index, step in enumerate(arm.steps) if isinstance(step, ENDINGS))
    for step in arm.steps[first + 1 :]:
        if not isinstance(step, n.AlertStep):
            message = f"policy `{policy.name}` has put the message away before this step"
            yield error("step-after-ending", message, step.span, "never reached", help="move it before the ending")
