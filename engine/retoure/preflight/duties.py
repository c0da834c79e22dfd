"""What a mapping expects of its deployment beside the platforms: who hears of alerts and queues, what runs when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ..check import Facts
from ..compile import CompiledMapping
from ..deployment.model import Deployment
from ..language import nodes as n
from ..language.wording import duration
from .check import Check, passed, warned


def duties(deployment: Deployment, program: CompiledMapping) -> Iterator[Check]:
    """A check for each alert, queue and schedule."""
    yield from (_alert(deployment, name) for name in program.alerts)
    told = alerts_of_queues(program.facts)
    yield from (_queue(deployment, name, told[name]) for name in program.queues)
    for audit in program.audits.values():
        yield passed(f"audit {audit.name}", f"runs every {duration(audit.every)} over the last {duration(audit.over)}")
    for name, system in deployment.systems.items():
        if system.poll is not None:
            back = system.poll.back.days
            yield passed(
                f"poll {name}", f"asks every {duration(system.poll.every)} for what was begun in the last {back} days"
            )


def alerts_of_queues(facts: Facts) -> dict[str, set[str]]:
    """The alerts that policies ring when they put a letter into each queue."""
    found: dict[str, set[str]] = defaultdict(set)
    for policy in facts.policies.values():
        for arm in facts.arms(policy):
            rung = {step.alert.text for step in arm.steps if isinstance(step, n.AlertStep)}
            for step in arm.steps:
                if isinstance(step, n.QueueStep):
                    found[step.queue.text] |= rung
    return found


def _alert(deployment: Deployment, name: str) -> Check:
    channel = deployment.alerts.get(name)
    if channel is None:
        help = f"bind it: `alerts: {{{name}: {{channel: webhook, url: env:…}}}}`, or `channel: log` to say so"
        return warned(f"alert {name}", "is written into the log, and goes nowhere else", help)
    steps = (f", after {each.after} to {each.channel}" for each in channel.escalate)
    return passed(f"alert {name}", f"goes to {channel.channel}{''.join(steps)}")


def _queue(deployment: Deployment, name: str, alerts: set[str]) -> Check:
    bound = sorted(alert for alert in alerts if alert in deployment.alerts)
    if bound:
        return passed(f"queue {name}", f"rings {', '.join(bound)}")
    if alerts:
        return warned(f"queue {name}", f"rings {', '.join(sorted(alerts))}, bound to no channel", "bind one of them")
    return warned(f"queue {name}", "nobody is told of its letters", f"write `queue {name} alert …` in the policy")
