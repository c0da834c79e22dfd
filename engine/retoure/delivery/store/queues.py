"""Dead-letter queues: what lies in them, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final, TypeVar

from ..ledger import not_to_change
from . import events, holds, ledger, wakes, whose
from .codec import dump, load, moment, stamp
from .database import Db, Row, Values, insert
from .port import Again, Edit, EventState, Letter, ReplayBy, Resolution, Selection

DEAD: Final = ("queued", "held")
T = TypeVar("T")
PAGE: Final = 1000
"""Letters that are read at a time."""

_LETTERS: Final = """
SELECT 'effect-' || e.id AS id, e.queue, e.subject, l.operation || ' ' || l.key AS what, e.error,
       e.changed_at AS at, e.unsettled
  FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.state = 'queued'
UNION ALL
SELECT 'event-' || seq, queue, subject, system || ' ' || kind, reason, ended_at, FALSE
  FROM events WHERE state = 'queued'
"""


def find(db: Db, queue: str | None, subject: str | None, cause: str | None = None) -> tuple[Letter, ...]:
    everything = not (queue or subject or cause)
    return tuple(each(db, Selection("", queue or "", cause or "", subject or "", everything)))


def each(db: Db, selection: Selection, order: str = "at") -> Iterator[Letter]:
    """The letters of a queue, a return, a cause, or all, by their age or by `subject`. Read in pages: those that were
    given may change meanwhile, and many take no more memory than few.
    """
    sql = (
        f"SELECT * FROM ({_LETTERS}) AS letters WHERE (CAST(:queue AS TEXT) = '' OR queue = :queue)"
        " AND (CAST(:subject AS TEXT) = '' OR subject = :subject)"
        f" AND ({order} > :after OR ({order} = :after AND id > :id)) ORDER BY {order}, id LIMIT {PAGE}"
    )
    values: Values = {"queue": selection.queue, "subject": selection.subject, "after": "", "id": ""}
    while rows := db.execute(sql, values).fetchall():
        letters = map(_letter, rows)
        yield from (letter for letter in letters if selection.cause.upper() in ("", letter.cause.upper()))
        values = {**values, "after": rows[-1][order], "id": rows[-1]["id"]}


def _letter(row: Row) -> Letter:
    said = (row["id"], row["queue"], row["subject"], row["what"], row["error"])
    return Letter(*said, moment(row["at"]), bool(row["unsettled"]))


def sizes(db: Db) -> dict[str, int]:
    """How many letters lie in each queue that has any."""
    rows = db.execute(f"SELECT queue, count(*) FROM ({_LETTERS}) AS letters GROUP BY queue ORDER BY min(at)")
    return {row[0]: row[1] for row in rows}


def batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """The items, so many at a time."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


# --- going on


def replay(db: Db, at: datetime, selection: Selection, by: ReplayBy | None = None) -> int:
    return sum(replay_one(db, at, one.letter, by) for one in chosen(db, selection))


def lock(db: Db, selection: Selection) -> None:
    """Keeps everybody whom a replay touches for this transaction, in the order of their names."""
    if selection.letter:
        db.lock(*whose.letter(db, selection.letter))
    elif _subject_alone(selection):
        db.lock(selection.subject)
    else:
        for page in batched((letter.subject for letter in each(db, selection, "subject")), PAGE):
            db.lock(*set(page))


def chosen(db: Db, selection: Selection) -> Iterator[Again]:
    if selection.letter:
        yield from (Again(subject, selection.letter) for subject in whose.letter(db, selection.letter) or ("",))
    elif _subject_alone(selection):
        yield from (Again(selection.subject, letter) for letter in _dead(db, selection.subject))
    else:
        yield from (Again(letter.subject, letter.id) for letter in each(db, selection))


def _subject_alone(selection: Selection) -> bool:
    return bool(selection.subject) and not (selection.queue or selection.cause)


def _dead(db: Db, subject: str) -> list[str]:
    rows = db.execute(
        "SELECT 'event-' || seq AS id FROM events WHERE subject = ? AND state IN ('queued', 'held') UNION ALL"
        " SELECT 'effect-' || id FROM effects WHERE subject = ? AND state IN ('queued', 'held')",
        (subject, subject),
    )
    return [row["id"] for row in rows]


def replay_one(db: Db, due: datetime, letter: str, by: ReplayBy | None) -> int:
    kind, number = _parts(letter)
    if kind == "event":
        events.require_body(db, number)
        found = events.one(db, number).mapping if by is ReplayBy.ORIGINAL else ""
        return events.again(db, number, due, _kept(db, found))
    row = _effect(db, number)
    if row["state"] not in DEAD:
        return 0
    if by is ReplayBy.CURRENT:
        wakes.add(db, row["subject"], "replay", due, letter=number)
    else:
        send_again(db, number, due)
    return 1


