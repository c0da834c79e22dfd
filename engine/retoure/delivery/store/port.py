"""What delivery asks of a store, whatever database stands behind it.

Every method is one transaction and may block: the runner calls them from a thread of their own. Moments have a zone.
Any method may raise StoreUnavailable or StoreDamaged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from msgspec import Struct

from ...connectors.port import Event, Json
from ...runtime.decision import Answer, Decision, Origin, State
from ...runtime.differences import CLASS, DifferenceClass, explained
from ...source import Place
from ..ledger import Change, Effect, EffectState, Known, Replacement
from ..steps import Counts
from ..trail import Deed, TrailEntry


class EventState(StrEnum):
    """Where an accepted event stands."""

    WAITING = "waiting"
    DONE = "done"
    SUPERSEDED = "superseded"  # a newer version, or a newer event of the same subject, was decided
    IGNORED = "ignored"  # the mapping does not follow such records
    HELD = "held"
    QUEUED = "queued"  # in a dead-letter queue, because a read failed for good
    DROPPED = "dropped"  # a person let it go


class ReplayBy(StrEnum):
    """Which mapping version decides what is replayed."""

    ORIGINAL = "original"  # the one that decided it: a call is sent as it was wanted then
    CURRENT = "current"  # the one in force for the return: it decides again first, and says what is sent


class Resolution(StrEnum):
    """What a person says of an effect that is queued or held."""

    APPLIED = "applied"  # it did happen, or was done by hand
    SEND_AGAIN = "send again"  # it certainly did not happen
    LET_GO = "let go"  # it shall not happen


class Accepted(Struct, frozen=True):
    """An event is stored. `duplicate`: it was before. `conflict`: under its id, with other content, now kept aside."""

    seq: int
    duplicate: bool = False
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An accepted event. `as_of` is the `now` its decision sees; `round` counts replays, each with its own reads.

    `mapping` is the version that decided it, `decide_by` the one that shall: the version a replay asked for, else the
    one in force for its return; empty where the database knows of none.
    """

    seq: int
    event: Event
    received_at: datetime
    as_of: datetime
    due_at: datetime
    round: int
    state: EventState
    reason: str = ""
    mapping: str = ""
    decide_by: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """All that work on a subject begins with: events that wait, what was read for each (by its number) before, the
    numbers of its wakes and whether one of them is due; its state, and the ledger that is made from.
    """

    events: tuple[StoredEvent, ...]
    reads: Mapping[int, Mapping[str, SavedRead]]
    wakes: tuple[int, ...]
    wake_due: bool
    state: State
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class NewHold:
    """A hold to open, or to keep open when (subject, kind, rule, key, effect) has one.

    `kind` is decision (a rule ended in it), correction, effect (a policy ended in it), event (deciding failed), wake
    (deciding again failed) or audit (two systems disagree; `rule` is the audit, `key` what differs).
    `effect` is the number of the call that is held, 0 where it is none.
    """

    kind: str
    rule: str
    key: tuple[str, ...]
    reason: str
    team: str
    place: Place | None = None
    because: tuple[Origin, ...] = ()
    effect: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """A question a person answers. `because` names the values that decided it, as JSON of Origin.

    `by_hand` is true when a person closed it: then the same finding does not open it again.
    """

    id: int
    subject: str
    kind: str
    rule: str
    key: tuple[str, ...]
    reason: str
    team: str
    place: str
    because: Json
    mapping: str
    opened_at: datetime
    closed_at: datetime | None = None
    closed_why: str = ""
    effect: int = 0
    by_hand: bool = False

    @property
    def difference(self) -> str:
        """The class of the difference that an audit found; empty for other holds, and for those of earlier releases."""
        return difference_of(self.because)


