"""The store in an SQL database: the port's methods, each a transaction over the functions of one concern."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from ...connectors.budget import Till
from ...connectors.port import Event, Json
from ...runtime.decision import State
from ..ledger import Effect, EffectState, Known
from ..trail import ENGINE, Act, Actor, Deed, TrailEntry
from . import (
    audit_runs,
    audits,
    compaction,
    decisions,
    holds,
    incidents,
    ledger,
    looking,
    pacing,
    port,
    queues,
    rejected,
    signals,
    stuck,
    tending,
    traffic,
    trail,
    versions,
    wakes,
    whose,
)
from . import events as journal
from .database import Database, Db
from .port import (
    Accepted,
    Activation,
    Addition,
    Again,
    Attempt,
    Audited,
    AuditReach,
    Case,
    Conclusion,
    Decided,
    Edit,
    EventState,
    Figures,
    Fired,
    Hold,
    Judge,
    Letter,
    NewHold,
    Notice,
    ReplayBy,
    Resolution,
    Review,
    SavedRead,
    Scope,
    Selection,
    Signal,
    Snapshot,
    Status,
    StoredEvent,
    Story,
    Version,
    Wake,
)
from .traffic import Recorded
from .trail import edited, paced, replayed


class SqlStore(ABC):
    """Implements Store on a database of either kind, except for the question who works."""

    def __init__(self, data: Database) -> None:
        self._data = data

    @property
    def threads(self) -> int:
        """How many threads may call it at a time to some use."""
        return self._data.threads

    def close(self) -> None:
        self._data.close()

    def till(self, system: str) -> Till | None:
        """Where workers count the calls to a system together; None where there is one worker only."""
        return None

    # --- who works

    @abstractmethod
    def start_work(self, at: datetime) -> int: ...

    @abstractmethod
    def listen(self, heard: Callable[[], None]) -> None: ...

    @abstractmethod
    def claim(self, subject: str, at: datetime) -> bool: ...

    @abstractmethod
    def release(self, subject: str) -> None: ...

    @abstractmethod
    def may_call(self, subject: str) -> None: ...

    @abstractmethod
    def claim_audit(self, audit: str) -> bool: ...

    @abstractmethod
    def release_audit(self, audit: str) -> None: ...

    # --- events

    def accept(self, event: Event, received_at: datetime) -> Accepted:
        return self.accept_all([(event, received_at)])[0]

    def accept_all(self, events: Sequence[tuple[Event, datetime]]) -> list[Accepted]:
        with self._data.transaction() as db:
            db.hold_back(*(event.subject for event, _ in events))
            return journal.accept_all(db, events)

    def keep_rejected(self, system: str, raw: bytes, reason: str, at: datetime, message: str = "") -> None:
        with self._data.transaction() as db:
            rejected.add(db, system, raw, reason, at, message)

    def waiting_events(self, subject: str) -> tuple[StoredEvent, ...]:
        with self._data.asking() as db:
            return journal.waiting(db, subject)

    def newest_polled(self, system: str) -> datetime | None:
        with self._data.asking() as db:
            return journal.newest_polled(db, system)

    def event(self, seq: int) -> StoredEvent:
        with self._data.asking() as db:
            return journal.one(db, seq)

    def postpone(self, seqs: Sequence[int], due_at: datetime) -> None:
        with self._data.transaction() as db:
            _fence(db, whose.events(db, seqs))
            journal.postpone(db, seqs, due_at)

    def end_events(
        self, seqs: Sequence[int], state: EventState, reason: str, at: datetime, hold: NewHold | None = None
    ) -> None:
        with self._data.transaction() as db:
            _fence(db, whose.events(db, seqs))
            if hold is not None:
                decisions.fail(db, seqs, hold, at)
            else:
                journal.end(db, seqs, state, reason, at)

    def case(self, subject: str, now: datetime) -> Case:
        with self._data.reading() as db:
            state, known = decisions.books(db, subject)
            waiting = journal.waiting(db, subject)
            due, ids = wakes.waiting(db, subject, now)
            return Case(waiting, journal.reads_of(db, waiting), ids, due, state, known)

    def saved_reads(self, event: StoredEvent) -> Mapping[str, SavedRead]:
        with self._data.asking() as db:
            return journal.saved_reads(db, event)

    def save_read(self, event: StoredEvent, key: str, read: SavedRead, at: datetime) -> None:
        with self._data.transaction() as db:
            db.fence(event.event.subject)
            journal.save_read(db, event, key, read, at)

    # --- work

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        return self._data.together()

    def due_subjects(self, now: datetime, limit: int = 500) -> tuple[str, ...]:
        with self._data.asking() as db:
            return looking.due_subjects(db, now, limit)

    def next_due(self) -> datetime | None:
        with self._data.reading() as db:
            return looking.next_due(db)

    def next_retry(self) -> datetime | None:
        with self._data.reading() as db:
            return looking.next_due(db, wakes=False)

    def changed(self) -> bool:
        return self._data.changed()

    def recover(self, subject: str, at: datetime) -> int:
        with self._data.transaction() as db:
            db.fence(subject)
            return ledger.recover(db, at, subject, "its outcome could not be stored")

    def note_stuck(self, subject: str, mapping: str, why: str, at: datetime) -> None:
        with self._data.transaction() as db:
            stuck.note(db, subject, mapping, why, at)

    def stuck_among(self, subjects: Sequence[str]) -> Mapping[str, str]:
        with self._data.asking() as db:
            return stuck.among(db, subjects)

    def forget_stuck(self, subject: str) -> None:
        with self._data.transaction() as db:
            stuck.forget(db, subject)

    # --- waking

    def wake(self, subject: str, cause: str, due_at: datetime) -> None:
        with self._data.transaction() as db:
            db.hold_back(subject)
            wakes.add(db, subject, cause, due_at)

    def wakes(self, subject: str) -> tuple[int, ...]:
        with self._data.asking() as db:
            return wakes.of(db, subject)

    def begin_wake(self, subject: str, now: datetime) -> Wake | None:
        with self._data.asking() as db:
            if not wakes.due(db, subject, now):
                return None
        with self._data.transaction() as db:
            db.fence(subject)
            return wakes.begin(db, subject, now)

    def postpone_wake(self, wake: Wake, due_at: datetime) -> None:
        with self._data.transaction() as db:
            db.fence(wake.lead.event.subject)
            wakes.postpone(db, wake, due_at)

    def give_up_wake(self, wake: Wake, hold: NewHold, at: datetime) -> None:
        with self._data.transaction() as db:
            db.fence(wake.lead.event.subject)
            wakes.end(db, wake.ids)
            db.shelf.forget((wake.lead.event.subject,))
            holds.open_one(db, wake.lead.event.subject, hold, "", at)

    # --- deciding

    def books(self, subject: str) -> tuple[State, tuple[Known, ...]]:
        with self._data.reading() as db:
            return decisions.books(db, subject)

    def state(self, subject: str) -> State:
        with self._data.reading() as db:
            return decisions.state(db, subject)

    def known(self, subject: str) -> tuple[Known, ...]:
        with self._data.reading() as db:
            return ledger.known(db, subject)

    def claimed(self, subject: str, units: Sequence[str]) -> frozenset[str]:
        with self._data.asking() as db:
            return decisions.claimed(db, subject, units)

    def record(self, decided: Decided) -> port.Recorded | None:
        with self._data.transaction() as db:
            db.fence(decided.subject)
            return decisions.record(db, decided)

    # --- effects

    def due_effects(self, subject: str, now: datetime) -> tuple[Effect, ...]:
        with self._data.asking() as db:
            return ledger.due(db, subject, now)

    def effect(self, effect: int) -> Effect:
        with self._data.asking() as db:
            return ledger.one(db, effect)

    def begin(self, effect: Effect, plan: Json, at: datetime) -> bool:
        with self._data.transaction() as db:
            db.fence(effect.subject)
            return ledger.begin(db, effect, plan, at)

    def conclude(self, effect: Effect, attempt: Attempt, conclusion: Conclusion, at: datetime) -> None:
        with self._data.transaction() as db:
            db.fence(effect.subject)
            ledger.conclude(db, effect, attempt, conclusion, at)
            signals.add(db, conclusion.signals, at, effect=effect.id)
            _hold_or_close(db, effect, conclusion, at)
            if conclusion.state is EffectState.APPLIED and effect.awaited:
                wakes.answered(db, effect.id, at)
            if conclusion.instead is not None:
                ledger.send_instead(db, effect.id, conclusion.instead, at)
            ledger.follow(db, effect, attempt, conclusion)

    # --- people

    def holds(self, *, subject: str | None = None, team: str | None = None, closed: bool = False) -> tuple[Hold, ...]:
        with self._data.asking() as db:
            return holds.find(db, subject, team, closed)

    def close_hold(self, hold: int, why: str, at: datetime, who: str = "") -> None:
        with self._data.transaction() as db:
            subject = whose.hold(db, hold)
            db.lock(subject)
            holds.close(db, hold, why, at, by_hand=True)
            trail.add(db, Deed(Act.CLOSED, who, f"hold-{hold}", subject, detail={"why": why}), at)

    def assign_hold(self, hold: int, team: str, at: datetime, who: str = "") -> None:
        with self._data.transaction() as db:
            subject = whose.hold(db, hold)
            db.lock(subject)
            holds.assign(db, hold, team)
            trail.add(db, Deed(Act.ASSIGNED, who, f"hold-{hold}", subject, detail={"team": team}), at)

    def letters(
        self, *, queue: str | None = None, subject: str | None = None, cause: str | None = None
    ) -> tuple[Letter, ...]:
        with self._data.asking() as db:
            return queues.find(db, queue, subject, cause)

    def replay(
        self, at: datetime, *, letter: str = "", queue: str = "", cause: str = "", subject: str = "",
        everything: bool = False, by: ReplayBy | None = None, per_second: float | None = None, who: str = "",
    ) -> int:  # fmt: skip
        selection = Selection(letter, queue, cause, subject, everything)
        with self._data.transaction() as db:
            queues.lock(db, selection)
            if per_second:
                number = pacing.add(db, at, queues.chosen(db, selection), by, per_second)
            else:
                number = queues.replay(db, at, selection, by)
            if number:
                subject = selection.subject or next(iter(whose.letter(db, letter)), "")
                trail.add(db, replayed(selection, number, by, who, subject), at)
            return number

    def replay_paced(
        self, replays: Sequence[Again], at: datetime, per_second: float, by: ReplayBy | None = None, who: str = ""
    ) -> int:
        with self._data.transaction() as db:
            db.lock(*{one.subject for one in replays})
            number = pacing.add(db, at, replays, by, per_second)
            for one in replays:
                trail.add(db, paced(one, by, who), at)
            return number

    def take_turns(self, now: datetime) -> int:
        with self._data.asking() as db:
            first = pacing.next_at(db)
        if first is None or first > now:
            return 0
        with self._data.transaction() as db:
            db.alone("paces")
            return pacing.take(db, now)

    def is_paced(self, letter: str) -> bool:
        with self._data.asking() as db:
            return pacing.waits(db, letter)

    def decide_again(self, subject: str, at: datetime, by: ReplayBy | None = None, who: str = "") -> None:
        with self._data.transaction() as db:
            db.lock(subject)
            queues.decide_again(db, subject, at, by)
            trail.add(db, Deed(Act.DECIDED_AGAIN, who, subject, subject, detail={"by": by or ""}), at)

    def edit(self, effect: int, body: Mapping[str, Any], who: str, why: str, at: datetime) -> Edit:
        with self._data.transaction() as db:
            subject = whose.effect(db, effect)
            db.lock(subject)
            made = queues.edit(db, effect, body, who, why, at)
            trail.add(db, edited(made, subject), at)
            return made

    def edits(self, effect: int) -> tuple[Edit, ...]:
        with self._data.asking() as db:
            return queues.edits(db, effect)

    def drop(self, letter: str, why: str, at: datetime, who: str = "") -> None:
        with self._data.transaction() as db:
            subjects = whose.letter(db, letter)
            db.lock(*subjects)
            queues.drop(db, letter, why, at)
            trail.add(db, Deed(Act.DROPPED, who, letter, next(iter(subjects), ""), detail={"why": why}), at)

    def resolve(self, effect: int, how: Resolution, why: str, at: datetime, who: str = "") -> None:
        with self._data.transaction() as db:
            subject = whose.effect(db, effect)
            db.lock(subject)
            queues.resolve(db, effect, how, why, at)
            said = {"how": how.value, "why": why}
            trail.add(db, Deed(Act.RESOLVED, who, f"effect-{effect}", subject, detail=said), at)

    def expire(self, queue: str, before: datetime, owner: str, at: datetime) -> int:
        with self._data.transaction() as db:
            db.alone("queues")
            queues.lock(db, Selection(queue=queue))
            number = tending.expire(db, queue, before, owner, at)
            if number:
                said = {"letters": number, "owner": owner}
                trail.add(db, Deed(Act.EXPIRED, ENGINE, queue, actor=Actor.ENGINE, detail=said), at)
            return number

    def resume(self, queue: str, at: datetime) -> int:
        with self._data.transaction() as db:
            db.alone("queues")
            queues.lock(db, Selection(queue=queue))
            number = tending.resume(db, queue, at)
            if number:
                trail.add(db, Deed(Act.REPLAYED, ENGINE, queue, actor=Actor.ENGINE, detail={"number": number}), at)
            return number

    # --- alerts

    def ring(self, judge: Judge, at: datetime, told: Collection[str] = ()) -> tuple[Fired, ...]:
        with self._data.transaction() as db:
            db.alone("alerts")
            new = signals.take(db)
            due = judge(new, signals.Counted(db)) if new else {}
            fired = tuple(signals.fire(db, alert, text, at) for alert, text in due.items())
            for one in fired:
                incidents.fired(db, one, one.alert in told)
            return fired

    def review(self, judge: Review, at: datetime, told: Collection[str] = ()) -> int:
        with self._data.transaction() as db:
            db.alone("alerts")
            turns = [(each, judge(each, signals.Counted(db))) for each in incidents.open_now(db)]
            changed = [(each, turn) for each, turn in turns if turn is not None]
            for incident, turn in changed:
                incidents.turn(db, incident, turn, at, incident.alert in told)
            return len(changed)

    def claim_notices(self, now: datetime, until: datetime) -> tuple[Notice, ...]:
        with self._data.transaction() as db:
            return incidents.claim(db, now, until)

    def notice_told(self, notice: int) -> None:
        with self._data.asking() as db:
            incidents.told(db, notice)

    def notice_failed(self, notice: int, error: str, due_at: datetime | None) -> None:
        with self._data.asking() as db:
            incidents.failed(db, notice, error, due_at)

    def last_fired(self, alert: str) -> datetime | None:
        with self._data.asking() as db:
            return signals.last_fired(db, alert)

    # --- audits

    def decided_since(
        self, since: datetime, after: str = "", limit: int = 100, changed: datetime | None = None
    ) -> tuple[str, ...]:
        with self._data.asking() as db:
            return audits.decided_since(db, since, after, limit, changed)

    def count_decided(self, since: datetime, changed: datetime | None = None) -> int:
        with self._data.asking() as db:
            return audits.count_decided(db, since, changed)

    def snapshot(self, subject: str) -> Snapshot | None:
        with self._data.reading() as db:
            return audits.snapshot(db, subject)

    def additions(self, subject: str, operation: str) -> tuple[Addition, ...]:
        with self._data.asking() as db:
            return audits.additions(db, subject, operation)

    def plans(self, identity: str) -> tuple[Json, ...]:
        with self._data.asking() as db:
            return audits.plans(db, identity)

    def readers(self, reads: Sequence[str]) -> tuple[str, ...]:
        with self._data.reading() as db:
            return audits.readers(db, reads)

    def unasked(self, subject: str) -> Hold | None:
        with self._data.asking() as db:
            return audits.unasked(db, subject)

    def note_orphan(self, subject: str, hold: NewHold, mapping: str, at: datetime) -> None:
        with self._data.transaction() as db:
            db.lock(subject)
            audits.note_orphan(db, subject, hold, mapping, at)

    def close_watch(self, subject: str, rule: str, why: str, at: datetime) -> None:
        with self._data.transaction() as db:
            db.lock(subject)
            audits.close_watch(db, subject, rule, why, at)

    def arrivals(self, system: str, since: datetime) -> list[datetime]:
        with self._data.reading() as db:
            return audits.arrivals(db, system, since)

    def heard(self, system: str, since: datetime) -> bool:
        with self._data.reading() as db:
            return audits.heard(db, system, since)

    def note_audited(self, audited: Audited, at: datetime) -> bool:
        with self._data.transaction() as db:
            db.lock(audited.subject)
            return audits.note(db, audited, at)

    def begun_audit(self, audit: str, after: datetime, *, asked: bool) -> AuditReach | None:
        with self._data.asking() as db:
            return audit_runs.begun(db, audit, after, asked)

    def keep_audit(self, reach: AuditReach) -> AuditReach:
        with self._data.transaction() as db:
            return audit_runs.keep(db, reach)

    def drop_audit(self, run: int) -> None:
        with self._data.transaction() as db:
            audit_runs.drop(db, run)

    def end_audit(
        self, audit: str, mapping: str, started_at: datetime, at: datetime, counts: Json, stalled: Sequence[Signal]
    ) -> None:
        with self._data.transaction() as db:
            audit_runs.end(db, audit, mapping, started_at, at, counts)
            signals.add(db, stalled, at)

    def last_audit(self, audit: str) -> datetime | None:
        with self._data.asking() as db:
            return audit_runs.last(db, audit)

    def last_whole_audit(self, audit: str) -> datetime | None:
        with self._data.asking() as db:
            return audit_runs.last_whole(db, audit)

    # --- retention

    def compact(self, before: datetime, limit: int = 100, figures: Figures | None = None) -> int:
        with self._data.asking() as db:
            found = compaction.closed(db, before, limit)
        done = sum(self._compact(subject, before, figures) for subject in found)
        with self._data.transaction() as db:
            rejected.forget(db, before)
        return done

    def _compact(self, subject: str, before: datetime, figures: Figures | None) -> bool:
        with self._data.transaction() as db:
            db.lock(subject)
            return compaction.compact(db, subject, before, figures)

    # --- versions

    def keep_version(self, version: Version, at: datetime) -> None:
        with self._data.transaction() as db:
            versions.keep(db, version, at)

    def version(self, identity: str) -> Version:
        with self._data.asking() as db:
            return versions.one(db, identity)

    def versions(self) -> tuple[Version, ...]:
        with self._data.asking() as db:
            return versions.kept(db)

    def activate(
        self, mapping: str, scope: Scope, at: datetime, *, who: str, origin: str = "deploy", since: int = 0,
        again: Sequence[str] = (),
    ) -> Activation:  # fmt: skip
        with self._data.transaction() as db:
            db.alone("versions")
            db.lock(*again)
            return versions.activate(db, mapping, scope, since, origin, who, at, again)

    def start_with(self, version: Version, who: str, at: datetime) -> str:
        with self._data.transaction() as db:
            db.alone("versions")
            return versions.start(db, version, who, at)

    def activations(self) -> tuple[Activation, ...]:
        with self._data.asking() as db:
            return versions.activations(db)

    def in_force(self) -> str:
        with self._data.asking() as db:
            return versions.in_force(db)

    def decider(self, subject: str) -> str:
        with self._data.reading() as db:
            return versions.decider(db, subject)

    def decided_by(self) -> Mapping[str, int]:
        with self._data.asking() as db:
            return versions.decided_by(db)

    # --- the audit trail

    def trail(self, after: int = 0, limit: int = 1000) -> tuple[TrailEntry, ...]:
        with self._data.asking() as db:
            return trail.after(db, after, limit)

    def note(self, deed: Deed, at: datetime) -> None:
        with self._data.transaction() as db:
            trail.add(db, deed, at)

    def trail_head(self) -> str:
        with self._data.asking() as db:
            return trail.head(db)

    # --- looking

    def status(self) -> Status:
        with self._data.reading() as db:
            return looking.status(db)

    def story(self, subject: str) -> Story:
        with self._data.reading() as db:
            return looking.story(db, subject)

    def subjects(self) -> tuple[str, ...]:
        with self._data.asking() as db:
            return looking.subjects(db)

    def subjects_after(self, subject: str, limit: int) -> tuple[str, ...]:
        with self._data.asking() as db:
            return looking.subjects_after(db, subject, limit)

    # --- playing again

    def decided_subjects(self) -> int:
        """How many subjects were decided."""
        with self._data.asking() as db:
            return traffic.count(db)

    def decided_after(self, subject: str, limit: int) -> tuple[str, ...]:
        """The next decided subjects after one, by name, so that a large journal is read in pages."""
        with self._data.asking() as db:
            return traffic.subjects(db, subject, limit)

    def recorded(self, subject: str) -> tuple[Recorded, ...]:
        """Every decision of a subject with what it saw, oldest first."""
        with self._data.asking() as db:
            return traffic.decisions(db, subject)

    def standing(self, subject: str) -> tuple[Recorded, ...]:
        """The decision that counts now; none where there was none but about older versions."""
        with self._data.asking() as db:
            return traffic.standing(db, subject)

    def said(self, subject: str) -> Mapping[str, Json]:
        """What the platform answered to calls that took effect, by the name of the effect."""
        with self._data.asking() as db:
            return traffic.said(db, subject)


def _fence(db: Db, subjects: Iterable[str]) -> None:
    for subject in subjects:
        db.fence(subject)


def _hold_or_close(db: Db, effect: Effect, conclusion: Conclusion, at: datetime) -> None:
    """The hold of an effect stays open while it is tried again, and goes once it ends in any other way."""
    book = db.shelf.find(effect.subject)
    if conclusion.hold is not None:
        holds.open_one(db, effect.subject, conclusion.hold, effect.mapping, at)
    elif conclusion.state is not EffectState.WAITING and (book is None or book.held):
        holds.close_of_effect(db, effect.id, _without_hold(conclusion), at)


def _without_hold(conclusion: Conclusion) -> str:
    if conclusion.state is EffectState.APPLIED:
        return "the effect succeeded"
    return conclusion.reason or f"it was tried again and lies in queue {conclusion.queue}"
