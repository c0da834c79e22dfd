"""Does every retry try at least once, wait longer each time, and end before its queue forgets the message?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..diagnostics import Finding, Label, error, warning
from ..language import nodes as n
from .facts import Facts

MOST = 100


def retries(facts: Facts) -> Iterator[Finding]:
    for policy in facts.policies.values():
        for arm in policy.arms:
            for step in arm.steps:
                if isinstance(step, n.RetryStep):
                    yield from _sane(policy, step)
    for queue in facts.queues.values():
        yield from _in_time(facts, queue)


def _sane(policy: n.PolicyNode, step: n.RetryStep) -> Iterator[Finding]:
    if not 1 <= step.times <= MOST:
        message = f"policy `{policy.name}` retries {step.times} times"
        label = "never tried again" if step.times < 1 else f"more than {MOST} tries only hide that it fails"
        yield error("retry-count", message, step.span, label, help="say how many times, or leave it out")
    if step.least > step.most:
        message = f"the longest wait in policy `{policy.name}` is shorter than the first one"
        help = "write the shorter time first: `wait 1s to 10m`"
        yield error("wait-backwards", message, step.span, "waits grow", help=help)


def _in_time(facts: Facts, queue: n.QueueNode) -> Iterator[Finding]:
    """One finding a queue, at the longest tries: the queue may be what is wrong."""
    tries = [step for step in _before(facts, queue) if queue.keep is not None and budget(step) > queue.keep]
    if tries and queue.keep is not None:
        step, *others = sorted(tries, key=budget, reverse=True)
        message = f"these tries may take {in_words(budget(step))}, longer than queue `{queue.name}` keeps a message"
        related = [Label(queue.name.span, f"keeps it {in_words(queue.keep)}")]
        related += [Label(other.span, "these too") for other in others]
        help = "try less often, or keep the messages longer"
        yield warning("retry-outlasts-queue", message, step.span, related=related, help=help)


def _before(facts: Facts, queue: n.QueueNode) -> Iterator[n.RetryStep]:
    """The retries of all policies that end in a queue."""
    for arm in (arm for policy in facts.policies.values() for arm in policy.arms):
        if any(isinstance(step, n.QueueStep) and step.queue.text == queue.name.text for step in arm.steps):
            yield from (step for step in arm.steps if isinstance(step, n.RetryStep))


def budget(step: n.RetryStep) -> timedelta:
    """The longest time that tries may take."""
    return min(step.times, MOST) * step.most


def in_words(time: timedelta) -> str:
    """`3 days`, hours when it is less than two days, minutes when it is less than two hours."""
    hours = time.total_seconds() / 3600
    if hours < 2:
        return f"{round(hours * 60)} minutes"
    return f"{time.days} days" if time.days > 1 else f"{round(hours)} hours"
