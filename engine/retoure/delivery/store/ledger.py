"""The ledger: what was wanted under which key, and every call made for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from ...connectors.port import Json
from ...runtime.decision import Wanted
from ..ledger import Change, Effect, EffectState, Known, NewCall, Replacement, Sent, Standing, effect_id
from . import doubt
from .codec import dump, load, moment, outcome_of, place_of, place_text, policy_of, policy_text, stamp
from .database import Db, Row, Value, Values, named
from .events import counts_of, trace_of
from .port import Attempt, Conclusion, Decided

_EFFECT: Final = (
    "SELECT e.*, l.verb, l.operation, l.key, l.rule, l.place, l.awaited,"
    " (SELECT coalesce(d.trace, v.trace) FROM decisions d JOIN events v ON v.seq = d.event WHERE d.id = e.decision)"
    " AS trace"
)
_OF_SUBJECT: Final = "FROM ledger l CROSS JOIN effects e WHERE l.subject = ? AND e.entry = l.id AND NOT e.past"
"""The calls of a subject that count, which do not grow with its age. CROSS tells SQLite where to begin; a state is
wrapped, so that it does not take the calls of all subjects in that state instead.
"""


def known(db: Db, subject: str) -> tuple[Known, ...]:
    """The subject's ledger entries, oldest first, with their calls but for those that count no more."""
    sent = db.execute(f"SELECT e.* {_OF_SUBJECT} ORDER BY e.id", (subject,))
    entries = db.execute("SELECT * FROM ledger WHERE subject = ? ORDER BY id", (subject,))
    calls: dict[int, list[Row]] = defaultdict(list)
    for row in sent:
        calls[row["entry"]].append(row)
    return tuple(_known(row, calls[row["id"]]) for row in entries)


def _known(row: Row, calls: list[Row]) -> Known:
    return Known(
        id=row["id"],
        verb=row["verb"],
        operation=row["operation"],
        key=tuple(load(row["key"])),
        rule=row["rule"],
        place=place_of(row["place"]),
        decided_at=moment(row["decided_at"]),
        body=load(row["body"]),
        undo=load(row["undo"]),
        on_change=outcome_of(load(row["on_change"])),
        policy=policy_of(row["policy"]),
        state=calls[-1]["state"] if calls else EffectState.APPLIED,
        sent=tuple(_sent(call, row["verb"]) for call in calls),
        awaited=bool(row["awaited"]),
        answer=next((load(call["answer"]) for call in reversed(calls) if _answered(call)), None),
        stands_for=row["stands_for"] or 0,
    )


def _answered(call: Row) -> bool:
    return call["state"] == EffectState.APPLIED and not call["undo"]


def _sent(row: Row, verb: str) -> Sent:
    """With the body the mapping wanted: what a person made of it stands for that."""
    body = load(row["original"] or row["body"])
    carried = Decimal(row["carried"] or 0)
    return Sent(row["id"], body, _standing(row, verb), row["identity"], bool(row["undo"]), carried)


def _standing(row: Row, verb: str) -> Standing:
    """A `do` that was skipped is over all the same: the platform may have refused it because it was done before."""
    state = EffectState(row["state"])
    if state is EffectState.SKIPPED and verb == "do":
        return Standing.MAYBE
    if state is EffectState.APPLIED:
        return Standing.APPLIED
    if state is EffectState.REPLACED:
        return Standing.REPLACED
    if state is EffectState.SUPERSEDED:
        return Standing.GONE
    return Standing.MAYBE if row["unsettled"] or state is EffectState.SENDING else Standing.OPEN


@dataclass(frozen=True, slots=True)
class Added:
    """A new entry of the ledger with its calls."""

    known: Known
    effects: tuple[Effect, ...]


