"""Judging alerts: whether a threshold is met and the quiet period over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from ..runtime.program import Alert, Threshold
from .context import Context
from .facts import AlertFired
from .store.port import Signal, Tallies

STALLED: Final = "stalled"

Count = Callable[[Threshold], int]


def text_if_due(alert: Alert, count: Count, last: datetime | None, now: datetime, stalled: int = 0) -> str:
    """What an alert that goes off says: how many an audit found `stalled`, else its first threshold that is met.

    Empty when there is nothing to say, or it shall be quiet.
    """
    if last is not None and now - last < alert.quiet:
        return ""
    if stalled:
        return f"{stalled} stalled"
    for threshold in alert.thresholds:
        found = count(threshold)
        if found >= threshold.count:
            span = "waiting" if threshold.within is None else f"within {threshold.within}"
            return f"{found} {threshold.kind} {span}"
    return ""


def rings(alert: Alert, signal: Signal) -> bool:
    """Whether a signal concerns an alert: letters ring those their policy names, holds all that count holds, what is
    stalled the one its audit names.
    """
    counted = signal.kind == STALLED or any(threshold.kind == signal.kind for threshold in alert.thresholds)
    return counted and signal.alert in ("", alert.name)


async def ring(context: Context) -> None:
    """Judges all alerts that new signals concern, stores those that go off, and tells of them."""
    now, alerts, notifier = context.clock.now(), context.program.alerts, context.options.notifier
    told = notifier.channels.routed() if notifier else ()
    for fired in await context.thread(context.store.ring, partial(_due, alerts, now), now, told):
        context.tell(AlertFired(fired))
        if context.options.alert is not None:
            context.options.alert(fired)
        if notifier is not None:
            notifier.wake(context)


def _due(alerts: Mapping[str, Alert], now: datetime, signals: Sequence[Signal], tallies: Tallies) -> dict[str, str]:
    """What each alert says that goes off now."""
    texts = {}
    for alert in alerts.values():
        mine = [signal for signal in signals if rings(alert, signal)]
        if mine:
            stalled = sum(signal.kind == STALLED for signal in mine)
            count = partial(_count, tallies, alert.name, now)
            texts[alert.name] = text_if_due(alert, count, tallies.last_fired(alert.name), now, stalled)
    return {name: text for name, text in texts.items() if text}


def _count(tallies: Tallies, alert: str, now: datetime, threshold: Threshold) -> int:
    since = None if threshold.within is None else now - threshold.within
    return tallies.tally(alert, threshold.kind, since)