def difference_of(because: Json) -> str:
    """The class of the difference among the values that decided a hold, as JSON of Origin; empty for none."""
    origins = because if isinstance(because, list) else []
    found = (origin.get("value") for origin in origins if isinstance(origin, Mapping) and origin.get("kind") == CLASS)
    return next((str(value) for value in found), "")


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that may set off an alert: a letter whose policy names it, (`alert` empty) a new hold, or a subject
    that an audit found stalled: that sets its alert off whatever its thresholds.
    """

    alert: str
    kind: str


@dataclass(frozen=True, slots=True)
class SavedRead:
    """A read of one event: the answer once there is one, the retries used so far, the alerts its policy named."""

    answer: Answer | None = None
    counts: Counts = field(default_factory=dict)
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wake:
    """A subject to be decided again from the record its last decision was made from.

    `cause` is wake (the time came that the last decision named), answer (an awaited answer arrived), audit, replay (a
    person asked for it) or deploy (a new mapping version decides it). `lead` is the event of that last decision, with
    the `now` and the round of reads of this one.
    """

    ids: tuple[int, ...]
    cause: str
    lead: StoredEvent
    record: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """A finished decision and everything that is stored with it in one transaction.

    `events` are the sequence numbers it covers, `lead` the one whose record and `now` it saw: effects that are new
    remember that `now`, since the next decision computes their bodies with it. `state` is what they
    become, `queue` names the dead-letter queue when that is `queued`. `cause` is what set the decision off (`event`,
    or that of a Wake); `wakes` are the numbers of the wakes it answers: those that came later stay. `trace` is the
    context in which it was made, and in which its calls go on.
    """

    lead: StoredEvent
    events: tuple[int, ...]
    decision: Decision
    changes: tuple[Change, ...]
    record: Mapping[str, Any]
    answers: Mapping[str, Answer]
    holds: tuple[NewHold, ...]
    at: datetime
    state: EventState = EventState.DONE
    reason: str = ""
    queue: str = ""
    signals: tuple[Signal, ...] = ()
    cause: str = "event"
    wakes: tuple[int, ...] = ()
    trace: Mapping[str, str] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return self.lead.event.subject


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a decision left: `calls` as `due_effects` would tell them, `state` and `known` as `books` would."""

    calls: tuple[Effect, ...]
    state: State
    known: tuple[Known, ...]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an audit looks at: the record and cause of the last decision, and the state that came of it.

    `decision` is that decision's number. `waiting_since` is set while work on the subject is still under way,
    `changed_at` when something of it last came to its end. `waits` says that a call of it lies in a queue or is held,
    `corrects` that a person was asked about something that cannot be taken back.
    """

    subject: str
    decision: int
    cause: str
    record: Mapping[str, Any]
    state: State
    waiting_since: datetime | None = None
    changed_at: datetime | None = None
    waits: bool = False
    corrects: bool = False

    @property
    def explained(self) -> frozenset[DifferenceClass]:
        """The classes of differences that what waits may be the reason of."""
        return explained(waits=self.waits, corrects=self.corrects)


@dataclass(frozen=True, slots=True)
class Addition:
    """Calls of one subject that added to one thing: their bodies, the first one first, and the plan of the last."""

    identity: str
    bodies: tuple[Mapping[str, Any], ...]
    plan: Json


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found out about one subject: the holds to be open, and whether to decide it again.

    `decision` is the one that was compared: when there is a newer one by now, the findings are void.
    """

    audit: str
    subject: str
    decision: int
    mapping: str
    holds: tuple[NewHold, ...] = ()
    heal: bool = False


@dataclass(frozen=True, slots=True)
class AuditReach:
    """How far a run of an audit has come, saved as it goes on: one that is interrupted goes on from there.

    It compares the subjects decided since `since`, in the order of their names, with `changed` only those something
    has happened with since that moment. `total` were to be compared when it began, `after` is the last one done, and
    `counts` what came of them. `asked` runs belong to people, the others to the clock. `id` is 0 until it is saved.
    """

    audit: str
    mapping: str
    started_at: datetime
    since: datetime
    changed: datetime | None
    asked: bool
    total: int
    after: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    id: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """How one try ended: `step` is plan, send or settle; `outcome` a short word, `error` the class or code."""

    step: str
    outcome: str
    error: str = ""
    message: str = ""
    answer: Json = None