def apply(db: Db, decided: Decided, decision: int) -> list[Added]:
    """Stores what a decision changes: entries, the calls that are superseded and those that are added. The new ones."""
    changes = decided.changes
    unsettled = any(change.send for change in changes) and doubt.in_doubt(db, decided.subject, decision, decided.at)
    new = [change for change in changes if change.entry is None and change.wanted is not None]
    entries = iter(db.numbers("ledger", len(new)))
    effects = iter(db.numbers("effects", sum(len(change.send) for change in changes)))
    shared = _Shared(decided, decision, unsettled, stamp(decided.at), stamp(decided.lead.as_of))
    added: list[Added] = []
    for change in changes:
        if change.drop:
            _supersede(db, change.drop, shared.at)
        if change.entry is None and change.wanted is not None:
            added.append(_add(db, shared, change, change.wanted, next(entries), effects))
        elif change.entry is not None:
            _change(db, shared, change, change.entry, effects)
    return added


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the changes of one decision have in common."""

    decided: Decided
    decision: int
    unsettled: bool
    at: str
    as_of: str


def _supersede(db: Db, effects: Iterable[int], at: str) -> None:
    db.executemany(
        "UPDATE effects SET state = 'superseded', queue = '', changed_at = ? WHERE id = ?",
        [(at, effect) for effect in effects],
    )


_ENTRY: Final = (
    "INSERT INTO ledger (id, subject, verb, operation, key, decided_at, rule, place, mapping, body, undo, on_change,"
    " policy, awaited) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_CALL_FIELDS: Final = (
    "id, entry, subject, decision, mapping, identity, undo, body, policy, unsettled, due_at, wanted_at, changed_at,"
    " priority, amount"
)
_NEXT: Final = "SELECT coalesce(max(number), 0) + 1 FROM effects WHERE entry = {entry} AND NOT past"
"""The number of the next call of an entry. The newest one is never past."""
_CALL: Final = (
    f"INSERT INTO effects ({_CALL_FIELDS}, number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {{number}})"
)
_FIRST_CALL: Final = _CALL.format(number="?")
_LATER_CALL: Final = _CALL.format(number=f"({_NEXT.format(entry='?')})")


def _add_call(db: Db, row: Values) -> None:
    """The next call of its entry."""
    number = _NEXT.format(entry=":entry")
    db.execute(f"INSERT INTO effects ({', '.join(row)}, number) VALUES ({named(row)}, ({number}))", row)


def _add(db: Db, shared: _Shared, change: Change, want: Wanted, number: int, effects: Iterator[int]) -> Added:
    """A new entry. `decided_at`, the `now` its body is computed with, is set once and for ever."""
    subject, columns = shared.decided.subject, _columns(shared.decided.decision.mapping, want)
    db.late(_ENTRY, (number, subject, want.verb, want.operation, dump(want.key), shared.as_of, *columns.values()))
    policy, body = columns["policy"], load(columns["body"])
    standing = Standing.MAYBE if shared.unsettled else Standing.OPEN
    sent: list[Sent] = []
    for nth, call in enumerate(change.send, 1):
        own = call.body is not want.body
        text, effect = dump(call.body) if own else columns["body"], next(effects)
        db.late(_FIRST_CALL, (*_call(shared, (effect, number), call, (text, policy), change), nth))
        sent.append(Sent(effect, load(text) if own else body, standing, call.identity, call.undo))
    known = Known(
        number,
        want.verb,
        want.operation,
        tuple(want.key),
        want.rule,
        want.place,
        shared.decided.lead.as_of,
        body,
        load(columns["undo"]),
        want.on_change,
        policy_of(policy),
        EffectState.WAITING if sent else EffectState.APPLIED,
        tuple(sent),
        want.awaited,
    )
    return Added(known, tuple(_due_now(shared, known, one, nth) for nth, one in enumerate(sent, 1)))


def _due_now(shared: _Shared, known: Known, sent: Sent, nth: int) -> Effect:
    """A new call as it will be read."""
    decided = shared.decided
    return Effect(
        sent.id,
        known.id,
        decided.subject,
        known.verb,
        known.operation,
        known.key,
        known.rule,
        known.place,
        decided.decision.mapping,
        sent.body,
        known.policy,
        EffectState.WAITING,
        decided.at,
        f"{decided.subject}/{effect_id(known.operation, known.key)}#{nth}",
        sent.identity,
        shared.unsettled,
        awaited=known.awaited,
        trace=decided.trace or decided.lead.event.trace,
    )


def _call(
    shared: _Shared, numbers: tuple[int, int], call: NewCall, texts: tuple[Value, Value], change: Change
) -> tuple[Value, ...]:
    """The row of a call: `numbers` are its own and its entry's, `texts` its body and its policy."""
    decided, at = shared.decided, shared.at
    said = (decided.decision.mapping, call.identity, call.undo, *texts, shared.unsettled)
    amount = None if call.amount is None else str(call.amount)
    return (*numbers, decided.subject, shared.decision, *said, at, at, at, int(change.priority), amount)


