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
    for watch in watches:
        steps = [step for rule, step in facts.effects if _same_stage(rule, watch)]
        yield from _late(watch, [(retry, step) for step in steps for retry in _retries(facts, step)])


def _same_stage(rule: n.RuleNode, watch: n.RuleNode) -> bool:
    stages = [{stage.text for stage in item.trigger.stages} if item.trigger else set() for item in (rule, watch)]
    return rule is not watch and bool(stages[0] & stages[1])


def _retries(facts: Facts, step: n.EffectStep) -> Iterator[n.RetryStep]:
    policy = facts.policies.get(step.policy.text) if step.policy else None
    for arm in facts.arms(policy) if policy else ():
        yield from (item for item in arm.steps if isinstance(item, n.RetryStep))


def _late(watch: n.RuleNode, tried: list[tuple[n.RetryStep, n.EffectStep]]) -> Iterator[Finding]:
    """One finding a watch, at the longest tries: the watch may be what is wrong."""
    longer = watch.trigger.longer if watch.trigger and watch.trigger.longer else timedelta.max
    late = sorted((pair for pair in tried if budget(pair[0]) > longer), key=lambda pair: budget(pair[0]), reverse=True)
    for retry, step in late[:1]:
        took = in_words(budget(retry))
        message = f"these tries may take {took}, and watch `{watch.name}` speaks after {in_words(longer)}"
        related = [Label(watch.name.span, "the watch"), Label(step.operation.span, "what is tried")]
        related += [Label(span, "these too") for span in dict.fromkeys(other.span for other, _ in late[1:])]
        help = "try less often, or let the watch wait longer"
        yield warning("retry-outlasts-watch", message, retry.span, related=related, help=help)
