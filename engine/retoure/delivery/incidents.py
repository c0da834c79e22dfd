"""What becomes of an alert that went off: it is escalated while nobody acts, and over when its cause has gone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from ..runtime.program import Alert, Audit
from .context import Context
from .notices import Channels, Route
from .store.port import Incident, Tallies, Turn

HELD = "held"


async def tend_incidents(context: Context) -> None:
    """Escalates and closes incidents, and has told what is due."""
    program, notifier, now = context.program, context.options.notifier, context.clock.now()
    if notifier is None:
        return
    judge = partial(_judged, program.alerts, program.audits, notifier.channels, now)
    await context.thread(context.store.review, judge, now, notifier.channels.routed())
    notifier.wake(context)


def _judged(
    alerts: Mapping[str, Alert],
    audits: Mapping[str, Audit],
    channels: Channels,
    now: datetime,
    incident: Incident,
    tallies: Tallies,
) -> Turn | None:
    """One whose alert the mapping no longer has is over."""
    alert = alerts.get(incident.alert)
    route = channels.route(incident.alert)
    if alert is None or gone(alert, audits, tallies):
        return Turn(f"over after {_span(incident, now)}: {incident.text}" if route.recovery else "")
    step = step_due(route, incident, now)
    if step is None:
        return None
    since = max(incident.opened_at, now - route.escalate[step - 1])
    if tallies.acted(incident.alert, since, on_holds=_counts_holds(alert)):
        return None
    return Turn(f"nobody acted for {_span(incident, now)}: {incident.text}", step)


def gone(alert: Alert, audits: Mapping[str, Audit], tallies: Tallies) -> bool:
    """Whether nothing is left of what an alert goes off for: fewer wait than it counts, and no audit stalls."""
    waits = any(tallies.tally(alert.name, each.kind, None) >= each.count for each in alert.thresholds)
    stalls = any(tallies.stalled(audit.name) for audit in audits.values() if audit.stalled_alert == alert.name)
    return not (waits or stalls)


def step_due(route: Route, incident: Incident, now: datetime) -> int | None:
    """The step an incident is to be escalated to by now, None when it is there."""
    reached = sum(now - incident.opened_at >= after for after in route.escalate)
    return incident.step + 1 if reached > incident.step else None


def _counts_holds(alert: Alert) -> bool:
    return any(each.kind == HELD for each in alert.thresholds)


def _span(incident: Incident, now: datetime) -> str:
    """How long it lasts, to the minute: `1:30:00`."""
    minutes = (now - incident.opened_at).total_seconds() // 60
    return f"{int(minutes // 60)}h {int(minutes % 60)}m"