@dataclass(frozen=True, slots=True)
class Conclusion:
    """Where an effect stands after a try.

    `due_at` is set while it waits, `queue` or `hold` when it ended there, `instead` when another one is sent for it.
    """

    state: EffectState
    unsettled: bool = False
    counts: Counts = field(default_factory=dict)
    due_at: datetime | None = None
    queue: str = ""
    hold: NewHold | None = None
    signals: tuple[Signal, ...] = ()
    reason: str = ""
    instead: Replacement | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """Something in a dead-letter queue: an effect, or an event whose reads failed. `id` is `effect-7` or `event-3`."""

    id: str
    queue: str
    subject: str
    what: str
    error: str
    at: datetime
    unsettled: bool = False

    @property
    def cause(self) -> str:
        """The class or code of the error: `UNAVAILABLE`."""
        return self.error.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters: one by its id, else those in a queue, with a cause (`UNAVAILABLE`), of a return; what is empty is
    left open. `everything` says that all of them are meant. With a return alone, what is held of it is meant too.
    """

    letter: str = ""
    queue: str = ""
    cause: str = ""
    subject: str = ""
    everything: bool = False

    def __post_init__(self) -> None:
        if not (self.letter or self.queue or self.cause or self.subject or self.everything):
            raise ValueError("say which letters: one, those of a queue, a cause or a return, or everything")


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a call's body by a person."""

    effect: int
    who: str
    why: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    at: datetime


class Scope(StrEnum):
    """What a mapping version is activated for."""

    NOW = "now"  # everything that is decided from now on
    NEW_RETURNS = "new-returns"  # returns that nothing was heard of before
    EVENT = "event"  # each return from its first event on that has this number, or a higher one


@dataclass(frozen=True, slots=True)
class Version:
    """A mapping version as the database keeps it: the texts of its files by name, and its settings."""

    identity: str
    main: str
    files: Mapping[str, str]
    settings: Mapping[str, Any]
    kept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """A mapping version was put in force; `since` is the first event it is for, `origin` deploy or start."""

    id: int
    mapping: str
    scope: Scope
    since: int
    origin: str
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fired:
    """An alert that went off."""

    id: int
    alert: str
    text: str
    at: datetime


class NoticeKind(StrEnum):
    """Why something is told: an alert went off, nobody acted on it, or its cause has gone."""

    ALERT = "alert"
    ESCALATION = "escalation"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Incident:
    """An alert that went off, until its cause has gone. `step` is how far it was escalated."""

    id: int
    alert: str
    text: str
    opened_at: datetime
    step: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told by the channel of an alert (`step` 0), or the one it was escalated to.

    `tries` counts how often that was begun, this time included.
    """

    id: int
    alert: str
    kind: NoticeKind
    step: int
    text: str
    opened_at: datetime
    at: datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Turn:
    """What becomes of an incident: it is escalated to `step`, or, where that is None, it is over. Nobody is told of it
    where there is no `text`.
    """

    text: str
    step: int | None = None


class Tallies(Protocol):
    """What alerts are judged by."""

    def tally(self, alert: str, kind: str, since: datetime | None) -> int:
        """How many letters of this alert, or holds of anybody: since a moment, or waiting now when it is None."""
        ...

    def last_fired(self, alert: str) -> datetime | None: ...

    def stalled(self, audit: str) -> int:
        """How many the last run of an audit found stalled."""
        ...

    def acted(self, alert: str, since: datetime, *, on_holds: bool) -> bool:
        """Whether a person did something about letters of this alert, or about holds, since a moment."""
        ...


Figures = Callable[[Mapping[str, Any], Mapping[str, Any]], Json]
"""Makes of a record and the answers to reads what is kept of them for ever."""

Review = Callable[[Incident, Tallies], "Turn | None"]
"""Tells what becomes of an incident now."""

Judge = Callable[[Sequence[Signal], Tallies], Mapping[str, str]]
"""Tells what the alerts say that go off, by their names."""


@dataclass(frozen=True, slots=True)
class Again:
    """What a paced replay does for one return: `letter` goes on, or, where it is empty, the return is decided again."""

    subject: str
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Stuck:
    """How many returns wait since no worker that looked at them can run a mapping version, and `why` not."""

    mapping: str
    returns: int
    why: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that no channel could be told of, `why` not; what rang the alert is not over."""

    alert: str
    text: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Status:
    """Counts by state, the oldest thing that waits, open holds by team, letters by queue, rejected messages, returns
    that wait for another worker, how many replays wait for their turn, and what nobody was told of.
    """

    events: Mapping[str, int]
    effects: Mapping[str, int]
    holds: Mapping[str, int]
    queues: Mapping[str, int]
    rejected: int
    oldest_waiting: datetime | None
    next_due: datetime | None
    stuck: tuple[Stuck, ...] = ()
    paced: int = 0
    untold: tuple[Untold, ...] = ()