def _parts(letter: str) -> tuple[str, int]:
    kind, _, number = letter.partition("-")
    if kind not in ("effect", "event") or not number.isdecimal():
        raise KeyError(f"no letter {letter}: they are called effect-7 or event-3")
    return kind, int(number)


def _effect(db: Db, number: int) -> Row:
    row: Row | None = db.execute("SELECT * FROM effects WHERE id = ?", (number,)).fetchone()
    if row is None:
        raise KeyError(f"no letter effect-{number}")
    return row


def send_again(db: Db, effect: int, at: datetime) -> None:
    """A call that was given up waits again, with fresh tries. One in another state is left alone."""
    db.execute(
        "UPDATE effects SET state = 'waiting', queue = '', counts = '{}', due_at = ?, changed_at = ?"
        " WHERE id = ? AND state IN ('queued', 'held')",
        (stamp(at), stamp(at), effect),
    )


def decide_again(db: Db, subject: str, at: datetime, by: ReplayBy | None) -> None:
    last = db.execute(
        "SELECT mapping FROM decisions WHERE subject = ? AND NOT stale ORDER BY id DESC LIMIT 1", (subject,)
    ).fetchone()
    if last is None:
        raise KeyError(f"return {subject} was never decided")
    wakes.add(db, subject, "replay", at, decide_by=_kept(db, last["mapping"] if by is ReplayBy.ORIGINAL else ""))


def _kept(db: Db, mapping: str) -> str:
    """A version that can decide once more. Raises ValueError where nobody could load it."""
    if mapping and db.execute("SELECT 1 FROM versions WHERE identity = ?", (mapping,)).fetchone() is None:
        raise ValueError(f"{mapping} decided it, of which no text is kept here: replay it by the version in force")
    return mapping


# --- a person's word


def edit(db: Db, effect: int, body: Mapping[str, Any], who: str, why: str, at: datetime) -> Edit:
    row = _effect(db, effect)
    refused = not_to_change(effect, row["state"], bool(row["unsettled"]))
    if refused:
        raise ValueError(refused)
    db.execute(
        "UPDATE effects SET original = coalesce(original, body), body = ?, edits = edits + 1, plan = NULL WHERE id = ?",
        (dump(body), effect),
    )
    made = Edit(effect, who, why, load(row["body"]), body, at)
    words = {"who": who, "why": why, "before": row["body"], "after": dump(body), "at": stamp(at)}
    insert(db, "edits", {"effect": effect, **words})
    _note(db, effect, "edited", f"{why} ({who})", at)
    return made


def edits(db: Db, *effects: int) -> tuple[Edit, ...]:
    """What people changed in these calls, one call after the other."""
    return tuple(
        Edit(effect, row["who"], row["why"], load(row["before"]), load(row["after"]), moment(row["at"]))
        for effect in effects
        for row in db.execute("SELECT * FROM edits WHERE effect = ? ORDER BY id", (effect,))
    )


def drop(db: Db, letter: str, why: str, at: datetime) -> None:
    kind, number = _parts(letter)
    if kind == "effect":
        resolve(db, number, Resolution.LET_GO, why, at)
        return
    found = events.one(db, number)
    if found.state not in DEAD:
        raise ValueError(f"{letter} is {found.state}: only what is queued or held can be dropped")
    events.end(db, (number,), EventState.DROPPED, why, at, mapping=found.mapping)
    holds.close_of_events(db, found.event.subject, f"{letter} was dropped: {why}", at)


def resolve(db: Db, effect: int, how: Resolution, why: str, at: datetime) -> None:
    row = db.execute("SELECT state FROM effects WHERE id = ?", (effect,)).fetchone()
    if row is None:
        raise KeyError(f"no letter effect-{effect}")
    if row["state"] not in DEAD:
        raise ValueError(f"effect-{effect} is {row['state']}: only one that is queued or held can be resolved")
    if how is Resolution.SEND_AGAIN:
        send_again(db, effect, at)
    state = {Resolution.APPLIED: "applied", Resolution.LET_GO: "skipped", Resolution.SEND_AGAIN: "waiting"}[how]
    db.execute(
        "UPDATE effects SET state = ?, unsettled = FALSE, queue = '', error = ?, changed_at = ? WHERE id = ?",
        (state, why, stamp(at), effect),
    )
    _note(db, effect, how.value, why, at)
    holds.close_of_effect(db, effect, f"{how.value}: {why}", at)
    if how is Resolution.APPLIED:
        ledger.fold(db, effect)
        wakes.answered(db, effect, at)


def _note(db: Db, effect: int, outcome: str, why: str, at: datetime) -> None:
    """What a person did stands among the tries."""
    db.execute(
        "INSERT INTO attempts (effect, step, began_at, ended_at, outcome, message) VALUES (?, 'person', ?, ?, ?, ?)",
        (effect, stamp(at), stamp(at), outcome, why),
    )
