"""Carrying out effects: intent first, then the call, then its outcome; an unknown outcome is never repeated blindly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from .. import tracing
from ..connectors import permission
from ..connectors.port import Call, CallFailed, ErrorClass, Json, Settled
from ..runtime.policy import Instead
from ..types.manifest import Operation
from .alerts import ring
from .context import Context, short
from .errors import StoreError, StoreUnavailable
from .facts import TryEnded
from .ledger import Effect, EffectState, effect_id
from .priorities import priority_of
from .replacing import CannotReplace, replacement
from .steps import Ending, Verdict, follow, team_of
from .store.port import Attempt, Conclusion, NewHold, Signal

log = logging.getLogger("retoure.delivery")

REFUND: Final = "refund"
ENDED = {"queue": EffectState.QUEUED, "hold": EffectState.HELD, "skip": EffectState.SKIPPED}


async def send_waiting(context: Context, subject: str, calls: Sequence[Effect] | None = None) -> bool:
    """Sends the subject's due effects in ledger order, until none is due or the runner stops. `calls` are those that
    are due, as far as they are known.

    True when there may be something to decide: as soon as an effect is through whose answer is awaited, and once all
    of `calls` were taken, since nothing else is due then.
    """
    last = Last(context)
    try:
        return await _send_all(context, subject, calls, last)
    finally:
        await last.stored()


async def _send_all(context: Context, subject: str, calls: Sequence[Effect] | None, last: Last) -> bool:
    while not context.stopping.is_set():
        due = calls
        if due is None:
            due = await context.thread(context.store.due_effects, subject, context.clock.now())
        if not due:
            return calls is not None
        sent = 0
        for effect in due:
            if context.stopping.is_set():
                return False
            sent += await _guarded(await _knowing(context, effect), effect, last)
            if effect.awaited and await _is_applied(context, effect):
                return True
        if calls is not None and sent == len(due):
            return True
        calls = None
    return False


async def _knowing(context: Context, effect: Effect) -> Context:
    """The version in force, else, where that does not know the operation any more, the one that wanted the call."""
    try:
        context.operation(effect.operation)
    except KeyError:
        return await context.with_version(effect.mapping)
    return context


async def _is_applied(context: Context, effect: Effect) -> bool:
    return (await context.thread(context.store.effect, effect.id)).state is EffectState.APPLIED


async def _guarded(context: Context, effect: Effect, last: Last) -> bool:
    """One effect; a fault of ours or of a connector holds it, and the process goes on. True once it was sent."""
    try:
        return await _carry_out(context, effect, last)
    except StoreError:
        raise
    except Exception as problem:
        told = {"return_id": effect.subject, "effect": effect.id, "place": str(effect.place)}
        log.exception("a call failed inside", extra=told)
        now = await context.thread(context.store.effect, effect.id)
        unsettled = now.unsettled or now.state is EffectState.SENDING
        text = f"{type(problem).__name__}: {problem}"
        hold = _hold(effect, f"{effect.operation} failed inside: {text}", context.options.owner)
        step = "send" if now.state is EffectState.SENDING else "plan"
        conclusion = Conclusion(EffectState.HELD, unsettled, effect.counts, hold=hold)
        await _conclude(context, effect, Attempt(step, "failed", "INTERNAL", text), conclusion)
        return False


async def _carry_out(context: Context, effect: Effect, last: Last) -> bool:
    """Sends, or finds out first. What turns out not to have happened is due again, behind others still unknown. True
    once it was sent.
    """
    with tracing.span(f"effect {effect.operation}", within=effect.trace, attributes=_attributes(effect)):
        if not effect.unsettled or await _settle(context, effect):
            return await _send(context, effect, last)
        return False


def _attributes(effect: Effect) -> dict[str, tracing.Attribute]:
    return {
        "retoure.return_id": effect.subject,
        "retoure.operation": effect.operation,
        "retoure.effect": effect.id,
        "retoure.rule": effect.rule,
        "retoure.mapping": effect.mapping,
        "retoure.tries_before": effect.tries,
        "code.file.path": effect.place.file,
        "code.line.number": effect.place.line,
    }


# --- finding out ----------------------------------------------------------------------------------------------------


def can_find_out(operation: Operation) -> bool:
    """Whether an unknown outcome can be settled by reading."""
    return operation.settles_itself or operation.check is not None


async def _settle(context: Context, effect: Effect) -> bool:
    """Finds out and records it. True when nobody can tell, and repeating the call now is harmless.

    Such an effect stays unsettled until it is applied: should it no longer be wanted, it has to be undone.
    """
    operation = context.operation(effect.operation)
    settled = Settled.UNKNOWN
    if can_find_out(operation):
        try:
            settled = await _ask_outcome(context, effect)
        except CallFailed as failure:
            await _failed(context, effect, "settle", failure, unsettled=True)
            return False
    if settled is Settled.UNKNOWN and operation.idempotent:
        return True
    await _settled_as(context, effect, settled)
    return False


async def _settled_as(context: Context, effect: Effect, settled: Settled) -> None:
    if settled is Settled.APPLIED:
        await _conclude(context, effect, Attempt("settle", "applied"), Conclusion(EffectState.APPLIED))
    elif settled is Settled.UNKNOWN:
        await _conclude(context, effect, Attempt("settle", "unknown"), _held_unknown(context, effect))
    else:
        await _not_applied(context, effect, settled)


async def _ask_outcome(context: Context, effect: Effect) -> Settled:
    with context.timed(effect.operation, "settle"):
        return await context.connector(effect.operation).settle(_call(effect), effect.plan)


async def _not_applied(context: Context, effect: Effect, settled: Settled) -> None:
    """Records that the call may be made, since it did not happen."""
    conclusion = Conclusion(EffectState.WAITING, counts=effect.counts, due_at=effect.due_at)
    await _conclude(context, effect, Attempt("settle", settled.value), conclusion)


def _held_unknown(context: Context, effect: Effect) -> Conclusion:
    error = effect.error.partition(":")[0] or ErrorClass.TIMEOUT
    team = team_of(effect.policy, error) or context.options.owner
    reason = f"nobody can tell whether {effect.operation} took effect; it was not sent again"
    hold = _hold(effect, f"{reason} ({effect.error})" if effect.error else reason, team)
    return Conclusion(EffectState.HELD, True, effect.counts, hold=hold)


# --- sending --------------------------------------------------------------------------------------------------------


async def _send(context: Context, effect: Effect, last: Last) -> bool:
    """True when the platform took it. Its outcome is on the way to the disk then."""
    if await _blocked(context, effect):
        return False
    connector = context.connector(effect.operation)
    call = _call(effect)
    try:
        with context.timed(effect.operation, "plan"):
            plan = await connector.plan(call)
    except CallFailed as failure:
        await _failed(context, effect, "plan", failure, unsettled=effect.unsettled)
        return False
    if not await context.thread(last.begin, effect, plan, context.clock.now()):
        return False
    await last.stored()
    may_call = partial(context.store.may_call, effect.subject)
    may_call()
    try:
        with context.timed(effect.operation, "send"), permission.given_by(may_call):
            answer: Json = await connector.send(call, plan)
    except CallFailed as failure:
        unsettled = failure.outcome_unknown or effect.unsettled
        await _failed(context, replace(effect, plan=plan), "send", failure, unsettled=unsettled)
        return False
    await last.applied(effect, answer)
    return True


class Last:
    """The outcome of the call that took effect last, on its way to the disk: there it shares a commit with the intent
    of the next one, which is stored after it and never without it, and before that one is made.

    Where the store does not keep to the order of its calls, the outcome is waited for at once.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._way: asyncio.Future[None] | None = None
        self._fact: TryEnded | None = None
        self._noted = True

    async def applied(self, effect: Effect, answer: Json) -> None:
        context, fact = self._context, TryEnded(effect, Attempt("send", "applied", answer=answer), _APPLIED)
        self._way, self._fact = context.thread.soon(self._note, effect, fact.attempt, context.clock.now()), fact
        if not context.thread.ordered:
            await self.stored()

    async def stored(self) -> None:
        """Returns once it is on the disk. Raises StoreError."""
        way, fact = self._way, self._fact
        if way is None or fact is None:
            return
        self._way = self._fact = None
        await way
        self._context.tell(fact)

    def _note(self, effect: Effect, attempt: Attempt, at: datetime) -> None:
        """Called by the store's thread."""
        self._noted = False
        self._context.store.conclude(effect, attempt, _APPLIED, at)
        self._noted = True

    def begin(self, effect: Effect, plan: Json, at: datetime) -> bool:
        """As Store, after the last outcome; raises StoreUnavailable where that was not stored. Called by the store's
        thread.
        """
        if not self._noted:
            raise StoreUnavailable("the outcome of the call before was not stored")
        return self._context.store.begin(effect, plan, at)


