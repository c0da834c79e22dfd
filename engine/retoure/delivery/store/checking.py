"""Whether the books hold together: questions to the tables whose answers must be empty, and sums that must come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...runtime.decision import Decision, Wanted
from ..ledger import Known
from ..reconcile import OperationOf, reconcile
from . import ledger
from .database import Database, Db

SHOWN: Final = 20  # of each kind; of the others only how many there are

_EVENT_STATES: Final = "'waiting', 'done', 'superseded', 'ignored', 'held', 'queued', 'dropped'"
_EFFECT_STATES: Final = (
    "'waiting', 'sending', 'applied', 'queued', 'held', 'skipped', 'replaced', 'superseded'"  # see EffectState
)

QUESTIONS: Final[tuple[tuple[str, str], ...]] = (
    (
        "effect-{} belongs to no entry of the ledger, or to that of another return",
        "SELECT e.id FROM effects e LEFT JOIN ledger l ON l.id = e.entry AND l.subject = e.subject WHERE l.id IS NULL",
    ),
    (
        "effect-{} comes from a decision that is missing",
        (
            "SELECT e.id FROM effects e LEFT JOIN decisions d ON d.id = e.decision AND d.subject = e.subject"
            " WHERE d.id IS NULL"
        ),
    ),
    (
        "decision {} was made for an event that is missing",
        (
            "SELECT d.id FROM decisions d LEFT JOIN events v ON v.seq = d.event AND v.subject = d.subject"
            " WHERE v.seq IS NULL"
        ),
    ),
    (
        "move {} comes from a decision that is missing",
        "SELECT m.id FROM moves m LEFT JOIN decisions d ON d.id = m.decision WHERE d.id IS NULL",
    ),
    (
        "try {} belongs to no effect",
        "SELECT a.id FROM attempts a LEFT JOIN effects e ON e.id = a.effect WHERE e.id IS NULL",
    ),
    (
        "a read belongs to event-{}, which is missing",
        "SELECT DISTINCT r.event AS id FROM reads r LEFT JOIN events v ON v.seq = r.event WHERE v.seq IS NULL",
    ),
    (
        "wake {} is for a return that was never decided",
        "SELECT w.id FROM wakes w WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject = w.subject)",
    ),
    (
        "unit {} is picked by a return that was never decided",
        "SELECT p.unit AS id FROM picks p WHERE NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject = p.subject)",
    ),
    (
        "entry {} of the ledger stands for one that is missing",
        (
            "SELECT l.id FROM ledger l LEFT JOIN ledger o ON o.id = l.stands_for"
            " WHERE l.stands_for IS NOT NULL AND o.id IS NULL"
        ),
    ),
    ("event-{} is in an unknown state", f"SELECT seq AS id FROM events WHERE state NOT IN ({_EVENT_STATES})"),
    ("effect-{} is in an unknown state", f"SELECT id FROM effects WHERE state NOT IN ({_EFFECT_STATES})"),
    (
        "effect-{} has a try under way, but is not being sent",
        (
            "SELECT DISTINCT e.id FROM effects e JOIN attempts a ON a.effect = e.id"
            " WHERE a.ended_at IS NULL AND e.state <> 'sending'"
        ),
    ),
    (
        "effect-{} is in a queue without a name",
        "SELECT id FROM effects WHERE (state = 'queued') <> (queue <> '')",
    ),
    (
        "event-{} is in a queue without a name",
        "SELECT seq AS id FROM events WHERE (state = 'queued') <> (queue <> '')",
    ),
    (
        "effect-{} is held, but no hold asks anybody about it",
        (
            "SELECT e.id FROM effects e WHERE e.state = 'held'"
            " AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.effect = e.id AND h.closed_at IS NULL)"
        ),
    ),
    (
        "hold {} asks about a call that is over",
        (
            "SELECT h.id FROM holds h LEFT JOIN effects e ON e.id = h.effect"
            " WHERE h.closed_at IS NULL AND h.effect <> 0"
            " AND (e.id IS NULL OR e.state IN ('applied', 'superseded', 'replaced'))"
        ),
    ),
    (
        "effect-{} counts as past, but no later call of its entry was applied",
        (
            "SELECT e.id FROM effects e WHERE e.past AND NOT EXISTS (SELECT 1 FROM effects n WHERE n.entry = e.entry"
            " AND n.identity = e.identity AND n.id > e.id AND n.carried IS NOT NULL AND NOT n.past)"
        ),
    ),
    (
        "entry {} of the ledger is to be made once, and was made more than once",
        (
            "SELECT l.id FROM ledger l JOIN effects e ON e.entry = l.id"
            " WHERE l.verb = 'do' AND e.state = 'applied' GROUP BY l.id HAVING count(*) > 1"
        ),
    ),
)


def inconsistent(db: Db) -> Iterator[str]:
    """What in the tables contradicts itself, in words."""
    for text, sql in QUESTIONS:
        rows = db.execute(f"{sql} ORDER BY 1").fetchall()
        yield from (text.format(row["id"]) for row in rows[:SHOWN])
        if len(rows) > SHOWN:
            yield f"… and {len(rows) - SHOWN} more of these"


def wrong_sums(data: Database, operation_of: OperationOf) -> Iterator[str]:
    """Entries where what was sent and what waits does not add up to what is wanted. One return after the other, so
    that a worker may go on.
    """
    after = ""
    while True:
        with data.reading() as db:
            row = db.execute("SELECT min(subject) AS subject FROM ledger WHERE subject > ?", (after,)).fetchone()
            if row["subject"] is None:
                return
            after = row["subject"]
            known = ledger.known(db, after)
        yield from _off(after, known, operation_of)


def _off(subject: str, known: tuple[Known, ...], operation_of: OperationOf) -> Iterator[str]:
    try:
        changes = reconcile(known, _again(subject, known), operation_of)
    except KeyError as unknown:
        yield f"return {subject}: the operation {unknown} is not in the manifests, so that its sums cannot be checked"
        return
    names = {entry.id: f"{entry.operation}({', '.join(entry.key)})" for entry in known}
    for change in changes:
        if change.entry is not None and (change.send or change.drop):
            yield f"return {subject}: what was sent for {names[change.entry]} does not add up to what is wanted"


def _again(subject: str, known: tuple[Known, ...]) -> Decision:
    """A decision that wants what the ledger says is wanted: nothing may follow from it."""
    wanted = tuple(_wanted(entry) for entry in known if entry.body is not None and not entry.stands_for)
    return Decision(subject, "", "", wanted=wanted, reviewed=frozenset(entry.rule for entry in known))


def _wanted(entry: Known) -> Wanted:
    assert entry.body is not None
    return Wanted(
        entry.verb,
        entry.operation,
        entry.key,
        entry.body,
        entry.rule,
        entry.place,
        entry.policy,
        entry.on_change,
        undo=entry.undo,
        awaited=entry.awaited,
    )
