"""Is stock that is counted up on top of an absolute value safe from a change by somebody else in between?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..language.index import Index
from ..types.manifest import Kind
from .facts import Facts

CONFLICT = "CONFLICT"


def stock_conflicts(facts: Facts) -> Iterator[Finding]:
    for rule, step in facts.effects:
        policy = facts.policies.get(step.policy.text) if step.policy else None
        if policy is None or not _read_then_written(facts, rule, step):
            continue
        arms = facts.arms(policy)
        complete = any(not arm.classes for arm in arms)  # that `otherwise` lacks is told by itself
        if complete and not any(CONFLICT in {name.text for name in arm.classes} for arm in arms):
            how = f"`{step.operation}` reads, adds and writes"
            message = f"{how}, and policy `{policy.name}` has no answer to a CONFLICT"
            help = 'add `on CONFLICT retry 3 times wait 1s to 5s then hold "…" for TEAM`'
            label = "somebody else may have changed it meanwhile"
            yield error("conflict-unhandled", message, step.policy.span if step.policy else step.span, label, help=help)


def _read_then_written(facts: Facts, rule: n.RuleNode, step: n.EffectStep) -> bool:
    """Whether the call adds to a value, or sets one that was computed from what the same platform was asked before."""
    operation = facts.operation(step.operation)
    if operation is None or not facts.causes(step.operation, "stock"):
        return False
    return operation.kind is Kind.INCREMENT or (operation.kind is Kind.SET and bool(_read(rule) & _used(step)))


def _read(rule: n.RuleNode) -> set[str]:
    return {step.name.text for step in rule.steps if isinstance(step, n.ReadStep)}


def _used(step: n.EffectStep) -> set[str]:
    return {node.name for node in Index(step.use.arguments).of(n.NameRef)}