def _change(db: Db, shared: _Shared, change: Change, entry: int, effects: Iterator[int]) -> None:
    """What is now wanted of an entry that is there."""
    if change.wanted is None:
        db.execute("UPDATE ledger SET body = NULL WHERE id = ?", (entry,))
    else:
        columns = _columns(shared.decided.decision.mapping, change.wanted)
        fields = ", ".join(f"{name} = :{name}" for name in columns)
        db.execute(f"UPDATE ledger SET {fields} WHERE id = :id", {**columns, "id": entry})
    if change.send:
        policy = db.execute("SELECT policy FROM ledger WHERE id = ?", (entry,)).fetchone()["policy"]
        for call in change.send:
            row = _call(shared, (next(effects), entry), call, (dump(call.body), policy), change)
            db.late(_LATER_CALL, (*row, entry))


def _columns(mapping: str, want: Wanted) -> dict[str, Any]:
    """In the order of _ENTRY."""
    return {
        "rule": want.rule,
        "place": place_text(want.place),
        "mapping": mapping,
        "body": dump(want.body),
        "undo": None if want.undo is None else dump(want.undo),
        "on_change": None if want.on_change is None else dump(want.on_change),
        "policy": policy_text(want.policy),
        "awaited": want.awaited,
    }


def send_instead(db: Db, effect: int, replacement: Replacement, at: datetime) -> None:
    """Adds the effect that takes the place of a failed one: a `do` of the same rule, with an entry of its own."""
    failed = db.execute("SELECT * FROM effects WHERE id = ?", (effect,)).fetchone()
    entry = _stand_in(db, failed["entry"], replacement)
    if not replacement.send:
        return
    row: Values = {
        "entry": entry,
        "body": dump(replacement.instead.body),
        "policy": dump(replacement.policy),
        "identity": "",
        "id": db.numbers("effects", 1)[0],
        "priority": int(replacement.priority),
        "unsettled": doubt.in_doubt(db, failed["subject"], failed["decision"], at),
    }
    shared = {name: failed[name] for name in ("subject", "decision", "mapping")}
    _add_call(db, {**row, **shared, **dict.fromkeys(("due_at", "wanted_at", "changed_at"), stamp(at))})


def _stand_in(db: Db, original: int, replacement: Replacement) -> int:
    instead, policy = replacement.instead, dump(replacement.policy)
    if replacement.entry is not None:
        if replacement.send:
            db.execute(
                "UPDATE ledger SET body = ?, policy = ?, stands_for = ? WHERE id = ?",
                (dump(instead.body), policy, original, replacement.entry),
            )
        return replacement.entry
    names = "subject, rule, place, mapping, decided_at, on_change, awaited"
    number = db.numbers("ledger", 1)[0]
    db.execute(
        f"INSERT INTO ledger (id, {names}, verb, operation, key, body, policy, stands_for)"
        f" SELECT CAST(? AS INTEGER), {names}, 'do', ?, ?, ?, ?, id FROM ledger WHERE id = ?",
        (number, instead.operation, dump(instead.key), dump(instead.body), policy, original),
    )
    return number


def due(db: Db, subject: str, now: datetime) -> tuple[Effect, ...]:
    rows = db.execute(
        f"{_EFFECT} {_OF_SUBJECT} AND coalesce(e.state, '') = 'waiting' AND e.due_at <= ? AND {FIRST_OF_ITS_KIND}"
        " ORDER BY e.id",
        (subject, stamp(now)),
    )
    return tuple(map(_effect, rows))


_UNDISTURBED: Final = (
    "({call}.identity = '' OR {call}.unsettled OR NOT EXISTS (SELECT 1 FROM effects u"
    " WHERE u.identity = {call}.identity AND u.unsettled AND u.state = 'waiting' AND u.entry != {call}.entry))"
    " AND ({call}.identity = '' OR NOT EXISTS (SELECT 1 FROM effects s"
    " WHERE s.identity = {call}.identity AND s.state = 'sending' AND s.id != {call}.id))"
)
FIRST_OF_ITS_KIND: Final = (
    "NOT EXISTS (SELECT 1 FROM effects b WHERE b.entry = e.entry AND b.identity = e.identity AND b.id < e.id"
    f" AND NOT b.past AND b.state IN ('waiting', 'sending')) AND {_UNDISTURBED.format(call='e')} "
)
"""Calls for the same thing go one after the other, whoever they belong to: two that read, add and write at a time would
lose one addition. Nothing is written over a call whose outcome is unknown either: that would cover its traces."""


