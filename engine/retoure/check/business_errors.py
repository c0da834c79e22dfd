"""Does somebody answer every refusal that means something to the business?"""

from __future__ import annotations

from collections.abc import Iterator

from ..connectors.port import ErrorClass
from ..diagnostics import Finding, Label, warning
from ..language import nodes as n
from ..types.manifest import Kind
from .facts import Facts

GENERAL = frozenset(map(str, ErrorClass))


def business_errors(facts: Facts) -> Iterator[Finding]:
    """`otherwise` treats all alike; a platform that gives a refusal a name of its own means something by it."""
    for step in _calls(facts):
        policy = facts.policies.get(step.policy.text) if step.policy else None
        if policy is None or step.policy is None:
            continue
        answered = {name.text for arm in facts.arms(policy) for name in arm.classes}
        lacking = ", ".join(code for code in _codes(facts, step.operation) if code not in answered)
        if lacking:
            message = f"policy `{policy.name}` has no answer of its own to {lacking} of `{step.operation}`"
            help = f'add `on {lacking} hold "…" for TEAM` to the policy'
            related = [Label(step.operation.span, "may be refused so")]
            yield warning("error-unhandled", message, policy.name.span, related=related, help=help)


def _calls(facts: Facts) -> Iterator[n.EffectStep | n.ReadStep]:
    steps = [step for rule in facts.rules.values() for step in rule.steps]
    steps += [step for answer in facts.answers.values() for step in answer.steps]
    yield from (step for step in steps if isinstance(step, n.EffectStep | n.ReadStep) and _fits(facts, step))


def _fits(facts: Facts, step: n.EffectStep | n.ReadStep) -> bool:
    """Whether a `read` reads and an effect changes something; where it is not so, that is said elsewhere."""
    operation = facts.operation(step.operation)
    return operation is not None and (operation.kind is Kind.READ) == isinstance(step, n.ReadStep)


def _codes(facts: Facts, path: n.Path) -> list[str]:
    """The codes that an operation's manifest gives beside the general error classes."""
    operation = facts.operation(path)
    return sorted({problem.code for problem in operation.errors} - GENERAL) if operation else []