_APPLIED: Final = Conclusion(EffectState.APPLIED)


async def _blocked(context: Context, effect: Effect) -> bool:
    """Holds a refund of a subject for which something was paid that nobody here asked for."""
    pays = any(each.name == REFUND for each in context.operation(effect.operation).side_effects)
    why = await context.thread(context.store.unasked, effect.subject) if pays else None
    if why is None:
        return False
    hold = _hold(effect, f"not sent while this is open: {why.reason}", why.team)
    conclusion = Conclusion(EffectState.HELD, effect.unsettled, effect.counts, hold=hold)
    await _conclude(context, effect, Attempt("plan", "failed", "BLOCKED", why.reason), conclusion)
    return True


def _call(effect: Effect) -> Call:
    return Call(short(effect.operation), body=effect.body, key=effect.call_key)


async def _failed(context: Context, effect: Effect, step: str, failure: CallFailed, *, unsettled: bool) -> None:
    """Follows the policy: wait, or end; and an unknown outcome is settled first where it can be."""
    attempt = Attempt(step, "unknown" if unsettled else "failed", failure.error, failure.message)
    verdict = follow(effect.policy, failure, effect.counts, context.options.jitter, pace=context.options.pace)
    if verdict.check and step == "send" and can_find_out(context.operation(effect.operation)):
        unsettled = True
    if verdict.wait is not None:
        conclusion = _wait(context, effect, verdict, failure, unsettled)
    elif unsettled and step == "send" and can_find_out(context.operation(effect.operation)):
        conclusion = await _end_settled(context, effect, verdict)
    else:
        conclusion = await _end(context, effect, verdict, unsettled)
    await _conclude(context, effect, attempt, conclusion)


