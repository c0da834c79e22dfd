"""Audits: both systems' records held against each other, in batches, beside the work or on demand."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..connectors.booked import Booked
from ..connectors.port import CallFailed, ErrorClass, Json
from ..runtime.decision import Answer, Comparison, NeededRead, Occurrence
from ..runtime.differences import DifferenceClass
from ..runtime.program import Audit
from .alerts import STALLED, ring
from .booked import booked
from .context import Context
from .errors import OtherVersion, StoreError
from .findings import HEALING, Fate, Finding, findings
from .looks import Look, noted
from .news import news_of
from .reading import ROUNDS, in_vain, with_claims
from .resting import patiently
from .store.port import AuditReach, Signal, Snapshot

log = logging.getLogger("retoure.delivery")

DAY: Final = timedelta(days=1)
HOW: Final = ("compared", "under_way", "stalled", "unread")  # what becomes of each subject: one of these
LISTED: Final = 1000  # differences a run names one by one
WAITING: Final = "a call of it lies in a queue or is held, or a correction waits"
PATIENCE: Final = 25  # subjects in a row that cannot be read, before a run gives up
Progress = Callable[[int, int], None]
"""Is told how many subjects are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class AuditRun:
    """What one run found.

    Of `total` subjects some are `under_way` (work on them waits or has only just ended, so nothing can be said),
    `stalled` (work on them has waited for too long) or `unread` (the other system did not answer: they are compared the
    next time). `different` counts the differences that are held; `differences` holds the first thousand of all, those
    that are healed, or wait already, included. `healed` are subjects that are decided again. `broken_off` says why a
    run ended early. `before` of them were done when a run that was interrupted was gone on with: what it found is
    counted, and held, but not listed. `whole` says that everything was compared, whatever had changed.
    """

    audit: str
    started_at: datetime
    ended_at: datetime
    total: int
    compared: int = 0
    under_way: int = 0
    stalled: int = 0
    unread: int = 0
    healed: int = 0
    different: int = 0
    differences: tuple[Finding, ...] = ()
    broken_off: str = ""
    before: int = 0
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Manner:
    """How a run is to be made: of everything, or with `changed` of what something has happened with since then, or is
    open. One that was interrupted within the last day is gone on with unless it shall begin `anew`. `by_clock`: no
    person has asked for it.
    """

    changed: datetime | None = None
    anew: bool = False
    by_clock: bool = False


EVERYTHING: Final = Manner()


@dataclass
class Tally:
    """Adds up the looks of a run."""

    counts: Counter[str] = field(default_factory=Counter)
    differences: list[Finding] = field(default_factory=list)
    before: int = 0  # done when a run that was interrupted was gone on with
    done: int = field(init=False)
    in_vain: int = 0  # looks in a row that could not be taken
    problem: str = ""

    def __post_init__(self) -> None:
        self.done = self.before

    def add(self, look: Look) -> None:
        self.done += 1
        held = sum(finding.fate is Fate.HELD for finding in look.differences)
        self.counts.update({look.how: 1, "healed": look.healed, "different": held})
        self.differences += look.differences[: LISTED - len(self.differences)]
        self.in_vain = self.in_vain + 1 if look.how == "unread" else 0
        self.problem = look.problem or self.problem

    def broken_off(self, *, stopping: bool) -> str:
        """Why it makes no sense to go on; empty when it does."""
        if self.in_vain >= PATIENCE:
            return f"{self.in_vain} in a row could not be read, the last one since {self.problem}"
        return "the runner was stopped" if stopping else ""


async def audit(context: Context, name: str, progress: Progress | None = None, manner: Manner = EVERYTHING) -> AuditRun:
    """Compares every subject decided within the audit's span, and opens and closes its holds.

    How far it has come is saved after each batch. Raises KeyError for an unknown name.
    """
    plan, store = audit_of(context, name), context.store
    reach = await _reach(context, plan, manner)
    tally = Tally(Counter(reach.counts), before=sum(reach.counts[how] for how in HOW if how in reach.counts))
    broken_off = ""
    while not broken_off and (batch := await context.thread(store.decided_since, *_next(context, reach))):
        for look in await asyncio.gather(*(_guarded(context, plan, subject) for subject in batch)):
            tally.add(look)
        await ring(context)
        reach = await context.thread(store.keep_audit, replace(reach, after=batch[-1], counts=dict(tally.counts)))
        if progress is not None:
            progress(min(tally.done, reach.total), reach.total)
        broken_off = tally.broken_off(stopping=context.stopping.is_set())
    return await _ended(context, plan, reach, _run(reach, context.clock.now(), tally, broken_off))


async def _reach(context: Context, plan: Audit, manner: Manner) -> AuditReach:
    """Where a run of that manner was interrupted, else the beginning of a new one."""
    store, now = context.store, context.clock.now()
    begun = None
    if not manner.anew:
        begun = await context.thread(partial(store.begun_audit, plan.name, now - DAY, asked=not manner.by_clock))
    if begun is not None and (begun.changed is None) == (manner.changed is None):
        return begun
    since = now - plan.over
    total = await context.thread(store.count_decided, since, manner.changed)
    return AuditReach(plan.name, context.program.identity, now, since, manner.changed, not manner.by_clock, total)


def _next(context: Context, reach: AuditReach) -> tuple[datetime, str, int, datetime | None]:
    """What the store is asked for the next batch."""
    return reach.since, reach.after, context.options.concurrency, reach.changed


def audit_of(context: Context, name: str) -> Audit:
    """The audit of that name. Raises KeyError."""
    found = context.program.audits.get(name)
    if found is None:
        raise KeyError(f"the mapping has no audit `{name}`: it has {', '.join(context.program.audits) or 'none'}")
    return found


