"""Deciding what waits of one subject, new events or the last record again; stored with all that follows at once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Final

from .. import tracing
from ..connectors.port import Event
from ..runtime.decision import Answer, Decision, Ending, NeededRead, Occurrence, Origin, State, Stop
from ..runtime.program import Program
from .alerts import ring
from .context import Context
from .errors import StoreError, UnitsTaken
from .facts import DecisionMade
from .findings import HEALING
from .guarding import guard
from .ledger import Change, Correction, Effect, Known
from .reading import ROUNDS, Journal, Later, with_claims
from .reconcile import doubted, reconcile
from .steps import REREAD_POLICY
from .store.port import Case, Decided, EventState, NewHold, Recorded, Signal, StoredEvent, Wake

log = logging.getLogger("retoure.delivery")

RECORD: Final = "record"  # the journal's key for the newest record


class Undecidable(Exception):
    """The events cannot be decided as things are; the text is the hold's reason."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Events decided together: `lead` is the newest, whose record and `now` count. Without events for a `wake`.

    `rest` are the events that wait behind them.
    """

    lead: StoredEvent
    events: tuple[StoredEvent, ...] = ()
    wake: Wake | None = None
    rest: tuple[StoredEvent, ...] = ()

    @property
    def seqs(self) -> tuple[int, ...]:
        return tuple(event.seq for event in self.events)

    @property
    def cause(self) -> str:
        return "event" if self.wake is None else self.wake.cause


@dataclass(frozen=True, slots=True)
class Done:
    """A batch came to its end, and left this; None where the store has to be asked."""

    left: Recorded | None = None


async def decide_waiting(context: Context, subject: str) -> tuple[Effect, ...] | None:
    """Decides the subject's events in order, then again what is due to be, until nothing is left that can be decided
    now, or the runner stops. The calls to be made now, as far as they are known.
    """
    rest: Case | None = None
    while not context.stopping.is_set():
        if rest is None:
            case = await context.thread(context.store.case, subject, context.clock.now())
        else:
            case = rest
        deciding = await context.with_version(case.events[-1].decide_by) if case.events else context
        batch = await _next_events(deciding, case) or await _next_wake(context, subject, case)
        if batch is None:
            return None
        deciding = await deciding.with_version(batch.lead.decide_by)
        done = await _guarded(deciding, batch, case)
        if not (done or batch.events):
            return None
        left = None if done is None else done.left
        if left is not None and not batch.rest:
            return left.calls
        rest = None if left is None else Case(batch.rest, case.reads, (), False, left.state, left.known)
    return None


async def _next_wake(context: Context, subject: str, case: Case) -> Batch | None:
    if not case.wake_due:
        return None
    wake = await context.thread(context.store.begin_wake, subject, context.clock.now())
    return None if wake is None else Batch(wake.lead, wake=wake)


async def _next_events(context: Context, case: Case) -> Batch | None:
    """Where the newest record is read anew, one decision covers all waiting events; else they go one by one."""
    waiting = await _followed(context, case.events)
    if not waiting:
        return None
    together = bool(_reread(context, waiting[-1].event))
    lead = waiting[-1] if together else waiting[0]
    if lead.due_at > context.clock.now():
        await context.thread(context.store.postpone, [event.seq for event in waiting], lead.due_at)
        return None
    return Batch(lead, waiting) if together else Batch(lead, (lead,), rest=waiting[1:])


async def _followed(context: Context, waiting: tuple[StoredEvent, ...]) -> tuple[StoredEvent, ...]:
    """Ends the events of records that the mapping does not follow; returns the others."""
    ignored: set[int] = set()
    for stored in waiting:
        if reason := unfollowed(context.program, stored.event):
            now = context.clock.now()
            await guard(context, stored.event)
            await context.thread(context.store.end_events, [stored.seq], EventState.IGNORED, reason, now)
            context.tell(_made(context, Batch(stored, (stored,)), EventState.IGNORED))
            ignored.add(stored.seq)
    return tuple(stored for stored in waiting if stored.seq not in ignored) if ignored else waiting


def unfollowed(program: Program, event: Event) -> str:
    """Why the mapping has nothing to say about an event; empty when it may have."""
    tracked, manifest = program.tracked, program.manifests.get(event.system)
    if event.system != tracked.system:
        return f"this mapping follows {tracked.record}, not events of {event.system}"
    kind = manifest.events.get(event.kind) if manifest is not None else None
    if kind is not None and kind.record.rpartition(".")[2] != tracked.record.rpartition(".")[2]:
        return f"this mapping follows {tracked.record}, not {kind.record}"
    return ""


def _reread(context: Context, event: Event) -> str:
    """The operation that reads the newest record, empty where the event is taken as it came."""
    manifest = context.program.manifests.get(event.system)
    kind = manifest.events.get(event.kind) if manifest is not None else None
    if kind is None or not kind.reread or not context.options.reread:
        return ""
    return f"{event.system}.{kind.reread.removeprefix(event.system + '.')}"


async def _guarded(context: Context, batch: Batch, case: Case) -> Done | None:
    """Decides a batch; None when it has to wait. What goes wrong inside holds the events, not the process."""
    try:
        with _spanned(batch):
            return await _decide(context, batch, case)
    except StoreError:
        raise
    except Undecidable as problem:
        await _hold(context, batch, str(problem))
    except Exception as problem:
        log.exception("event %s cannot be decided", batch.lead.seq, extra={"return_id": batch.lead.event.subject})
        await _hold(context, batch, f"cannot be decided: {type(problem).__name__}: {problem}")
    return Done()


def _spanned(batch: Batch) -> AbstractContextManager[object]:
    """One trace tells of an event and all that followed from it; of several events it is that of the newest."""
    event = batch.lead.event
    attributes: dict[str, tracing.Attribute | None] = {
        "retoure.return_id": event.subject,
        "retoure.event_id": event.id,
        "retoure.event": batch.lead.seq,
        "retoure.cause": batch.cause,
    }
    links = [other.event.trace for other in batch.events if other is not batch.lead]
    name = f"decide {event.system}.{event.kind}"
    return tracing.span(name, within=event.trace, kind=tracing.CONSUMER, links=links, attributes=attributes)


def _made(
    context: Context, batch: Batch, outcome: EventState, calls: int = 0, holds: tuple[NewHold, ...] = ()
) -> DecisionMade:
    waited = context.clock.now() - batch.lead.received_at if batch.wake is None else None
    seconds = None if waited is None else waited.total_seconds()
    mapping = context.program.identity
    return DecisionMade(batch.lead, batch.cause, outcome, mapping, len(batch.events), seconds, calls, holds)


async def _hold(context: Context, batch: Batch, reason: str) -> None:
    now, owner, store = context.clock.now(), context.options.owner, context.store
    if batch.wake is not None:
        hold = NewHold("wake", "", (), f"{reason} (deciding again: {batch.wake.cause})", owner)
        await context.thread(store.give_up_wake, batch.wake, hold, now)
    else:
        hold = NewHold("event", "", (), reason, owner)
        await context.thread(store.end_events, batch.seqs, EventState.HELD, reason, now, hold)
    context.tell(_made(context, batch, EventState.HELD, holds=(hold,)))
    await ring(context)


async def _postpone(context: Context, batch: Batch, later: Later) -> None:
    if batch.wake is not None:
        await context.thread(context.store.postpone_wake, batch.wake, later.due_at)
    else:
        await context.thread(context.store.postpone, batch.seqs, later.due_at)


async def _decide(context: Context, batch: Batch, case: Case) -> Done | None:
    lead = batch.lead
    if batch.wake is not None:
        journal = await Journal.of(context, lead)
        return await _settle_on(context, batch, journal, batch.wake.record, await _books(context, lead.event.subject))
    journal = Journal(context, lead, case.reads.get(lead.seq, {}))
    record = await _record(context, lead, journal)
    if isinstance(record, Later):
        await _postpone(context, batch, record)
        return None
    return await _settle_on(context, batch, journal, record, Books(case.state, case.known, case.wakes))


async def _record(context: Context, lead: StoredEvent, journal: Journal) -> Mapping[str, Any] | Later:
    event, operation = lead.event, _reread(context, lead.event)
    if not operation:
        record = event.record
        if not record:
            raise Undecidable("the event carries no record, and nothing says how to read it")
        return record
    answer = await journal.answer(RECORD, operation, (event.subject,), REREAD_POLICY)
    if isinstance(answer, Later):
        return answer
    if not isinstance(answer.value, Mapping):
        raise Undecidable(f"the newest record cannot be read: {answer.error or 'the answer is no record'}")
    return answer.value


@dataclass(frozen=True, slots=True)
class Books:
    """What a decision is made from; `wakes` are those that were there when it began, `known` is the ledger."""

    state: State
    known: tuple[Known, ...]
    wakes: tuple[int, ...]


async def _books(context: Context, subject: str, wakes: tuple[int, ...] | None = None) -> Books:
    """The books of now."""
    if wakes is None:
        wakes = await context.thread(context.store.wakes, subject)
    state, known = await context.thread(context.store.books, subject)
    return Books(state, known, wakes)


async def _settle_on(
    context: Context, batch: Batch, journal: Journal, record: Mapping[str, Any], books: Books
) -> Done | None:
    """Decides, reads what is needed and decides again, until the decision is finished and stored."""
    subject = batch.lead.event.subject
    answers: dict[str, Answer] = {}
    operations: dict[str, str] = {}
    for _ in range(ROUNDS):
        seen = await with_claims(context, subject, operations, answers)
        decision = context.program.decide(Occurrence(record, batch.lead.as_of, seen), books.state)
        if decision.subject not in ("", subject):
            raise Undecidable(f"the record is {decision.subject}, but the event is about {subject}")
        if decision.needs:
            later = await _answer_needs(journal, decision, answers, operations)
            if later is not None:
                await _postpone(context, batch, later)
                return None
        elif (done := await _store(context, batch, journal, Finished(decision, record, seen, books))) is not None:
            return done
        books = await _books(context, subject, books.wakes)
    raise Undecidable(f"the mapping still needs something after {ROUNDS} rounds")


async def _answer_needs(
    journal: Journal, decision: Decision, answers: dict[str, Answer], operations: dict[str, str]
) -> Later | None:
    for need in decision.needs:
        key = need.read.key
        if key in answers:
            continue
        found = await _ask(journal, need)
        if isinstance(found, Later):
            return found
        answers[key], operations[key] = found, need.read.operation
    return None


async def _ask(journal: Journal, need: NeededRead) -> Answer | Later:
    return await journal.answer(need.read.key, need.read.operation, need.read.arguments, need.policy)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished decision and what it saw."""

    decision: Decision
    record: Mapping[str, Any]
    answers: Mapping[str, Answer]
    books: Books