def _wait(context: Context, effect: Effect, verdict: Verdict, failure: CallFailed, unsettled: bool) -> Conclusion:
    operation = context.operation(effect.operation)
    if unsettled and not operation.idempotent and not can_find_out(operation):
        return _held_unknown(context, replace(effect, error=str(failure)))
    due_at = context.clock.now() + timedelta(seconds=verdict.wait or 0.0)
    return Conclusion(EffectState.WAITING, unsettled, verdict.counts, due_at)


async def _end_settled(context: Context, effect: Effect, verdict: Verdict) -> Conclusion:
    """The policy gives up; a last look tells whether the call took effect after all."""
    try:
        settled = await _ask_outcome(context, effect)
    except CallFailed:
        settled = Settled.UNKNOWN
    if settled is Settled.APPLIED:
        return Conclusion(EffectState.APPLIED, reason="found to be applied")
    return await _end(context, effect, verdict, settled is Settled.UNKNOWN)


async def _end(context: Context, effect: Effect, verdict: Verdict, unsettled: bool) -> Conclusion:
    ending = verdict.ending or Ending("hold")
    if ending.do in ("skip", "instead") and unsettled:
        ending = Ending("hold", "", f"outcome unknown: {ending.reason}")
    if ending.instead is not None and ending.do == "instead":
        return await _end_replaced(context, effect, verdict, ending.instead, ending.reason)
    state = ENDED[ending.do]
    if state is EffectState.QUEUED:
        signals = tuple(Signal(alert, "queued") for alert in verdict.alerts)
        return Conclusion(state, unsettled, verdict.counts, queue=ending.name, signals=signals)
    hold = _hold(effect, ending.reason, ending.name or context.options.owner) if ending.do == "hold" else None
    return Conclusion(state, unsettled, verdict.counts, hold=hold, reason=ending.reason)


async def _end_replaced(
    context: Context, effect: Effect, verdict: Verdict, instead: Instead, failure: str
) -> Conclusion:
    """Another effect is sent in place of this one, which certainly was not applied."""
    known = await context.thread(context.store.known, effect.subject)
    try:
        found = replacement(known, effect, instead)
    except CannotReplace as problem:
        team = team_of(effect.policy, "") or context.options.owner
        hold = _hold(effect, f"{failure}; {problem}", team)
        return Conclusion(EffectState.HELD, False, verdict.counts, hold=hold)
    found = replace(found, priority=priority_of(context.operation(instead.operation)))
    reason = f"replaced by {effect_id(instead.operation, instead.key)} after {failure}"
    return Conclusion(EffectState.REPLACED, False, verdict.counts, reason=reason, instead=found)


def _hold(effect: Effect, reason: str, team: str) -> NewHold:
    return NewHold("effect", effect.rule, effect.key, reason, team, effect.place, effect=effect.id)


async def _conclude(context: Context, effect: Effect, attempt: Attempt, conclusion: Conclusion) -> None:
    await context.thread(context.store.conclude, effect, attempt, conclusion, context.clock.now())
    context.tell(TryEnded(effect, attempt, conclusion))
    if conclusion.signals or conclusion.hold is not None:
        await ring(context)
