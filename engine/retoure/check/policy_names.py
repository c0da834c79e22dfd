"""Do policies name error classes, queues, alerts and policies that exist?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..connectors.port import ErrorClass
from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts
from .typing.suggest import did_you_mean

KINDS = ("queued", "held")


def policy_names(facts: Facts) -> Iterator[Finding]:
    known = error_classes(facts)
    for policy in facts.policies.values():
        if policy.extends is not None and policy.extends.text not in facts.policies:
            yield _unknown("policy", policy.extends, facts.policies)
        yield from _circle(facts, policy)
        for arm in policy.arms:
            for name in arm.classes:
                if name.text not in known:
                    yield _unknown("error class", name, known)
            for step in arm.steps:
                yield from _step(facts, step)


def alert_kinds(facts: Facts) -> Iterator[Finding]:
    for alert in facts.alerts.values():
        for threshold in alert.thresholds:
            if threshold.kind.text not in KINDS:
                yield _unknown("kind of thing to count", threshold.kind, KINDS)
        if not alert.thresholds:
            help = "add `when 1 queued`"
            yield Finding("alert-never", f"alert `{alert.name}` never fires", Label(alert.name.span), help=help)


def error_classes(facts: Facts) -> set[str]:
    """The closed error classes and every business code a manifest declares."""
    business = {
        error.code
        for manifest in facts.manifests.values()
        for operation in manifest.operations.values()
        for error in operation.errors
    }
    return {*ErrorClass, *business}


def _step(facts: Facts, step: n.PolicyStep) -> Iterator[Finding]:
    if isinstance(step, n.QueueStep) and step.queue.text not in facts.queues:
        yield _unknown("queue", step.queue, facts.queues)
    if isinstance(step, n.AlertStep) and step.alert.text not in facts.alerts:
        yield _unknown("alert", step.alert, facts.alerts)


def _circle(facts: Facts, policy: n.PolicyNode) -> Iterator[Finding]:
    seen, node = {policy.name.text}, policy
    while node.extends is not None and node.extends.text in facts.policies:
        if node.extends.text in seen:
            message = f"policy `{policy.name}` extends itself"
            yield Finding("policy-circle", message, Label(node.extends.span, "leads back here"))
            return
        seen.add(node.extends.text)
        node = facts.policies[node.extends.text]


def _unknown(word: str, name: n.Name, known: Iterable[str]) -> Finding:
    code = "unknown-" + word.split()[-1].replace("class", "error").replace("count", "word")
    names = [str(item) for item in known]
    return Finding(code, f"there is no {word} `{name}`", Label(name.span), help=did_you_mean(name.text, names))
