"""The ledger: what was wanted under which key, and every call made for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from ...connectors.port import Json
from ...runtime.decision import Wanted
from ..ledger import Change, Effect, EffectState, Known, NewCall, Replacement, Sent, Standing, effect_id
from . import doubt
from .codec import dump, load, moment, outcome_of, place_of, policy_of, stamp
from .database import Db, Row, Values, insert, named
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


def apply(db: Db, decided: Decided, decision: int) -> None:
    """Stores what a decision changes: entries, the calls that are superseded and those that are added."""
    at = stamp(decided.at)
    shared: Values = {
        "subject": decided.subject,
        "decision": decision,
        "mapping": decided.decision.mapping,
        **dict.fromkeys(("due_at", "wanted_at", "changed_at"), at),
    }
    if any(change.send for change in decided.changes):
        shared = {**shared, "unsettled": doubt.in_doubt(db, decided.subject, decision, decided.at)}
    for change in decided.changes:
        entry = _entry(db, decided, change)
        if change.drop:
            _supersede(db, change.drop, at)
        if entry is not None and change.send:
            own: Values = {"policy": _policy(db, entry, change.wanted), "priority": int(change.priority)}
            _send(db, {**shared, "entry": entry, **own}, change.send)


def _supersede(db: Db, effects: Iterable[int], at: str) -> None:
    db.executemany(
        "UPDATE effects SET state = 'superseded', queue = '', changed_at = ? WHERE id = ?",
        [(at, effect) for effect in effects],
    )


def _policy(db: Db, entry: int, wanted: Wanted | None) -> str:
    if wanted is not None:
        return dump(wanted.policy)
    policy: str = db.execute("SELECT policy FROM ledger WHERE id = ?", (entry,)).fetchone()["policy"]
    return policy


def _send(db: Db, shared: Values, calls: Iterable[NewCall]) -> None:
    for call in calls:
        amount = None if call.amount is None else str(call.amount)
        row: Values = {"identity": call.identity, "undo": call.undo, "body": dump(call.body), "amount": amount}
        _add(db, {**shared, **row})


def _add(db: Db, row: Values) -> None:
    """The next call of its entry. The newest one is never past."""
    number = "SELECT coalesce(max(number), 0) + 1 FROM effects WHERE entry = :entry AND NOT past"
    db.execute(f"INSERT INTO effects ({', '.join(row)}, number) VALUES ({named(row)}, ({number}))", row)


def _entry(db: Db, decided: Decided, change: Change) -> int | None:
    """The entry's number. `decided_at`, the `now` its body is computed with, is set once and for ever."""
    if change.entry is not None and change.wanted is None:
        db.execute("UPDATE ledger SET body = NULL WHERE id = ?", (change.entry,))
    if change.wanted is None:
        return change.entry
    want, columns = change.wanted, _columns(decided.decision.mapping, change.wanted)
    if change.entry is None:
        names = {"subject": decided.subject, "verb": want.verb, "operation": want.operation, "key": dump(want.key)}
        return insert(db, "ledger", {**names, "decided_at": stamp(decided.lead.as_of), **columns})
    fields = ", ".join(f"{name} = :{name}" for name in columns)
    db.execute(f"UPDATE ledger SET {fields} WHERE id = :id", {**columns, "id": change.entry})
    return change.entry


def _columns(mapping: str, want: Wanted) -> dict[str, str | int | None]:
    return {
        "rule": want.rule,
        "place": dump(want.place),
        "mapping": mapping,
        "body": dump(want.body),
        "undo": None if want.undo is None else dump(want.undo),
        "on_change": None if want.on_change is None else dump(want.on_change),
        "policy": dump(want.policy),
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
        "priority": int(replacement.priority),
        "unsettled": doubt.in_doubt(db, failed["subject"], failed["decision"], at),
    }
    shared = {name: failed[name] for name in ("subject", "decision", "mapping")}
    _add(db, {**row, **shared, **dict.fromkeys(("due_at", "wanted_at", "changed_at"), stamp(at))})


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
    made = db.execute(
        f"INSERT INTO ledger ({names}, verb, operation, key, body, policy, stands_for)"
        f" SELECT {names}, 'do', ?, ?, ?, ?, id FROM ledger WHERE id = ?"
        " RETURNING id",
        (instead.operation, dump(instead.key), dump(instead.body), policy, original),
    )
    number: int = made.fetchone()["id"]
    return number


def due(db: Db, subject: str, now: datetime) -> tuple[Effect, ...]:
    rows = db.execute(
        f"{_EFFECT} {_OF_SUBJECT} AND coalesce(e.state, '') = 'waiting' AND e.due_at <= ? AND {FIRST_OF_ITS_KIND}"
        " ORDER BY e.id",
        (subject, stamp(now)),
    )
    return tuple(map(_effect, rows))


