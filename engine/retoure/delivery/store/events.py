"""The journal: events as they came, each once, and the reads made for them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from ...connectors.polling import POLLED
from ...connectors.port import Event
from ...runtime.decision import Answer
from . import rejected
from .bodies import GONE, pack, unpack
from .codec import dump, load, moment, moment_or_none, outcome_of, stamp
from .database import Db, Row, Value, Values, marks, named
from .port import Accepted, EventState, SavedRead, StoredEvent
from .versions import DECIDER

DEAD: Final = "SELECT 1 FROM events WHERE subject = ? AND state IN ('held', 'queued')"
"""Whether a subject has events that could not be decided."""

_EVENT: Final = f"SELECT e.*, {DECIDER} AS decider FROM events e"


def accept_all(db: Db, events: Sequence[tuple[Event, datetime]]) -> list[Accepted]:
    """Each is stored, or found to be known. All are tried at once; where some were not new, each is looked up."""
    numbers = db.numbers("events", len(events))
    rows = [_row(number, event, at) for number, (event, at) in zip(numbers, events, strict=True)]
    if db.executemany(_ACCEPTED, rows).rowcount == len(rows):
        return [Accepted(number) for number in numbers]
    return [_found(db, row, event, at) for row, (event, at) in zip(rows, events, strict=True)]


_Row = tuple[int, str, str, str, *tuple[Value, ...]]
"""A row to be stored; its number, system, identity and digest are first."""

_ACCEPTED: Final = (
    "INSERT INTO events (seq, system, identity, digest, kind, event_id, subject, raw, coding, snapshot, part,"
    " happened_at, trace, received_at, as_of, due_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (system, identity) DO NOTHING"
)


def _row(number: int, event: Event, received_at: datetime) -> _Row:
    digest, at = _digest(event), stamp(received_at)
    said = (event.system, event.id or f"content:{digest}", digest, event.kind, event.id, event.subject)
    happened = None if event.at is None else stamp(event.at)
    trace = dump(event.trace) if event.trace else None
    part = _names(event.part) if event.part else None
    return (number, *said, *pack(event.raw), dump(event.snapshot), part, happened, trace, at, at, at)


@lru_cache(256)
def _names(part: tuple[str, ...]) -> str:
    """As JSON; connectors know few."""
    return dump(part)


def _found(db: Db, row: _Row, event: Event, received_at: datetime) -> Accepted:
    """What became of a row: it has its number, or stands for one that came before, maybe with other content."""
    number, system, identity, digest = row[:4]
    sql = "SELECT seq, digest FROM events WHERE system = ? AND identity = ?"
    known = db.execute(sql, (system, identity)).fetchone()
    if known["seq"] == number:
        return Accepted(number)
    conflict = known["digest"] not in (digest, _whole_digest(event))
    if conflict:
        text = f"event {event.id} came before with other content, as number {known['seq']}"
        rejected.add(db, system, event.raw, "conflict", received_at, text, event_id=event.id)
    else:
        again = "UPDATE events SET repeats = repeats + 1, repeated_at = ? WHERE seq = ?"
        db.execute(again, (stamp(received_at), known["seq"]))
    return Accepted(known["seq"], duplicate=True, conflict=conflict)


def _digest(event: Event) -> str:
    """A hash of what an event says: its body, which all else was read from. Where it came without one, or without an
    id, which the hash then stands for, it is that of older books.
    """
    if not (event.raw and event.id):
        return _whole_digest(event)
    return hashlib.sha256(b"\0".join((event.kind.encode(), event.subject.encode(), event.raw))).hexdigest()


def _whole_digest(event: Event) -> str:
    """As books of layout 14 and before have it: the record counts beside the body it was read from."""
    parts = (event.kind.encode(), event.subject.encode(), event.raw, dump(event.record).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def waiting(db: Db, subject: str) -> tuple[StoredEvent, ...]:
    rows = db.execute(f"{_EVENT} WHERE e.subject = ? AND e.state = 'waiting' ORDER BY e.seq", (subject,))
    return tuple(map(_stored, rows))


def newest_polled(db: Db, system: str) -> datetime | None:
    """When that happened which the last event tells of, among those that the platform was asked for."""
    polled = f"substr(event_id, 1, {len(POLLED)}) = '{POLLED}'"  # as the index `events_polled` has it
    sql = f"SELECT happened_at FROM events WHERE system = ? AND {polled} ORDER BY seq DESC LIMIT 1"
    row = db.execute(sql, (system,)).fetchone()
    return None if row is None else moment_or_none(row["happened_at"])


def one(db: Db, seq: int) -> StoredEvent:
    row = db.execute(f"{_EVENT} WHERE e.seq = ?", (seq,)).fetchone()
    if row is None:
        raise KeyError(f"no event {seq}")
    return _stored(row)


def require_body(db: Db, seq: int) -> None:
    """Raises KeyError for an event that is not there, ValueError for one whose content is gone."""
    row = db.execute("SELECT coding FROM events WHERE seq = ?", (seq,)).fetchone()
    if row is None:
        raise KeyError(f"no event {seq}")
    if row["coding"] == GONE:
        raise ValueError(f"event {seq} cannot be replayed: its content was removed after the retention")


def _stored(row: Row) -> StoredEvent:
    return StoredEvent(
        seq=row["seq"],
        event=event_of(row),
        received_at=moment(row["received_at"]),
        as_of=moment(row["as_of"]),
        due_at=moment(row["due_at"]),
        round=row["round"],
        state=EventState(row["state"]),
        reason=row["reason"],
        mapping=row["mapping"],
        decide_by=row["decider"],
    )


def event_of(row: Row) -> Event:
    """The event of a row, as it came."""
    return Event(
        system=row["system"],
        kind=row["kind"],
        id=row["event_id"],
        subject=row["subject"],
        raw=unpack(row["raw"], row["coding"]),
        snapshot=load(row["snapshot"]),
        at=moment_or_none(row["happened_at"]),
        trace=trace_of(row["trace"]),
        part=() if row["part"] is None else tuple(load(row["part"])),
    )


def postpone(db: Db, seqs: Sequence[int], due_at: datetime) -> None:
    db.execute(f"UPDATE events SET due_at = ? WHERE seq IN ({marks(seqs)})", (stamp(due_at), *seqs))


def end(
    db: Db,
    seqs: Sequence[int],
    state: EventState,
    reason: str,
    at: datetime,
    *,
    queue: str = "",
    mapping: str = "",
) -> None:
    ended = (state.value, reason, queue, mapping, stamp(at))
    for seq in seqs:
        db.late(_END, (*ended, seq))


_END: Final = (
    "UPDATE events SET state = ?, reason = ?, queue = ?, mapping = ?, decide_by = '', ended_at = ? WHERE seq = ?"
)


def supersede_dead(db: Db, subject: str, before: int, at: datetime) -> None:
    """Events that were held or queued are done with, once a newer one of their subject was decided."""
    db.execute(
        "UPDATE events SET state = 'superseded', reason = ?, queue = '', ended_at = ?"
        " WHERE subject = ? AND seq < ? AND state IN ('held', 'queued')",
        (f"event {before} was decided", stamp(at), subject, before),
    )


def again(db: Db, seq: int, at: datetime, decide_by: str = "") -> int:
    """A new round for an event that is queued, held or done: decided afresh, with fresh reads. How many (0 or 1)."""
    done = db.execute(
        "UPDATE events SET state = 'waiting', round = round + 1, as_of = ?, due_at = ?, reason = '', queue = '',"
        " decide_by = ? WHERE seq = ? AND state <> 'waiting'",
        (stamp(at), stamp(at), decide_by, seq),
    )
    return done.rowcount


def saved_reads(db: Db, event: StoredEvent) -> Mapping[str, SavedRead]:
    rows = db.execute("SELECT * FROM reads WHERE event = ? AND round = ?", (event.seq, event.round))
    return {row["key"]: _saved(row) for row in rows}


def reads_of(db: Db, waiting: Sequence[StoredEvent]) -> Mapping[int, Mapping[str, SavedRead]]:
    """The reads of waiting events in their present rounds, as far as any were made."""
    found: dict[int, dict[str, SavedRead]] = {}
    rounds = {event.seq: event.round for event in waiting}
    if rounds:
        for row in db.execute(f"SELECT * FROM reads WHERE event IN ({marks(rounds)})", tuple(rounds)):
            if row["round"] == rounds[row["event"]]:
                found.setdefault(row["event"], {})[row["key"]] = _saved(row)
    return found


def _saved(row: Row) -> SavedRead:
    return SavedRead(_answer(row["answer"]), counts_of(row["counts"]), tuple(load(row["alerts"])))


def save_read(db: Db, event: StoredEvent, key: str, read: SavedRead, at: datetime) -> None:
    """`operation`, `error` and `queue` stand apart too, for the question whether reads of a kind work again."""
    answer = read.answer
    row: Values = {
        "event": event.seq,
        "round": event.round,
        "key": key,
        "operation": key.partition("(")[0],
        "answer": None if answer is None else dump(answer),
        "error": None if answer is None else answer.error,
        "queue": "" if answer is None else answer.queue,
        "counts": dump(read.counts),
        "alerts": dump(read.alerts),
        "at": stamp(at),
    }
    replaced = ", ".join(f"{name} = excluded.{name}" for name in row)
    db.execute(
        f"INSERT INTO reads ({', '.join(row)}) VALUES ({named(row)})"
        f" ON CONFLICT (event, round, key) DO UPDATE SET {replaced}",
        row,
    )


def trace_of(text: str | None) -> dict[str, str]:
    """The trace context of an event; empty for one that came without."""
    found: dict[str, str] = {} if text is None else load(text)
    return found


def counts_of(text: str) -> dict[int, int]:
    return {int(arm): used for arm, used in load(text).items()}


def _answer(text: str | None) -> Answer | None:
    if text is None:
        return None
    data = load(text)
    return Answer(data["value"], data["error"], outcome_of(data["outcome"]), data["queue"])
