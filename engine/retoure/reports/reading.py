"""From the journal to `ReturnBooks`: how each return stood at the end of a period."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ..delivery.store.port import Hold, Store, Story
from . import reveni, scayle
from .period import Period
from .returns import Call, Purpose, Question, ReturnBooks, Standing

Row = Mapping[str, Any]

_NOW: Final = {
    "waiting": Standing.UNDER_WAY,
    "sending": Standing.UNDER_WAY,
    "applied": Standing.DONE,
    "queued": Standing.BY_HAND,
    "held": Standing.BY_HAND,
    "skipped": Standing.LET_GO,
    "replaced": Standing.VOID,
    "superseded": Standing.VOID,
}


def read_returns(store: Store, period: Period, subjects: Iterable[str]) -> Iterator[ReturnBooks]:
    """Those of the returns that were heard of before the end of the period, one after the other.

    What happened later is left out, so that a month can be closed, and closed again, whenever it suits. A call that
    came to its end later counts as under way.
    """
    for subject in subjects:
        found = return_books(store.story(subject), period)
        if found is not None:
            yield found


def return_books(story: Story, period: Period) -> ReturnBooks | None:
    """One return; None for one that was not heard of yet, and for a subject that nobody decided or asked about."""
    heard = [row for row in story.events if period.began(_at(row["received_at"]))]
    made = [row for row in story.decisions if not row["stale"] and period.began(_at(row["at"]))]
    followed = made or any(row["state"] not in ("ignored", "dropped") for row in heard)
    if not (heard and followed) and not any(_open(hold, period) for hold in story.holds):
        return None
    kept = [seen for row in made if (seen := _seen(row)) is not None]
    prices = scayle.prices_of(row["answers"] for row in kept)
    return ReturnBooks(
        story.subject,
        **(reveni.facts_of(kept[-1]["record"]) if kept else {}),
        calls=tuple(_calls(story, period, prices)),
        questions=tuple(_question(hold) for hold in story.holds if _open(hold, period)),
        heard_at=tuple(_at(row["received_at"]) for row in heard),
        received_at=_first(kept, reveni.CAME_BACK),
        approved_at=_first(kept, reveni.APPROVED),
        ended_at=_first(kept, reveni.ENDED),
        mapping=made[-1]["mapping"] if made else "",
        trimmed=bool(made) and not kept,
        letters=tuple(f"event-{row['seq']}" for row in heard if row["state"] == "queued"),
    )


def _seen(decision: Row) -> Row | None:
    """What a decision saw: record and answers, or what is kept of them after the retention."""
    return decision if decision["record"] is not None else decision["figures"]


def _first(decisions: Sequence[Row], statuses: frozenset[str]) -> datetime | None:
    """When the platform first said one of these."""
    found = (reveni.moment_of(row["record"]) for row in decisions if reveni.status_of(row["record"]) in statuses)
    return min((moment for moment in found if moment is not None), default=None)


def _calls(story: Story, period: Period, prices: scayle.Prices) -> Iterator[Call]:
    for row in story.effects:
        if period.began(_at(row["wanted_at"])):
            yield _call(story.subject, row, period, prices)


def _call(subject: str, row: Row, period: Period, prices: scayle.Prices) -> Call:
    purpose, at = scayle.purpose_of(row["operation"]), _at(row["changed_at"])
    return Call(
        row["id"],
        purpose,
        _NOW[row["state"]] if period.began(at) else Standing.UNDER_WAY,
        _at(row["wanted_at"]),
        at,
        line=_line(subject, row["key"], purpose),
        undo=bool(row["undo"]) and purpose is not Purpose.STOCK,
        error=row["error"],
        queue=row["queue"],
        place=_place(row["place"]),
        rule=row["rule"],
        operation=row["operation"],
        **scayle.facts_of(purpose, row["body"], prices),
    )


def _line(subject: str, key: Sequence[str], purpose: Purpose) -> str:
    """The part of the key after the return's own: the line, in mappings that keep to it."""
    per_line = purpose in (Purpose.STOCK, Purpose.REFUND, Purpose.SETTLED)
    return str(key[1]) if per_line and len(key) > 1 and key[0] == subject else ""


def _place(place: Row) -> str:
    return f"{place['file']}:{place['line']}"


def _open(hold: Hold, period: Period) -> bool:
    return period.began(hold.opened_at) and not period.began(hold.closed_at)


def _question(hold: Hold) -> Question:
    said = (hold.id, hold.kind, hold.rule, hold.reason, hold.team, hold.place, hold.opened_at)
    return Question(*said, effect=hold.effect, difference=hold.difference)


def _at(stamp: str) -> datetime:
    return datetime.fromisoformat(stamp)
