"""Holds: opened once, closed by themselves when their reason is gone, or by a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from . import signals
from .codec import dump, dump_moments, load, moment, moment_or_none, stamp
from .database import Db, Row, insert
from .port import Decided, Hold, NewHold, Signal


def review(db: Db, decided: Decided) -> None:
    """Opens the holds a decision raises; closes those of reviewed rules, and of failed events, that it does not."""
    subject, mapping = decided.subject, decided.decision.mapping
    raised = {(hold.kind, hold.rule, hold.key) for hold in decided.holds}
    before = _open_ones(db, subject)
    for hold in before:
        if _reviewed(hold, decided) and (hold.kind, hold.rule, hold.key) not in raised:
            close(db, hold.id, _without_it(decided), decided.at)
    for new in decided.holds:
        open_one(db, subject, new, mapping, decided.at)
    if before:
        _close_superseded(db, subject, decided.at)


def _without_it(decided: Decided) -> str:
    if decided.cause == "event":
        return f"event {decided.lead.seq} was decided without it"
    return f"decided again without it ({decided.cause})"


def _reviewed(hold: Hold, decided: Decided) -> bool:
    """Whether the decision would have raised this hold again. Without a rule it concerns the record as a whole.

    The hold of an event that could not be decided stays while only the record known before is decided again.
    """
    if hold.kind == "event":
        return decided.cause == "event"
    if hold.kind == "wake" or (hold.kind == "decision" and not hold.rule):
        return True
    return hold.kind in ("decision", "correction") and hold.rule in decided.decision.reviewed


def open_one(db: Db, subject: str, new: NewHold, mapping: str, at: datetime) -> None:
    """Opens a hold, or refreshes the open one. What a person closed stays closed while the finding is the same."""
    last = _last(db, subject, new)
    said = {
        "reason": new.reason,
        "place": "" if new.place is None else str(new.place),
        "because": dump_moments(new.because),
        "mapping": mapping,
    }
    if last is not None and last["closed_at"] is None:
        fields = ", ".join(f"{name} = :{name}" for name in said)
        db.execute(f"UPDATE holds SET {fields} WHERE id = :id", {**said, "id": last["id"]})
    elif not _closed_by_hand(last, said, new):
        insert(db, "holds", {**_slot(subject, new), **said, "team": new.team, "opened_at": stamp(at)})
        signals.add(db, (Signal("", "held"),), at)


def _slot(subject: str, new: NewHold) -> dict[str, str | int]:
    """What tells holds apart."""
    return {"subject": subject, "kind": new.kind, "rule": new.rule, "key": dump(new.key), "effect": new.effect}


def _last(db: Db, subject: str, new: NewHold) -> Row | None:
    row: Row | None = db.execute(
        "SELECT * FROM holds WHERE subject = :subject AND kind = :kind AND rule = :rule AND key = :key"
        " AND effect = :effect ORDER BY id DESC LIMIT 1",
        _slot(subject, new),
    ).fetchone()
    return row


def _closed_by_hand(last: Row | None, said: Mapping[str, str], new: NewHold) -> bool:
    if last is None or not last["by_hand"] or new.kind not in ("decision", "correction", "audit"):
        return False
    return bool(last["reason"] == said["reason"] and last["because"] == said["because"])


def _open_ones(db: Db, subject: str) -> tuple[Hold, ...]:
    rows = db.execute("SELECT * FROM holds WHERE subject = ? AND closed_at IS NULL ORDER BY id", (subject,))
    return tuple(map(_hold, rows))


def _close_superseded(db: Db, subject: str, at: datetime) -> None:
    """The hold of an effect goes with the effect."""
    rows = db.execute(
        "SELECT h.id FROM holds h JOIN effects e ON e.id = h.effect"
        " WHERE h.subject = ? AND h.closed_at IS NULL AND e.state = 'superseded'",
        (subject,),
    ).fetchall()
    for row in rows:
        close(db, row["id"], "a newer version wants something else", at)


def close_of_effect(db: Db, effect: int, why: str, at: datetime) -> None:
    db.execute(
        "UPDATE holds SET closed_at = ?, closed_why = ?, by_hand = FALSE WHERE effect = ? AND closed_at IS NULL",
        (stamp(at), why, effect),
    )


def close_of_events(db: Db, subject: str, why: str, at: datetime) -> None:
    """The hold of events that cannot be decided goes with the last of them."""
    left = "SELECT 1 FROM events WHERE subject = ? AND state = 'held'"
    if db.execute(left, (subject,)).fetchone() is None:
        for hold in _open_ones(db, subject):
            if hold.kind == "event":
                close(db, hold.id, why, at)


def close(db: Db, hold: int, why: str, at: datetime, *, by_hand: bool = False) -> None:
    done = db.execute(
        "UPDATE holds SET closed_at = ?, closed_why = ?, by_hand = ? WHERE id = ? AND closed_at IS NULL",
        (stamp(at), why, by_hand, hold),
    )
    if not done.rowcount:
        raise KeyError(f"no open hold {hold}")


def assign(db: Db, hold: int, team: str) -> None:
    if not db.execute("UPDATE holds SET team = ? WHERE id = ?", (team, hold)).rowcount:
        raise KeyError(f"no hold {hold}")


def find(db: Db, subject: str | None, team: str | None, closed: bool) -> tuple[Hold, ...]:
    given = {name: value for name, value in (("subject", subject), ("team", team)) if value is not None}
    terms = (*(f"{name} = :{name}" for name in given), "TRUE" if closed else "closed_at IS NULL")
    return tuple(map(_hold, db.execute(f"SELECT * FROM holds WHERE {' AND '.join(terms)} ORDER BY id", given)))


def _hold(row: Row) -> Hold:
    return Hold(
        id=row["id"],
        subject=row["subject"],
        kind=row["kind"],
        rule=row["rule"],
        key=tuple(load(row["key"])),
        reason=row["reason"],
        team=row["team"],
        place=row["place"],
        because=load(row["because"]),
        mapping=row["mapping"],
        opened_at=moment(row["opened_at"]),
        closed_at=moment_or_none(row["closed_at"]),
        closed_why=row["closed_why"],
        effect=row["effect"],
        by_hand=bool(row["by_hand"]),
    )
