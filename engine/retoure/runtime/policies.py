"""Policies with their texts filled in from the effect they belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..language import nodes as n
from .evaluate import Evaluator
from .policy import Arm, Instead, Policy, Retry, Step
from .scope import Env

Replacement = Callable[[n.InsteadStep], Instead | None]
"""Makes the effect that is sent instead; None when it cannot be made."""


def resolve(
    name: str, arms: Sequence[n.ArmNode], evaluator: Evaluator, env: Env, replacement: Replacement = lambda step: None
) -> Policy:
    """The policy as it is stored with an effect. `{error}` in a text is left for delivery to fill in."""
    told = env.having("error", "{error}")
    return Policy(
        name,
        tuple(
            Arm(
                tuple(word.text for word in arm.classes),
                tuple(_step(step, evaluator, told, replacement) for step in arm.steps),
            )
            for arm in arms
        ),
    )


def _step(step: n.PolicyStep, evaluator: Evaluator, env: Env, replacement: Replacement) -> Step:
    if isinstance(step, n.RetryStep):
        retry = Retry(step.times, step.least.total_seconds(), step.most.total_seconds())
        return Step("retry", retry=retry)
    if isinstance(step, n.QueueStep):
        return Step("queue", step.queue.text)
    if isinstance(step, n.InsteadStep):
        return Step("instead", instead=replacement(step))
    if isinstance(step, n.AlertStep):
        return Step("alert", step.alert.text)
    if isinstance(step, n.EndingNode):
        outcome = evaluator.outcome(step, env)
        return Step(outcome.ending.value, outcome.team, outcome.reason)
    return Step("check")
