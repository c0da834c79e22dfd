"""Is a call still being tried when a watch already says that it did not happen?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..diagnostics import Finding, Label, warning
from ..language import nodes as n
from .facts import Facts
from .retries import budget, in_words


def deadlines(facts: Facts) -> Iterator[Finding]:
    watches = [rule for rule in facts.rules.values() if rule.trigger is not None and rule.trigger.longer is not None]
    for rule, step in facts.effects():
        policy = facts.policies.get(step.policy.text) if step.policy else None
        for watch in watches if policy else ():
            if _same_stage(rule, watch):
                yield from _late(facts, step, policy, watch)


def _same_stage(rule: n.RuleNode, watch: n.RuleNode) -> bool:
    stages = [{stage.text for stage in item.trigger.stages} if item.trigger else set() for item in (rule, watch)]
    return rule is not watch and bool(stages[0] & stages[1])


def _late(facts: Facts, step: n.EffectStep, policy: n.PolicyNode | None, watch: n.RuleNode) -> Iterator[Finding]:
    longer = watch.trigger.longer if watch.trigger and watch.trigger.longer else timedelta.max
    retries = [item for arm in (facts.arms(policy) if policy else ()) for item in arm.steps]
    for retry in retries:
        if isinstance(retry, n.RetryStep) and budget(retry) > longer:
            took = in_words(budget(retry))
            message = f"these tries may take {took}, and watch `{watch.name}` speaks after {in_words(longer)}"
            related = [Label(watch.name.span, "the watch"), Label(step.operation.span, "what is tried")]
            help = "try less often, or let the watch wait longer"
            yield warning("retry-outlasts-watch", message, retry.span, related=related, help=help)
