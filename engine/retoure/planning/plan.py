"""What a mapping would do with the traffic of one return, as before and after of every field. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..delivery.ledger import Body, Change, Known
from ..delivery.reconcile import same
from ..delivery.store.port import NewHold
from ..runtime.decision import Decision, Outcome
from .cells import cells
from .personal import Mask
from .replay import Played, Player, play
from .results import Doing, EffectChange, HoldShown, ReturnPlan, Step
from .traffic import Journey


def planned(player: Player, journey: Journey, *, personal: bool = False) -> ReturnPlan:
    """The plan of one return. Before is what was applied, or what an earlier event wanted; after is wanted now."""
    mask = mask_of(journey, personal=personal)
    return ReturnPlan(journey.subject, tuple(_step(played, mask) for played in play(player, journey)))


def mask_of(journey: Journey, *, personal: bool) -> Mask:
    """What hides the personal data of a return."""
    answers = (answer.value for moment in journey.moments for answer in moment.answers.values())
    return Mask((*(moment.record for moment in journey.moments), *answers), off=personal)


def move(decision: Decision) -> str:
    """Where the decision leaves the return: `open → approved`, `stays approved`."""
    if decision.stale:
        return "older than what was decided before: nothing to do"
    if decision.entry is None:
        return f"stays {decision.stage}" if decision.stage else "not placed in any stage"
    start = (decision.entry.origin,) if decision.entry.origin else ("first seen",)
    return " → ".join((*start, *decision.entry.path))


def hold_shown(hold: NewHold, mask: Mask) -> HoldShown:
    """A hold without personal data."""
    return HoldShown(hold.team, mask.text(hold.reason), hold.rule, str(hold.place or ""))


def _step(played: Played, mask: Mask) -> Step:
    return Step(
        played.moment.name,
        move(played.decision),
        played.decision.version,
        tuple(found for change in played.changes for found in _effect(change, played, mask)),
        tuple(hold_shown(hold, mask) for hold in played.opened if hold.kind != "correction"),
        tuple(hold_shown(hold, mask) for hold in played.closed),
        played.reads,
        played.unanswered,
    )


def _effect(change: Change, played: Played, mask: Mask) -> Iterator[EffectChange]:
    """What is seen of a change: none where the ledger only learns something and nothing is sent."""
    known = played.before.entry(change.entry)
    if change.correction is not None:
        if _is_news(change, played):
            yield _correction(change, known, mask)
        return
    doing = _doing(change, known)
    if doing is None:
        return
    after = change.wanted.body if change.wanted else None
    before = known.body if known is not None else None
    calls = tuple(mask.data(call.body) for call in change.send if after is None or not same(call.body, after))
    found = cells(before, after, mask.data(before), mask.data(after))
    yield EffectChange(doing, *_named(change, known), found, calls)


def _doing(change: Change, known: Known | None) -> Doing | None:
    if not change.send:
        return Doing.WITHDRAWN if change.drop else None
    if change.wanted is None:
        return Doing.TAKEN_BACK
    return Doing.NEW if known is None or known.body is None else Doing.CHANGED


def _named(change: Change, known: Known | None) -> tuple[str, str, tuple[str, ...], str, str]:
    said: Any = change.wanted or known
    return said.verb, said.operation, said.key, said.rule, str(said.place)


def _is_news(change: Change, played: Played) -> bool:
    """Whether a correction is raised now, and was not before."""
    found = change.correction
    assert found is not None
    if found.outcome.ending.value == "skip":
        known = played.before.entry(change.entry)
        return known is None or not _alike(known.body, found.wanted)
    return any(
        (hold.kind, hold.rule, hold.key) == ("correction", found.rule, (found.operation, *found.key))
        for hold in played.opened
    )


def _alike(left: Body | None, right: Body | None) -> bool:
    return left is right or (left is not None and right is not None and same(left, right))


def _correction(change: Change, known: Known | None, mask: Mask) -> EffectChange:
    found = change.correction
    assert found is not None
    verb = known.verb if known else "do"
    shown = cells(found.sent, found.wanted, mask.data(found.sent), mask.data(found.wanted))
    said = _said(found.outcome, mask)
    return EffectChange(
        Doing.CORRECTION, verb, found.operation, found.key, found.rule, str(found.place), shown, (), said
    )


def _said(outcome: Outcome, mask: Mask) -> str:
    team = f" for {outcome.team}" if outcome.team else ""
    return f"{outcome.ending.value}{team}: {mask.text(outcome.reason)}"
