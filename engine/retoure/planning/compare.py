"""One return played through two mappings, and what differs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from ..delivery.ledger import Body
from ..delivery.store.port import NewHold
from ..runtime.decision import Ending
from .cells import Cell, cells
from .personal import Mask
from .plan import mask_of, move
from .replay import Played, Player, play
from .results import EffectDifference, ReturnDifference, Side, StepDifference, WordsDifference
from .traffic import Journey

Name = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that would be sent, and the rule that wants it."""

    verb: str
    operation: str
    key: tuple[str, ...]
    body: Body
    rule: str
    place: str


def compared(before: Player, after: Player, journey: Journey, *, personal: bool = False) -> ReturnDifference | None:
    """What two mappings do differently with one return; None when nothing is.

    Each starts from the same, and remembers what it has done itself.
    """
    mask = mask_of(journey, personal=personal)
    both = zip(play(before, journey), play(after, journey), strict=True)
    steps = (_step(old, new, mask) for old, new in both)
    found = tuple(step for step in steps if step.effects or step.words)
    return ReturnDifference(journey.subject, found) if found else None


def _step(old: Played, new: Played, mask: Mask) -> StepDifference:
    effects = tuple(_effects(_calls(old), _calls(new), mask))
    return StepDifference(new.moment.name, new.decision.version, effects, tuple(_words(old, new, mask)))


def _calls(played: Played) -> dict[Name, list[Call]]:
    found: dict[Name, list[Call]] = {}
    for change in played.changes:
        said = change.wanted or played.before.entry(change.entry)
        for call in change.send if said is not None else ():
            assert said is not None
            made = Call(said.verb, said.operation, said.key, call.body, said.rule, str(said.place))
            found.setdefault((said.operation, said.key), []).append(made)
    return found


def _effects(
    olds: Mapping[Name, Sequence[Call]], news: Mapping[Name, Sequence[Call]], mask: Mask
) -> Iterator[EffectDifference]:
    for name in dict.fromkeys((*olds, *news)):
        for old, new in zip_longest(olds.get(name, ()), news.get(name, ())):
            found = _cells(old, new, mask)
            call = new or old
            if call is not None and (found or old is None or new is None or old.verb != new.verb):
                side = Side.BEFORE if new is None else Side.AFTER if old is None else Side.BOTH
                yield EffectDifference(side, call.verb, call.operation, call.key, call.rule, call.place, found)


def _cells(old: Call | None, new: Call | None, mask: Mask) -> tuple[Cell, ...]:
    before, after = (call.body if call else None for call in (old, new))
    return cells(before, after, mask.data(before), mask.data(after))


# --- what is said rather than sent


def _words(old: Played, new: Played, mask: Mask) -> Iterator[WordsDifference]:
    moves = (move(old.decision), move(new.decision))
    if moves[0] != moves[1]:
        yield WordsDifference("stage", *moves)
    yield from _pairs("hold", _holds(old.opened, mask), _holds(new.opened, mask))
    yield from _pairs("hold settled", _holds(old.closed, mask), _holds(new.closed, mask))
    yield from _pairs("skip", _skips(old, mask), _skips(new, mask))
    yield from _pairs("not answered", _reads(old), _reads(new))


def _pairs(what: str, olds: Mapping[object, str], news: Mapping[object, str]) -> Iterator[WordsDifference]:
    """What only one says, and what both say differently. The same words under another name are no difference."""
    said_twice = set(olds.values()) & set(news.values())
    for name in dict.fromkeys((*olds, *news)):
        before, after = (said.get(name, "") for said in (olds, news))
        before, after = ("" if text in said_twice else text for text in (before, after))
        if before != after:
            yield WordsDifference(what, before, after)


def _holds(holds: Iterable[NewHold], mask: Mask) -> dict[object, str]:
    return {(hold.kind, hold.rule, hold.key): f"for {hold.team}: {mask.text(hold.reason)}" for hold in holds}


def _skips(played: Played, mask: Mask) -> dict[object, str]:
    stops = (stop for stop in played.decision.stops if stop.outcome.ending is Ending.SKIP)
    return {(stop.rule, stop.key): f"rule {stop.rule}: {mask.text(stop.outcome.reason)}" for stop in stops}


def _reads(played: Played) -> dict[object, str]:
    return {key: key for key in played.unanswered}