def one(db: Db, effect: int) -> Effect:
    row = db.execute(f"{_EFFECT} FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.id = ?", (effect,)).fetchone()
    if row is None:
        raise KeyError(f"no letter effect-{effect}")
    return _effect(row)


def _effect(row: Row) -> Effect:
    key = tuple(load(row["key"]))
    return Effect(
        id=row["id"],
        entry=row["entry"],
        subject=row["subject"],
        verb=row["verb"],
        operation=row["operation"],
        key=key,
        rule=row["rule"],
        place=place_of(row["place"]),
        mapping=row["mapping"],
        body=load(row["body"]),
        policy=policy_of(row["policy"]),
        state=EffectState(row["state"]),
        due_at=moment(row["due_at"]),
        call_key=_call_key(row, key),
        identity=row["identity"],
        unsettled=bool(row["unsettled"]),
        plan=load(row["plan"]),
        counts=counts_of(row["counts"]),
        queue=row["queue"],
        error=row["error"],
        tries=row["tries"],
        awaited=bool(row["awaited"]),
        trace=trace_of(row["trace"]),
    )


def _call_key(row: Row, key: tuple[str, ...]) -> str:
    """The same for every try of a call; another one once a person changed what it says."""
    edited = f".{row['edits']}" if row["edits"] else ""
    return f"{row['subject']}/{effect_id(row['operation'], key)}#{row['number']}{edited}"


_BEGIN: Final = "UPDATE effects SET state = 'sending', plan = ?, tries = tries + 1, changed_at = ? WHERE id = ?"
_BEGIN_ALONE: Final = f"{_BEGIN} AND {_UNDISTURBED.format(call='effects')}"
"""What is due may have been looked up before another call for the same thing began, or ended nobody knows how."""


def begin(db: Db, effect: Effect, plan: Json, at: datetime) -> bool:
    """False while another call for the same thing is under way, or has an unknown outcome. The try itself is noted once
    it has ended.
    """
    intent = (None if plan is None else dump(plan), stamp(at), effect.id)
    _take(db, effect)
    if not effect.identity:
        db.late(_BEGIN, intent)
        return True
    db.alone(f"call {effect.identity}")
    begun = db.execute(_BEGIN_ALONE, intent)
    return begun.rowcount > 0


def _take(db: Db, effect: Effect) -> None:
    """A call that is under way has to be looked up, should its end never be told."""
    book = db.shelf.find(effect.subject)
    if book is not None and book.handed.pop(effect.id, None) is None:
        db.shelf.forget((effect.subject,))


_CONCLUDE: Final = (
    "UPDATE effects SET state = ?, unsettled = ?, counts = ?, due_at = ?, queue = ?, error = ?, changed_at = ?,"
    " answer = coalesce(CAST(? AS TEXT), answer) WHERE id = ?"
)
_TRY: Final = (
    "INSERT INTO attempts (effect, step, began_at, ended_at, outcome, error, message)"
    " SELECT id, ?, CASE WHEN state = 'sending' THEN changed_at ELSE ? END, ?, ?, ?, ? FROM effects WHERE id = ?"
)


def conclude(db: Db, effect: Effect, attempt: Attempt, conclusion: Conclusion, at: datetime) -> None:
    ended = stamp(at)
    db.late(_TRY, (attempt.step, ended, ended, attempt.outcome, attempt.error, attempt.message, effect.id))
    new = (
        conclusion.state.value,
        conclusion.unsettled,
        dump(conclusion.counts) if conclusion.counts else "{}",
        ended if conclusion.due_at is None else stamp(conclusion.due_at),
        conclusion.queue,
        _told(attempt, conclusion),
        ended,
        None if attempt.answer is None else dump(attempt.answer),
        effect.id,
    )
    db.late(_CONCLUDE, new)
    if effect.identity and conclusion.state is EffectState.APPLIED:
        fold(db, effect.id)


