"""Judging alerts: whether a threshold is met and the quiet period over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from ..runtime.program import Alert, Threshold
from .context import Context
from .store.port import Fired, Signal

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
    signals = await context.thread(context.store.take_signals)
    for alert in context.program.alerts.values():
        mine = [signal for signal in signals if rings(alert, signal)]
        if mine:
            stalled = sum(signal.kind == STALLED for signal in mine)
            fired = await context.thread(_judge, context, alert, stalled)
            if fired is not None and context.options.alert is not None:
                context.options.alert(fired)


def _judge(context: Context, alert: Alert, stalled: int) -> Fired | None:
    store, now = context.store, context.clock.now()

    def count(threshold: Threshold) -> int:
        since = None if threshold.within is None else now - threshold.within
        return store.tally(alert.name, threshold.kind, since)

    text = text_if_due(alert, count, store.last_fired(alert.name), now, stalled)
    return store.fire(alert.name, text, now) if text else None