def total(found: Sequence[Status]) -> Status:
    """Several of them as one."""
    waiting = [one.oldest_waiting for one in found if one.oldest_waiting is not None]
    due = [one.next_due for one in found if one.next_due is not None]
    return Status(
        events=_added(one.events for one in found),
        effects=_added(one.effects for one in found),
        holds=_added(one.holds for one in found),
        queues=_added(one.queues for one in found),
        rejected=sum(one.rejected for one in found),
        oldest_waiting=min(waiting, default=None),
        next_due=min(due, default=None),
        stuck=tuple(stuck for one in found for stuck in one.stuck),
        paced=sum(one.paced for one in found),
        untold=tuple(untold for one in found for untold in one.untold),
    )


def _added(counts: Iterable[Mapping[str, int]]) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for each in counts:
        found.update(each)
    return dict(found)


@dataclass(frozen=True, slots=True)
class Story:
    """Everything about one subject, oldest first, as JSON-like rows for people and tools.

    `rejected` are messages under the id of one of its events, but with other content, `edits` what people changed in
    its calls. Of a decision whose content was removed after the retention, `decision` and `record` are None.
    """

    subject: str
    state: State
    events: tuple[Mapping[str, Any], ...]
    decisions: tuple[Mapping[str, Any], ...]
    effects: tuple[Mapping[str, Any], ...]
    attempts: tuple[Mapping[str, Any], ...]
    holds: tuple[Hold, ...]
    rejected: tuple[Mapping[str, Any], ...] = ()
    edits: tuple[Edit, ...] = ()