_COVERED: Final = """
SELECT b.id, b.amount, b.carried, b.state FROM effects e CROSS JOIN effects b
 WHERE e.id = ? AND e.amount IS NOT NULL AND NOT e.undo AND b.entry = e.entry AND b.identity = e.identity
   AND b.id < e.id AND NOT b.past AND (b.state = 'superseded' OR (b.state = 'applied' AND b.amount IS NOT NULL))
"""


def fold(db: Db, effect: int) -> None:
    """A call that is applied says from now on what those before it did: they are past. So a decision looks at few
    calls, however often a return changed.
    """
    covered = db.execute(_COVERED, (effect,)).fetchall()
    if not covered:
        return
    applied = (row for row in covered if row["state"] == EffectState.APPLIED)
    carried = sum((Decimal(row["amount"]) + Decimal(row["carried"] or 0) for row in applied), Decimal(0))
    db.execute("UPDATE effects SET carried = ? WHERE id = ?", (str(carried), effect))
    db.executemany("UPDATE effects SET past = TRUE WHERE id = ?", [(row["id"],) for row in covered])


def _applied(known: Known, answer: Json) -> Known:
    """The entry once its last call took effect. (`replace` would take three times as long, and this is done often.)"""
    last = known.sent[-1]
    return Known(
        known.id,
        known.verb,
        known.operation,
        known.key,
        known.rule,
        known.place,
        known.decided_at,
        known.body,
        known.undo,
        known.on_change,
        known.policy,
        EffectState.APPLIED,
        (*known.sent[:-1], Sent(last.id, last.body, Standing.APPLIED, last.identity, last.undo)),
        known.awaited,
        answer,
        known.stands_for,
    )


def follow(db: Db, effect: Effect, attempt: Attempt, conclusion: Conclusion) -> None:
    """Keeps the books in memory right: after a call that took effect, and was the last of its entry."""
    book = db.shelf.find(effect.subject)
    if book is None:
        return
    known = book.known.get(effect.entry)
    more = conclusion.unsettled or effect.awaited or effect.identity or book.held
    plain = conclusion.state is EffectState.APPLIED and not more
    if known is None or not plain or known.sent[-1].id != effect.id or known.sent[-1].undo:
        db.shelf.forget((effect.subject,))
        return
    known = _applied(known, None if attempt.answer is None else load(dump(attempt.answer)))
    book.known[known.id] = known
    book.remembered[effect_id(known.operation, known.key)] = known.remembered
    book.unfinished.discard(effect.id)


def _told(attempt: Attempt, conclusion: Conclusion) -> str:
    if not attempt.error or conclusion.state is EffectState.REPLACED:
        return conclusion.reason
    return f"{attempt.error}: {attempt.message}"


def end_tries(db: Db, at: datetime, subject: str | None, why: str) -> None:
    """Notes that nobody knows what became of the calls under way. Earlier releases stored a try as it began."""
    values: Values = {"at": stamp(at), "why": why, "subject": subject}
    db.execute(
        "INSERT INTO attempts (effect, step, began_at, outcome)"
        f" SELECT id, 'send', changed_at, 'under way' FROM effects e WHERE {_orphans(subject)} AND NOT {UNDER_WAY}",
        values,
    )
    db.execute(
        "UPDATE attempts SET ended_at = :at, outcome = 'unknown', message = :why WHERE ended_at IS NULL"
        f" AND effect IN (SELECT id FROM effects WHERE {_orphans(subject)})",
        values,
    )


UNDER_WAY: Final = "EXISTS (SELECT 1 FROM attempts a WHERE a.effect = e.id AND a.ended_at IS NULL)"


def _orphans(subject: str | None) -> str:
    return "state = 'sending'" if subject is None else "state = 'sending' AND subject = :subject"


def recover(db: Db, at: datetime, subject: str | None, why: str, wait: timedelta = timedelta()) -> int:
    """Calls that are stored as under way, though nobody works on them, have an unknown outcome; due after `wait`."""
    end_tries(db, at, subject, why)
    if subject is None:
        db.shelf.clear()
    else:
        db.shelf.forget((subject,))
    values = {"at": stamp(at), "due": stamp(at + wait), "subject": subject}
    found = db.execute(
        "UPDATE effects SET state = 'waiting', unsettled = TRUE, due_at = :due, changed_at = :at"
        f" WHERE {_orphans(subject)}",
        values,
    )
    return found.rowcount
