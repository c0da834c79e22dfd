"""Could a call whose outcome is unknown be repeated blindly?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from ..types.manifest import Operation
from .facts import Facts

UNKNOWN = "TIMEOUT"


def blind_retry(facts: Facts) -> Iterator[Finding]:
    for _, step in facts.effects:
        policy = facts.policies.get(step.policy.text) if step.policy else None
        operation = facts.operation(step.operation)
        if policy and operation and not operation.idempotent and not operation.settles_itself:
            yield from _arm(facts, step, policy, operation)


def _arm(facts: Facts, step: n.EffectStep, policy: n.PolicyNode, operation: Operation) -> Iterator[Finding]:
    retry = _repeated(facts.arms(policy))
    if retry is None:
        return
    message = f"policy `{policy.name}` repeats `{step.operation}` after a time-out without looking whether it happened"
    help = "write `on TIMEOUT check then retry …`" if operation.check else 'write `on TIMEOUT hold "…" for TEAM`'
    related = [Label(step.operation.span, "sending this twice would do it twice")]
    yield error("blind-retry", message, retry.span, "repeated blindly", related=related, help=help)


def _repeated(arms: tuple[n.ArmNode, ...]) -> n.RetryStep | None:
    """The retry an unknown outcome leads to without a check before it."""
    arm = next((arm for arm in arms if not arm.classes or UNKNOWN in {name.text for name in arm.classes}), None)
    for step in arm.steps if arm else ():
        if isinstance(step, n.CheckStep):
            return None
        if isinstance(step, n.RetryStep):
            return step
    return None