class Store(Protocol):
    """The journal, the ledger and the queues of one mapping."""

    # --- events
    def accept(self, event: Event, received_at: datetime) -> Accepted:
        """Stores an event durably before it is acknowledged; a known one is found again."""
        ...

    def accept_all(self, events: Sequence[tuple[Event, datetime]]) -> list[Accepted]:
        """Several in one transaction: all are stored or none."""
        ...

    def keep_rejected(self, system: str, raw: bytes, reason: str, at: datetime, message: str = "") -> None:
        """Keeps the body of a message that was not accepted; a repeated one is counted."""
        ...

    def waiting_events(self, subject: str) -> tuple[StoredEvent, ...]: ...

    def event(self, seq: int) -> StoredEvent:
        """Raises KeyError."""
        ...

    def newest_polled(self, system: str) -> datetime | None:
        """When the thing happened that the last stored event tells of, among those that a platform was asked for."""
        ...

    def postpone(self, seqs: Sequence[int], due_at: datetime) -> None: ...

    def end_events(
        self, seqs: Sequence[int], state: EventState, reason: str, at: datetime, hold: NewHold | None = None
    ) -> None:
        """Ends events without a decision: ignored, or held with the reason."""
        ...

    def case(self, subject: str, now: datetime) -> Case:
        """What there is to do for a subject, and all that is needed for it, as it stands at one moment."""
        ...

    def saved_reads(self, event: StoredEvent) -> Mapping[str, SavedRead]: ...

    def save_read(self, event: StoredEvent, key: str, read: SavedRead, at: datetime) -> None: ...

    # --- work
    @property
    def threads(self) -> int:
        """How many threads may call it at a time to some use."""
        ...

    def together(self) -> AbstractContextManager[Callable[[], None]]:
        """What this thread calls inside is durable when it ends, at the cost of one commit; nothing of it counts until
        then, or when it ends by an exception. What it gives is called after the last call, and raises what could only
        be told then; what is raised later is about the commit.
        """
        ...

    def due_subjects(self, now: datetime, limit: int = 500) -> tuple[str, ...]:
        """Subjects with an event, an effect or a wake that can go on, the one that waited longest first; those with
        notes alone as if they had waited less (see `priorities`).

        `limit` bounds the rows looked at, so that not all of a long backlog is named; empty only if nothing is due.
        """
        ...

    def next_due(self) -> datetime | None:
        """When the next event, effect or wake can go on; None when nothing waits."""
        ...

    def next_retry(self) -> datetime | None:
        """The same without wakes that have not begun: what waits for time alone."""
        ...

    def changed(self) -> bool:
        """Whether another process wrote since the last time this was asked."""
        ...

    def start_work(self, at: datetime) -> int:
        """Makes this process a worker; where a database has one worker only, raises WorkerRunning beside another.

        Calls that were under way when the last worker died become unknown outcomes; returns how many there were.
        Where there are several workers, that happens at the claim of each subject, and 0 is returned.
        """
        ...

    def listen(self, heard: Callable[[], None]) -> None:
        """Has `heard` called, from any thread, when another process may have stored work, where that can be told."""
        ...

    def claim(self, subject: str, at: datetime) -> bool:
        """Makes this process the one that drains a subject; false while another one does.

        What a drain writes (decisions, reads, wakes that begin, intents and outcomes of calls) raises Fenced as soon as
        the claim is lost, storing nothing. A call that a dead worker had under way becomes an unknown outcome.
        """
        ...

    def release(self, subject: str) -> None:
        """Gives a claim back. Does nothing when it was lost."""
        ...

    def may_call(self, subject: str) -> None:
        """Asked before each call, and by it right before it writes to a platform. Raises Fenced when another process
        may have the subject by now.
        """
        ...

    def recover(self, subject: str, at: datetime) -> int:
        """Calls of a subject whose work broke down in this process, when the store failed after a call, say, become
        unknown outcomes. How many.
        """
        ...

    def note_stuck(self, subject: str, mapping: str, why: str, at: datetime) -> None:
        """This worker cannot run the version that decides a subject."""
        ...

    def stuck_among(self, subjects: Sequence[str]) -> Mapping[str, str]:
        """Those of the subjects of which that was noted, each with the version."""
        ...

    def forget_stuck(self, subject: str) -> None:
        """A worker could go on with it."""
        ...

    # --- waking
    def wake(self, subject: str, cause: str, due_at: datetime) -> None:
        """Has a subject decided again. One that was never decided is left alone."""
        ...

    def wakes(self, subject: str) -> tuple[int, ...]:
        """The numbers of a subject's wakes, due or not: a decision begun now answers them all."""
        ...

    def begin_wake(self, subject: str, now: datetime) -> Wake | None:
        """The subject's due wakes as one, None without any. Its `now` and its round of reads are stored with it."""
        ...

    def postpone_wake(self, wake: Wake, due_at: datetime) -> None:
        """Its reads are tried again at `due_at`, in the same round."""
        ...

    def give_up_wake(self, wake: Wake, hold: NewHold, at: datetime) -> None:
        """It could not be decided; the hold says why."""
        ...

    # --- deciding
    def books(self, subject: str) -> tuple[State, tuple[Known, ...]]:
        """`state` and `known` as they stand at one moment."""
        ...

    def state(self, subject: str) -> State: ...

    def known(self, subject: str) -> tuple[Known, ...]: ...

    def claimed(self, subject: str, units: Sequence[str]) -> frozenset[str]:
        """Which of these physical units other subjects have picked."""
        ...

    def record(self, decided: Decided) -> Recorded | None:
        """Stores a decision; what it left, None where that has to be asked. Raises UnitsTaken, storing nothing, when
        another subject picked one of its units.
        """
        ...

    # --- effects
    def due_effects(self, subject: str, now: datetime) -> tuple[Effect, ...]:
        """Effects to be tried now, in ledger order; one behind an unfinished call for the same thing is not due."""
        ...

    def effect(self, effect: int) -> Effect:
        """Raises KeyError."""
        ...

    def begin(self, effect: Effect, plan: Json, at: datetime) -> bool:
        """Stores the intent to send: from now on a crash means an unknown outcome.

        False, with nothing stored, while a call for the same thing is under way: it is due again after that.
        """
        ...

    def conclude(self, effect: Effect, attempt: Attempt, conclusion: Conclusion, at: datetime) -> None:
        """Stores how a try ended and what follows: a hold, signals, the effect sent instead, or, when an awaited
        answer is there, the wake that has the subject decided again.
        """
        ...

    # --- people
    def holds(self, *, subject: str | None = None, team: str | None = None, closed: bool = False) -> tuple[Hold, ...]:
        """Open holds, oldest first; with `closed` also those that were closed."""
        ...

    def close_hold(self, hold: int, why: str, at: datetime, who: str = "") -> None:
        """Closes a hold by hand; the same finding does not open it again. Raises KeyError.

        `who` does it, here and below: the audit trail keeps that.
        """
        ...

    def assign_hold(self, hold: int, team: str, at: datetime, who: str = "") -> None:
        """Raises KeyError."""
        ...

    def letters(
        self, *, queue: str | None = None, subject: str | None = None, cause: str | None = None
    ) -> tuple[Letter, ...]:
        """Dead letters, oldest first."""
        ...

    def replay(
        self, at: datetime, *, letter: str = "", queue: str = "", cause: str = "", subject: str = "",
        everything: bool = False, by: ReplayBy | None = None, per_second: float | None = None, who: str = "",
    ) -> int:  # fmt: skip
        """Puts letters back to waiting, with fresh tries: one (`effect-7`), else those in a queue, with a cause
        (`UNAVAILABLE`), of a return, as far as each is given. How many. Held effects and events go by id, or by a
        return alone. Raises ValueError when nothing is chosen, KeyError for an unknown id.

        Calls are sent as they were wanted, events decided by the version in force, unless `by` says otherwise. With
        `per_second` they are paced, in the order they were given up: see `replay_paced`. All of it is stored at once,
        so that nothing is left half done.
        """
        ...

    def replay_paced(
        self, replays: Sequence[Again], at: datetime, per_second: float, by: ReplayBy | None = None, who: str = ""
    ) -> int:
        """Notes replays that go one after the other, the first at a moment; until its turn each letter stays where it
        lies. How many. Workers take the turns, and so keep the pace after any pause.
        """
        ...

    def take_turns(self, now: datetime) -> int:
        """Replays what has its turn by now: one of each pace. How many."""
        ...

    def is_paced(self, letter: str) -> bool:
        """Whether a letter waits for its turn to be replayed."""
        ...

    def decide_again(self, subject: str, at: datetime, by: ReplayBy | None = None, who: str = "") -> None:
        """Has a return decided again from its last record, its reads made anew. Raises KeyError where there is none."""
        ...

    def edit(self, effect: int, body: Mapping[str, Any], who: str, why: str, at: datetime) -> Edit:
        """Changes what a queued or held call sends; what the mapping wanted is kept, and later versions of the return
        are compared with that. Raises KeyError, or ValueError where the call may have happened or is not waiting.
        """
        ...

    def edits(self, effect: int) -> tuple[Edit, ...]:
        """What people changed of a call, oldest first."""
        ...

    def drop(self, letter: str, why: str, at: datetime, who: str = "") -> None:
        """Lets a letter go, queued or held: a call that shall not happen, an event that shall not be decided. Raises
        KeyError, or ValueError for one in another state.
        """
        ...

    def resolve(self, effect: int, how: Resolution, why: str, at: datetime, who: str = "") -> None:
        """A person's word on a queued or held effect. Raises KeyError, or ValueError for one in another state."""
        ...

    def expire(self, queue: str, before: datetime, owner: str, at: datetime) -> int:
        """Letters queued before a moment leave the queue and are held for the owner. How many."""
        ...

    def resume(self, queue: str, at: datetime) -> int:
        """Replays, of each operation that works again after an outage, the letter queued first. How many."""
        ...

    # --- alerts
    def ring(self, judge: Judge, at: datetime, told: Collection[str] = ()) -> tuple[Fired, ...]:
        """Has new signals judged, each once, and stores the alerts that go off, with a notice of those that are `told`:
        all in one transaction, beside which nobody else judges, so that an alert goes off once and none is lost.
        """
        ...

    def last_fired(self, alert: str) -> datetime | None: ...

    def review(self, judge: Review, at: datetime, told: Collection[str] = ()) -> int:
        """Has open incidents judged, and stores what becomes of them with the notices of those that are `told`; how
        many changed. As `ring`, in one transaction beside which nobody else judges.
        """
        ...

    def claim_notices(self, now: datetime, until: datetime) -> tuple[Notice, ...]:
        """The notices that are due, oldest first. They are due again at `until`, unless they are told before."""
        ...

    def notice_told(self, notice: int) -> None: ...

    def notice_failed(self, notice: int, error: str, due_at: datetime | None) -> None:
        """It could not be told: it is due again at a moment, or given up."""
        ...

    # --- audits
    def decided_since(
        self, since: datetime, after: str = "", limit: int = 100, changed: datetime | None = None
    ) -> tuple[str, ...]:
        """Subjects decided since a moment, in the order of their names, from the one after `after` on.

        With `changed` only those of which something has happened since that moment, or is still open: a decision, a
        call, a difference that an audit has found.
        """
        ...

    def count_decided(self, since: datetime, changed: datetime | None = None) -> int: ...

    def snapshot(self, subject: str) -> Snapshot | None:
        """None for a subject that was never decided."""
        ...

    def additions(self, subject: str, operation: str) -> tuple[Addition, ...]:
        """What was added for a subject by an operation that plans its calls (`scayle.stock.add`), thing by thing."""
        ...

    def plans(self, identity: str) -> tuple[Json, ...]:
        """The plans of all calls that were begun to the same thing, the first one first."""
        ...

    def readers(self, reads: Sequence[str]) -> tuple[str, ...]:
        """The subjects that were decided by one of these reads: `scayle.orders.get(1001)`."""
        ...

    def unasked(self, subject: str) -> Hold | None:
        """Why nothing shall be paid for this subject: an open hold of an audit which found that something happened
        twice, or without anybody here having asked for it.
        """
        ...

    def note_orphan(self, subject: str, hold: NewHold, mapping: str, at: datetime) -> None:
        """Opens a hold about a record that no subject here has read."""
        ...

    def close_watch(self, subject: str, rule: str, why: str, at: datetime) -> None:
        """Closes what a watch over a system has opened, if it is open."""
        ...

    def arrivals(self, system: str, since: datetime) -> list[datetime]:
        """When messages of a system were received, in their order; what was asked for counts for nothing."""
        ...

    def heard(self, system: str, since: datetime) -> bool:
        """Whether there is any such message."""
        ...

    def note_audited(self, audited: Audited, at: datetime) -> bool:
        """Opens and closes the holds of one audit, and has the subject decided again; False, and nothing stored, when
        it was decided meanwhile.
        """
        ...

    def begun_audit(self, audit: str, after: datetime, *, asked: bool) -> AuditReach | None:
        """The last run that began after a moment, of people or of the clock, and has not come to its end."""
        ...

    def keep_audit(self, reach: AuditReach) -> AuditReach:
        """Saves how far a run has come; with its id. The first time, what was left of earlier runs goes."""
        ...

    def end_audit(
        self, audit: str, mapping: str, started_at: datetime, at: datetime, counts: Json, stalled: Sequence[Signal]
    ) -> None:
        """Stores a run that came to its end, and the signals for what it found stalled."""
        ...

    def drop_audit(self, run: int) -> None:
        """Forgets how far a run had come."""
        ...

    def last_audit(self, audit: str) -> datetime | None:
        """When the last run that came to its end began."""
        ...

    def last_whole_audit(self, audit: str) -> datetime | None:
        """When the last run began that compared everything, whatever had changed."""
        ...

    def claim_audit(self, audit: str) -> bool:
        """Makes this process the one that runs an audit by the clock; false while another one does."""
        ...

    def release_audit(self, audit: str) -> None: ...

    # --- retention
    def compact(self, before: datetime, limit: int = 100, figures: Figures | None = None) -> int:
        """Removes, of up to `limit` returns that were closed before a moment, what they were decided from and the tries
        of their calls; and the bodies of messages refused before it. Never the books, and not what `figures` makes of
        what each decision saw. How many returns.
        """
        ...

    # --- versions
    def keep_version(self, version: Version, at: datetime) -> None:
        """Keeps a mapping version, or the settings it has by now."""
        ...

    def version(self, identity: str) -> Version:
        """Raises KeyError."""
        ...

    def versions(self) -> tuple[Version, ...]:
        """Those that are kept, oldest first."""
        ...

    def activate(
        self, mapping: str, scope: Scope, at: datetime, *, who: str, origin: str = "deploy", since: int = 0,
        again: Sequence[str] = (),
    ) -> Activation:  # fmt: skip
        """Puts a kept version in force, and has the subjects in `again` decided again: all in one transaction.

        `since` is the number of the first event, for Scope.EVENT. Raises KeyError for a version that is not kept.
        """
        ...

    def start_with(self, version: Version, who: str, at: datetime) -> str:
        """A worker starts with this version: keeps it, and puts it in force unless `activate` was ever used to say
        which one is. The version in force then.
        """
        ...

    def activations(self) -> tuple[Activation, ...]:
        """Oldest first; the newest one that concerns a return counts."""
        ...

    def in_force(self) -> str:
        """The version that decides a return nothing was heard of yet; empty where the database knows of none."""
        ...

    def decider(self, subject: str) -> str:
        """The version that decides a return when something of it is decided now; empty as for `in_force`."""
        ...

    def decided_by(self) -> Mapping[str, int]:
        """How many returns each version decided last."""
        ...

    # --- the audit trail
    def trail(self, after: int = 0, limit: int = 1000) -> tuple[TrailEntry, ...]:
        """The next entries after one, in their order. Methods that people use add to it, in the same transaction."""
        ...

    def note(self, deed: Deed, at: datetime) -> None:
        """Adds what changes nothing else: a comment, say."""
        ...

    def trail_head(self) -> str:
        """What to write down to notice later that entries are gone; empty before the first."""
        ...

    # --- looking
    def status(self) -> Status: ...

    def story(self, subject: str) -> Story: ...

    def subjects(self) -> tuple[str, ...]: ...

    def subjects_after(self, subject: str, limit: int) -> tuple[str, ...]:
        """The next subjects after one, by name, so that a large journal is read in pages."""
        ...

    def close(self) -> None:
        """Gives back the database; another process may then become the worker."""
        ...
