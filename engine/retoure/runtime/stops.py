"""One finding, one stop: what several elements or several rules end in alike is told once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import takewhile

from msgspec.structs import replace

from .decision import Ending, Outcome, RuleNote, Stop


def told_once(stops: Sequence[Stop]) -> tuple[tuple[Stop, ...], tuple[RuleNote, ...]]:
    """The stops without repetitions, and a note for every rule whose stop another rule has told already.

    Elements of one rule with the same outcome become one stop, for what these elements have in common. No two stops
    of a rule have the same key.
    """
    if len(stops) <= 1:
        return tuple(map(_with_each_value_once, stops)), ()
    kept: list[Stop] = []
    notes: list[RuleNote] = []
    for stop in _by_rule(stops):
        first = next((other for other in kept if _alike(other, stop)), None)
        if first is None:
            kept.append(_under_own_key(stop, kept))
        else:
            text = f"stops for the same reason as rule {first.rule}"
            notes.append(RuleNote(stop.rule, stop.place, text))
    return tuple(kept), tuple(notes)


def _by_rule(stops: Iterable[Stop]) -> list[Stop]:
    groups: dict[tuple[str, Outcome], list[Stop]] = {}
    for stop in stops:
        groups.setdefault((stop.rule, stop.outcome), []).append(stop)
    return [_common(group) for group in groups.values()]


def _common(stops: Sequence[Stop]) -> Stop:
    """One stop for all elements that end alike: the loops around all of them, and the values of each."""
    if len(stops) == 1:
        return _with_each_value_once(stops[0])
    columns = takewhile(lambda column: len(set(column)) == 1, zip(*(stop.key for stop in stops), strict=False))
    values = {(origin.what, repr(origin.value)): origin for stop in stops for origin in stop.because}
    return replace(stops[0], key=tuple(column[0] for column in columns), because=tuple(values.values()))


def _with_each_value_once(stop: Stop) -> Stop:
    if len(stop.because) <= 1:
        return stop
    return replace(stop, because=tuple({(origin.what, repr(origin.value)): origin for origin in stop.because}.values()))


def _alike(first: Stop, stop: Stop) -> bool:
    """Whether two rules end alike. What is skipped is told by each rule: nobody has to do anything about it."""
    if stop.outcome.ending is Ending.SKIP:
        return False
    return (first.outcome, first.key) == (stop.outcome, stop.key) and first.rule != stop.rule


def _under_own_key(stop: Stop, kept: Sequence[Stop]) -> Stop:
    taken = {other.key for other in kept if other.rule == stop.rule}
    key, number = stop.key, 1
    while key in taken:
        number += 1
        key = (*stop.key, str(number))
    return replace(stop, key=key)
