"""The log of what is done: a line for each fact, with ids and places and without a value of any record.

Lines go to the standard library's logging, so that whoever embeds a runner decides what becomes of them. What stands
beside the sentence is in `extra`: `return_id`, `event_id`, `event`, `effect`, `mapping`, `place` and some more. The
reason of a hold is left out: a mapping may write a name or an order number into it, and people find it in the console.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..connectors.port import Event
from .facts import DecisionMade, EventTaken, Fact, MessageRejected, TryEnded
from .ledger import EffectState
from .store.port import NewHold

log = logging.getLogger("retoure.delivery")

LOUD: Final = (EffectState.QUEUED, EffectState.HELD)


def write(fact: Fact) -> None:
    """Writes what there is to say about a fact."""
    say = _SAYING.get(type(fact)) if log.isEnabledFor(logging.WARNING) else None
    if say is not None:
        say(fact)


def _taken(fact: EventTaken) -> None:
    if fact.accepted.conflict:
        log.warning("an event came again with other content, which was kept aside", extra=_about(fact))
    elif log.isEnabledFor(logging.INFO):
        log.info("event known already" if fact.accepted.duplicate else "event accepted", extra=_about(fact))


def _rejected(fact: MessageRejected) -> None:
    log.warning("a message was rejected", extra={"system": fact.system, "cause": fact.reason})


def _made(fact: DecisionMade) -> None:
    if not log.isEnabledFor(logging.INFO):
        return
    told = {
        "event": fact.lead.seq,
        **_of(fact.lead.event),
        "cause": fact.cause,
        "outcome": fact.outcome.value,
        "mapping": fact.mapping,
        "events": fact.events,
        "calls": fact.calls,
        "holds": len(fact.holds),
    }
    log.info("decided", extra=told)
    for hold in fact.holds:
        log.info("held for a person", extra={**_of(fact.lead.event), "mapping": fact.mapping, **_held(hold)})


def _tried(fact: TryEnded) -> None:
    effect, attempt, conclusion = fact.effect, fact.attempt, fact.conclusion
    level = logging.WARNING if conclusion.state in LOUD else logging.INFO
    if not log.isEnabledFor(level):
        return
    told = {
        "return_id": effect.subject,
        "effect": effect.id,
        "operation": effect.operation,
        "step": attempt.step,
        "outcome": attempt.outcome,
        "error": attempt.error,
        "now": conclusion.state.value,
        "queue": conclusion.queue,
        "rule": effect.rule,
        "mapping": effect.mapping,
        "place": str(effect.place),
    }
    log.log(level, "call %s", conclusion.state.value, extra=_there(told))


def _about(fact: EventTaken) -> dict[str, Any]:
    return {"event": fact.accepted.seq, **_of(fact.event)}


def _of(event: Event) -> dict[str, Any]:
    return _there({"return_id": event.subject, "event_id": event.id, "system": event.system, "kind": event.kind})


def _held(hold: NewHold) -> dict[str, Any]:
    place = "" if hold.place is None else str(hold.place)
    return _there({"held": hold.kind, "rule": hold.rule, "team": hold.team, "place": place})


def _there(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value != ""}


_SAYING: Final[Mapping[type[Fact], Callable[[Any], None]]] = {
    EventTaken: _taken,
    MessageRejected: _rejected,
    DecisionMade: _made,
    TryEnded: _tried,
}
"""No lines: for what connectors do (traces and metrics have it), and for alerts (their channels write them)."""