FIRST_OF_ITS_KIND: Final = (
    "NOT EXISTS (SELECT 1 FROM effects b WHERE b.entry = e.entry AND b.identity = e.identity AND b.id < e.id"
    " AND NOT b.past AND b.state IN ('waiting', 'sending'))"
    " AND (e.unsettled OR e.identity = '' OR NOT EXISTS (SELECT 1 FROM effects u WHERE u.identity = e.identity"
    " AND u.unsettled AND u.state = 'waiting' AND u.entry != e.entry))"
    " AND (e.identity = '' OR NOT EXISTS (SELECT 1 FROM effects s WHERE s.state = 'sending'"
    " AND s.identity = e.identity AND s.id != e.id)) "
)
"""Calls for the same thing go one after the other, whoever they belong to: two that read, add and write at a time would
lose one addition. Nothing is written over a call whose outcome is unknown either: that would cover its traces."""


def one(db: Db, effect: int) -> Effect:
    row = db.execute(f"{_EFFECT} FROM effects e JOIN ledger l ON l.id = e.entry WHERE e.id = ?", (effect,)).fetchone()
    if row is None:
        raise KeyError(f"no effect {effect}")
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


def begin(db: Db, effect: Effect, plan: Json, at: datetime) -> bool:
    """False while another call for the same thing is under way."""
    if effect.identity:
        db.alone(f"call {effect.identity}")
    begun = db.execute(
        "UPDATE effects SET state = 'sending', plan = ?, tries = tries + 1, changed_at = ? WHERE id = ? AND ("
        "identity = '' OR NOT EXISTS (SELECT 1 FROM effects s WHERE s.state = 'sending'"
        " AND s.identity = effects.identity AND s.id != effects.id))",
        (dump(plan), stamp(at), effect.id),
    )
    if not begun.rowcount:
        return False
    db.execute("INSERT INTO attempts (effect, step, began_at) VALUES (?, 'send', ?)", (effect.id, stamp(at)))
    return True


def conclude(db: Db, effect: int, attempt: Attempt, conclusion: Conclusion, at: datetime) -> None:
    _close_attempt(db, effect, attempt, at)
    new = {
        "state": conclusion.state.value,
        "unsettled": conclusion.unsettled,
        "counts": dump(conclusion.counts),
        "due_at": stamp(conclusion.due_at or at),
        "queue": conclusion.queue,
        "error": _told(attempt, conclusion),
        "changed_at": stamp(at),
    }
    if attempt.answer is not None:
        new["answer"] = dump(attempt.answer)
    fields = ", ".join(f"{name} = :{name}" for name in new)
    db.execute(f"UPDATE effects SET {fields} WHERE id = :id", {**new, "id": effect})
    if conclusion.state is EffectState.APPLIED:
        fold(db, effect)


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


def _told(attempt: Attempt, conclusion: Conclusion) -> str:
    if not attempt.error or conclusion.state is EffectState.REPLACED:
        return conclusion.reason
    return f"{attempt.error}: {attempt.message}"


def _close_attempt(db: Db, effect: int, attempt: Attempt, at: datetime) -> None:
    ended = (stamp(at), attempt.outcome, attempt.error, attempt.message)
    if attempt.step == "send":
        db.execute(
            "UPDATE attempts SET ended_at = ?, outcome = ?, error = ?, message = ? WHERE id ="
            " (SELECT max(id) FROM attempts WHERE effect = ? AND step = 'send')",
            (*ended, effect),
        )
    else:
        db.execute(
            "INSERT INTO attempts (ended_at, outcome, error, message, effect, step, began_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (*ended, effect, attempt.step, stamp(at)),
        )


def recover(db: Db, at: datetime, subject: str | None, why: str, wait: timedelta = timedelta()) -> int:
    """Calls that are stored as under way, though nobody works on them, have an unknown outcome; due after `wait`."""
    orphans = "state = 'sending'" if subject is None else "state = 'sending' AND subject = :subject"
    values = {"at": stamp(at), "due": stamp(at + wait), "subject": subject, "why": why}
    db.execute(
        "UPDATE attempts SET ended_at = :at, outcome = 'unknown', message = :why WHERE ended_at IS NULL"
        f" AND effect IN (SELECT id FROM effects WHERE {orphans})",
        values,
    )
    found = db.execute(
        f"UPDATE effects SET state = 'waiting', unsettled = TRUE, due_at = :due, changed_at = :at WHERE {orphans}",
        values,
    )
    return found.rowcount
