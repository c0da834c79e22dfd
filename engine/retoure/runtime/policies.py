"""Policies with their texts filled in from the effect they belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..language import nodes as n
from .evaluate import Evaluator
from .policy import Arm, Instead, Policy, Retry, Step
from .scope import BEFORE_ALL, Env

Replacement = Callable[[n.InsteadStep], Instead | None]
"""Makes the effect that is sent instead; None when it cannot be made."""


def resolve(
    name: str, arms: Sequence[n.ArmNode | Arm], evaluator: Evaluator, env: Env, replacement: Replacement
) -> Policy:
    """The policy as it is stored with an effect. `{error}` in a text is left for delivery to fill in."""
    told = env.having("error", "{error}")
    return Policy(
        name, tuple(arm if isinstance(arm, Arm) else _filled(arm, evaluator, told, replacement) for arm in arms)
    )


def prepared(arms: Sequence[n.ArmNode], evaluator: Evaluator) -> tuple[n.ArmNode | Arm, ...]:
    """The arms of a policy, with those filled in that are the same for every effect."""
    told = Env({"error": "{error}"}, BEFORE_ALL)
    return tuple(_filled(arm, evaluator, told, lambda step: None) if _is_settled(arm) else arm for arm in arms)


def _is_settled(arm: n.ArmNode) -> bool:
    """Whether nothing is sent instead, and the texts name only the error."""
    texts = [step.reason for step in arm.steps if isinstance(step, n.EndingNode)]
    named = [part for text in texts for part in text.parts if not isinstance(part, str)]
    plain = all(isinstance(part, n.NameRef) and part.name == "error" for part in named)
    return plain and not any(isinstance(step, n.InsteadStep) for step in arm.steps)


def _filled(arm: n.ArmNode, evaluator: Evaluator, env: Env, replacement: Replacement) -> Arm:
    steps = tuple(_step(step, evaluator, env, replacement) for step in arm.steps)
    return Arm(tuple(word.text for word in arm.classes), steps)


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
