"""Could a call whose outcome is unknown be repeated blindly?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.manifest import Operation
from .facts import Facts

UNKNOWN = "TIMEOUT"


def blind_retry(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for step in rule.steps:
            policy = facts.policies.get(step.policy.text) if isinstance(step, n.EffectStep) and step.policy else None
            operation = facts.operation(step.operation) if isinstance(step, n.EffectStep) else None
            if isinstance(step, n.EffectStep) and policy and operation and not operation.idempotent:
                yield from _arm(facts, step, policy, operation)


def _arm(facts: Facts, step: n.EffectStep, policy: n.PolicyNode, operation: Operation) -> Iterator[Finding]:
    arms = facts.arms(policy)
    arm = next((arm for arm in arms if not arm.classes or UNKNOWN in {name.text for name in arm.classes}), None)
    retries = [item for item in arm.steps if isinstance(item, n.RetryStep)] if arm else []
    if arm is None or not retries or any(isinstance(item, n.CheckStep) for item in arm.steps):
        return
    if operation.settles_itself:
        return
    message = f"policy `{policy.name}` repeats `{step.operation}` after a time-out without looking whether it happened"
    related = (Label(step.operation.span, "not idempotent"),)
    help = "write `on TIMEOUT check then retry …`" if operation.check else 'write `on TIMEOUT hold "…" for TEAM`'
    yield Finding("blind-retry", message, Label(retries[0].span, "repeated blindly"), related, help=help)
