"""The books as rows for spreadsheets and other programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ..delivery.store.port import Hold, Store, Story
from .personal import Mask

PAGE: Final = 500
"""Returns whose names are read at a time."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)

Progress = Callable[[int, int], None]
"""Is told how many returns are done, and how many there are, but for those that nobody could decide yet."""


@dataclass(frozen=True, slots=True)
class Exported:
    """One row of one table: returns, effects, attempts or holds."""

    table: str
    row: Mapping[str, Any]


def exported(store: Store, *, personal: bool = False, told: Progress = lambda done, total: None) -> Iterator[Exported]:
    """All rows, one return after the other."""
    total = store.count_decided(EVER)
    for done, subject in enumerate(_subjects(store)):
        told(min(done, total), total)
        story = store.story(subject)
        mask = Mask(_records(story), off=personal)
        yield Exported("returns", _return(story))
        yield from (Exported("effects", _effect(story, row, mask)) for row in story.effects)
        yield from (Exported("attempts", _attempt(story, row, mask)) for row in story.attempts)
        yield from (Exported("holds", _hold(hold, mask)) for hold in story.holds)


def _subjects(store: Store) -> Iterator[str]:
    """All returns by name, read in pages."""
    page = store.subjects_after("", PAGE)
    while page:
        yield from page
        page = store.subjects_after(page[-1], PAGE)


def _records(story: Story) -> Iterator[Any]:
    """Where personal data of a return may stand."""
    yield from (decision["record"] for decision in story.decisions)
    yield from (decision["answers"] for decision in story.decisions)
    yield from (event["snapshot"] for event in story.events)
    yield from (effect["body"] for effect in story.effects)


def _return(story: Story) -> Mapping[str, Any]:
    counts = Counter(row["state"] for row in story.effects)
    return {
        "return": story.subject,
        "version": story.state.version,
        "stage": story.state.stage,
        "first_received_at": story.events[0]["received_at"],
        "last_received_at": story.events[-1]["received_at"],
        "events": len(story.events),
        "decisions": len(story.decisions),
        "effects": dict(sorted(counts.items())),
        "open_holds": sum(hold.closed_at is None for hold in story.holds),
    }


_OF_EFFECT = (
    *("verb", "operation", "key", "rule", "place", "mapping", "state", "unsettled", "undo", "queue", "tries"),
    *("wanted_at", "changed_at"),
)


def _effect(story: Story, row: Mapping[str, Any], mask: Mask) -> Mapping[str, Any]:
    said = {"body": mask.data(row["body"]), "answer": mask.data(row["answer"]), "error": mask.text(row["error"])}
    plain = {name: row[name] for name in _OF_EFFECT} | {"key": mask.data(row["key"])}
    truths = {name: bool(row[name]) for name in ("unsettled", "undo")}
    return {"effect": f"effect-{row['id']}", "return": story.subject, **plain, **truths, **said}


def _attempt(story: Story, row: Mapping[str, Any], mask: Mask) -> Mapping[str, Any]:
    plain = {name: row[name] for name in ("step", "began_at", "ended_at", "outcome", "error")}
    names = {"attempt": row["id"], "effect": f"effect-{row['effect']}", "return": story.subject}
    return {**names, **plain, "message": mask.text(row["message"])}


def _hold(hold: Hold, mask: Mask) -> Mapping[str, Any]:
    return {
        "hold": f"hold-{hold.id}",
        "return": hold.subject,
        "kind": hold.kind,
        "rule": hold.rule,
        "key": mask.data(list(hold.key)),
        "effect": f"effect-{hold.effect}" if hold.effect else "",
        "team": hold.team,
        "place": hold.place,
        "reason": mask.text(hold.reason),
        "because": mask.data(hold.because),
        "opened_at": hold.opened_at,
        "closed_at": hold.closed_at,
        "closed_why": mask.text(hold.closed_why),
        "by_hand": hold.by_hand,
    }