async def _store(context: Context, batch: Batch, journal: Journal, finished: Finished) -> Done | None:
    """Stores a finished decision; None when another subject was quicker to pick a unit."""
    stale, known = finished.decision.stale, finished.books.known
    known = doubted(known, context.operation) if batch.cause == HEALING else known
    changes = () if stale else reconcile(known, finished.decision, context.operation)
    decided = _decided(context, batch, journal, finished, changes)
    try:
        left = await context.thread(context.store.record, decided)
    except UnitsTaken as taken:
        log.info("%s; deciding again", taken, extra={"return_id": batch.lead.event.subject})
        return None
    context.tell(_made(context, batch, decided.state, sum(len(change.send) for change in changes), decided.holds))
    if decided.holds or decided.signals:
        await ring(context)
    return Done(left)


def _decided(
    context: Context, batch: Batch, journal: Journal, finished: Finished, changes: tuple[Change, ...]
) -> Decided:
    decision = finished.decision
    state, reason, queue = _ended(decision, finished.answers)
    return Decided(
        lead=batch.lead,
        events=batch.seqs if not (batch.wake and queue) else _letter_of(batch.lead),
        decision=decision,
        changes=changes,
        record=finished.record,
        answers=finished.answers,
        holds=holds_of(decision, changes, context.options.owner, queued=bool(queue)),
        at=context.clock.now(),
        state=state,
        reason=reason,
        queue=queue,
        signals=tuple(Signal(alert, "queued") for alert in journal.alerts) if queue else (),
        cause=batch.cause,
        wakes=finished.books.wakes if batch.wake or not decision.stale else (),
        trace=tracing.carrier(),
    )


