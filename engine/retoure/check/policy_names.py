"""Do policies name error classes, queues, alerts and policies that exist?"""

from __future__ import annotations

from collections.abc import Iterator

from ..connectors.port import ErrorClass
from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts
from .unknown import unknown

KINDS = ("queued", "held")


def policy_names(facts: Facts) -> Iterator[Finding]:
    known = sorted(error_classes(facts))
    for policy in facts.policies.values():
        yield from _extends(facts, policy)
        for arm in policy.arms:
            for name in arm.classes:
                if name.text not in known:
                    yield unknown("unknown-error", "error class", name, known)
            for step in arm.steps:
                yield from _step(facts, step)


def alert_kinds(facts: Facts) -> Iterator[Finding]:
    for alert in facts.alerts.values():
        for threshold in alert.thresholds:
            if threshold.kind.text not in KINDS:
                yield unknown("unknown-word", "kind of thing to count", threshold.kind, KINDS)
        if not alert.thresholds:
            yield error("alert-never", f"alert `{alert.name}` never fires", alert.name.span, help="add `when 1 queued`")


def error_classes(facts: Facts) -> set[str]:
    """The closed error classes and every business code a manifest declares."""
    operations = (operation for manifest in facts.manifests.values() for operation in manifest.operations.values())
    return {*ErrorClass, *(problem.code for operation in operations for problem in operation.errors)}


def _step(facts: Facts, step: n.PolicyStep) -> Iterator[Finding]:
    if isinstance(step, n.QueueStep) and step.queue.text not in facts.queues:
        yield unknown("unknown-queue", "queue", step.queue, facts.queues)
    if isinstance(step, n.AlertStep) and step.alert.text not in facts.alerts:
        yield unknown("unknown-alert", "alert", step.alert, facts.alerts, safe=True)


def _extends(facts: Facts, policy: n.PolicyNode) -> Iterator[Finding]:
    if policy.extends is not None and policy.extends.text not in facts.policies:
        yield unknown("unknown-policy", "policy", policy.extends, facts.policies)
    elif policy.extends is not None and policy.name.text == _first_of_circle(facts, policy):
        yield error("policy-circle", f"policy `{policy.name}` extends itself", policy.extends.span, "leads back here")


def _first_of_circle(facts: Facts, policy: n.PolicyNode) -> str | None:
    """The policy to name for a circle this one is in: the first of the text; None when it is in none."""
    seen: dict[str, n.PolicyNode] = {}
    node: n.PolicyNode | None = policy
    while node is not None and node.extends is not None and node.extends.text not in seen:
        seen[node.extends.text] = node
        node = facts.policies.get(node.extends.text)
    return next((name for name in facts.policies if name in seen), None) if policy.name.text in seen else None