def _run(reach: AuditReach, now: datetime, tally: Tally, broken_off: str) -> AuditRun:
    compared, under_way, stalled, unread = (tally.counts[how] for how in HOW)
    return AuditRun(
        reach.audit,
        reach.started_at,
        now,
        reach.total,
        compared,
        under_way,
        stalled,
        unread,
        tally.counts["healed"],
        tally.counts["different"],
        tuple(tally.differences),
        broken_off,
        tally.before,
        reach.changed is None,
    )


async def _ended(context: Context, plan: Audit, reach: AuditReach, run: AuditRun) -> AuditRun:
    """Stores the run and alerts of what is stalled. One that was stopped has not ended: it is gone on with."""
    if context.stopping.is_set():
        return run
    counted = ("total", "compared", "under_way", "stalled", "unread", "healed", "different", "broken_off", "whole")
    counts = {name: getattr(run, name) for name in counted}
    signals = [Signal(plan.stalled_alert, STALLED)] * run.stalled if plan.stalled_alert else []
    said = (run.audit, context.program.identity, run.started_at, run.ended_at, counts, signals)
    await context.thread(context.store.end_audit, *said)
    await context.thread(context.store.drop_audit, reach.id)
    await ring(context)
    return run


# --- one subject ------------------------------------------------------------------------------------------------------


async def _guarded(context: Context, plan: Audit, subject: str) -> Look:
    try:
        return await _look(context, plan, subject)
    except OtherVersion as problem:
        return Look("unread", problem=str(problem))
    except StoreError:
        raise
    except Exception as problem:
        log.exception("audit %s cannot compare a return", plan.name, extra={"return_id": subject})
        return Look("unread", problem=f"{type(problem).__name__}: {problem}")


async def _look(context: Context, plan: Audit, subject: str) -> Look:
    found = await context.thread(context.store.snapshot, subject)
    if found is None:
        return Look("under_way")
    now = context.clock.now()
    if found.waiting_since is not None:
        return _not_now(plan, subject, found.waiting_since, now)
    if found.changed_at is not None and now - found.changed_at < context.options.grace:
        return Look("under_way")
    if _is_first(context, plan.name) and (news := await news_of(context, plan.name, found)):
        return news
    context = await deciding(context, plan.name, subject)
    comparison = await compared(context, plan.name, found)
    return comparison if isinstance(comparison, Look) else await _note(context, found, comparison)


def _is_first(context: Context, audit: str) -> bool:
    """What concerns a subject whatever it is compared with is told by one audit alone."""
    return audit == next(iter(context.program.audits))


def _not_now(plan: Audit, subject: str, since: datetime, now: datetime) -> Look:
    if not _stalled(plan, since, now):
        return Look("under_way")
    reason = f"work on it has waited since {since.isoformat(timespec='seconds')}"
    return Look("stalled", (Finding(subject, "work", DifferenceClass.STALLED, Fate.WAITS, reason=reason),))


async def deciding(context: Context, audit: str, subject: str) -> Context:
    """With the version that decides the subject, where it has the audit."""
    its_own = await context.with_version(await context.thread(context.store.decider, subject))
    return its_own if audit in its_own.program.audits else context


def _stalled(plan: Audit, since: datetime, now: datetime) -> bool:
    return plan.stalled_after is not None and now - since > plan.stalled_after


async def compared(context: Context, name: str, found: Snapshot) -> Comparison | Look:
    """The comparison, unless it cannot be made now. That the other system does not know a record is an answer."""
    answers: dict[str, Answer] = {}
    operations: dict[str, str] = {}
    now = context.clock.now()
    for _ in range(ROUNDS):
        seen = await with_claims(context, found.subject, operations, answers)
        comparison = context.program.compare(name, Occurrence(found.record, now, seen), found.state)
        if not comparison.needs:
            return comparison
        for need in comparison.needs:
            answer = await _answer(context, found.subject, need)
            if answer.error and not answer.error.startswith(f"{ErrorClass.NOT_FOUND}:"):
                return Look("unread", problem=answer.error)
            answers[need.read.key], operations[need.read.key] = answer, need.read.operation
    return Look("unread", problem=f"the mapping still needs something after {ROUNDS} rounds")


async def _answer(context: Context, subject: str, need: NeededRead) -> Answer:
    """What a platform answers, or what it makes of what was booked here. Scripted answers are answers as well."""
    try:
        return Answer(await patiently(context, partial(_asked, context, subject, need)))
    except CallFailed as failure:
        return in_vain(need, failure)


async def _asked(context: Context, subject: str, need: NeededRead) -> Json:
    """Raises CallFailed."""
    operation = context.operation(need.read.operation)
    if not operation.books or not isinstance(context.connectors.get(need.read.operation.partition(".")[0]), Booked):
        return await context.ask(need.read.operation, need.read.arguments)
    return await booked(context, need.read.operation, operation, subject)


async def _note(context: Context, found: Snapshot, comparison: Comparison) -> Look:
    """Stores what was found, unless the subject was decided meanwhile: then the next run looks again.

    What deciding again did not mend once is not tried for ever, but held.
    """
    heal = comparison.heal and found.cause != HEALING and not found.explained
    told = tuple(findings(comparison, context.options.owner, heal=heal, explained=found.explained))
    if found.explained and not told and _is_first(context, comparison.audit):
        told = (Finding(found.subject, "work", DifferenceClass.STALLED, Fate.WAITS, reason=WAITING),)
    return await noted(context, comparison.audit, found, told, heal=heal)