def _letter_of(lead: StoredEvent) -> tuple[int, ...]:
    """Deciding again ends no event; but where a read of it failed for good, the event becomes the letter to replay."""
    return () if lead.state is EventState.WAITING else (lead.seq,)


def _ended(decision: Decision, answers: Mapping[str, Answer]) -> tuple[EventState, str, str]:
    """What becomes of the events: their state, why, and the dead-letter queue when a read ended there."""
    if decision.stale:
        return EventState.SUPERSEDED, f"version {decision.version} is older than what was decided before", ""
    queued = next((answer for answer in answers.values() if answer.queue), None)
    if queued is not None:
        return EventState.QUEUED, queued.error, queued.queue
    return EventState.DONE, "", ""


def holds_of(decision: Decision, changes: tuple[Change, ...], owner: str, *, queued: bool) -> tuple[NewHold, ...]:
    """The holds a decision raises: rules that ended in one, and corrections.

    `fail` is held like `hold`, since no effect is there to queue; but where a failed read queued the event itself,
    the letter stands for it.
    """
    if decision.stale:
        return ()
    stops = (stop for stop in decision.stops if stop.outcome.ending is Ending.HOLD or _fails(stop, queued))
    corrections = (change.correction for change in changes if change.correction is not None)
    return (
        *(_of_stop(stop, owner) for stop in stops),
        *(_of_correction(found, owner) for found in corrections if found.outcome.ending is not Ending.SKIP),
    )


def _fails(stop: Stop, queued: bool) -> bool:
    return stop.outcome.ending is Ending.FAIL and not queued


def _of_stop(stop: Stop, owner: str) -> NewHold:
    outcome = stop.outcome
    return NewHold("decision", stop.rule, stop.key, outcome.reason, outcome.team or owner, stop.place, stop.because)


def _of_correction(found: Correction, owner: str) -> NewHold:
    because = (Origin("ledger", "sent", found.sent), Origin("decision", "wanted now", found.wanted))
    key = (found.operation, *found.key)
    team = found.outcome.team or owner
    return NewHold("correction", found.rule, key, found.outcome.reason, team, found.place, because)
