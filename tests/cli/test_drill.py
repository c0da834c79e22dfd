"""The damage drill: its kinds, its quiet day, and a verdict that can fail.

The drill itself is played as an example of the command: `test_examples.py`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from retoure.auditing import DifferenceClass
from retoure_cli.drill.damages import BILLED, DAMAGES, SILENCE, TWICE, Damage
from retoure_cli.drill.quiet import WAYS, planned
from retoure_cli.drill.verdict import Seen, judged

C = DifferenceClass
HELD = replace(DAMAGES[0], kind=C.ORPHAN, owner="finance", also=frozenset())
HEALED = replace(HELD, kind=C.MISSING_THERE, owner="")


def test_there_are_at_least_25_kinds_each_of_its_own_name_and_of_all_classes() -> None:
    kinds = (SILENCE, *DAMAGES)
    assert len({damage.name for damage in kinds}) == len(kinds) >= 25
    assert {damage.kind for damage in kinds} == {*DifferenceClass, TWICE, BILLED}


def wrong(damage: Damage, *seen: Seen) -> str:
    told = {f"r{number}": each for number, each in enumerate(seen)}
    return judged([(damage, frozenset(told))], told).rows[0].wrong


@pytest.mark.parametrize(
    ("damage", "seen", "what"),
    [
        (HELD, Seen({C.ORPHAN: 1.0}, frozenset({"finance"})), ""),
        (HELD, Seen(), "not found"),
        (HELD, Seen({C.DUPLICATE: 1.0}, frozenset({"finance"})), "not found"),
        (HELD, Seen({C.ORPHAN: 1.0, C.DUPLICATE: 1.0}, frozenset({"finance"})), "also said to be: duplicate"),
        (HELD, Seen({C.ORPHAN: 1.0}), "not held for finance"),
        (HELD, Seen({C.ORPHAN: 1.0}, frozenset({"integration"})), "not held for finance"),
        (SILENCE, Seen({C.MISSING_HERE: 1.0}, frozenset(), frozenset({"integration"})), ""),
        (SILENCE, Seen({C.MISSING_HERE: 1.0}, frozenset(), frozenset({"finance"})), "not held for integration"),
        (SILENCE, Seen({C.MISSING_HERE: 1.0}, *[frozenset({"integration"})] * 2), "still held for integration"),
        (SILENCE, Seen(), "not found"),
        (HEALED, Seen({C.MISSING_THERE: 1.0}), ""),
        (HEALED, Seen({C.MISSING_THERE: 1.0}, frozenset({"finance"})), "not healed"),
    ],
)
def test_what_is_wrong_with_a_finding(damage: Damage, seen: Seen, what: str) -> None:
    assert wrong(damage, seen) == what


@pytest.mark.parametrize("seen", [Seen({C.ORPHAN: 1.0}), Seen({}, frozenset({"finance"}))])
def test_what_nobody_damaged_and_is_told_all_the_same_is_false(seen: Seen) -> None:
    verdict = judged([(HELD, frozenset({"r1"}))], {"r1": Seen({C.ORPHAN: 1.0}, frozenset({"finance"})), "r2": seen})
    assert (len(verdict.false), verdict.passed) == (1, False)
    assert verdict.last_line == "drill: 1 kinds of damage, 1 found, 1 false"


@pytest.mark.parametrize(
    ("seen", "false", "unasked"),
    [
        (Seen({}, frozenset({"finance"})), 0, 0),
        (Seen({C.STALLED: 1.0}, frozenset({"finance"})), 0, 0),
        (Seen({C.ORPHAN: 1.0}, frozenset({"finance"})), 1, 0),
        (Seen({}, frozenset({"finance", "operations"})), 1, 0),
        (Seen({}, frozenset()), 0, 1),
        (None, 0, 1),
    ],
)
def test_of_an_undamaged_return_those_are_asked_who_have_to_be(seen: Seen | None, false: int, unasked: int) -> None:
    verdict = judged([], {} if seen is None else {"r": seen}, {"r": frozenset({"finance"})})
    assert (len(verdict.false), len(verdict.unasked)) == (false, unasked)
    assert verdict.passed is (not false and not unasked)


def test_a_quiet_day_has_every_way_of_a_return_and_all_currencies() -> None:
    returns = [each for trip in planned(1, 1000) for each in trip.returns]
    assert len(returns) == 1000
    assert {way for _, way in returns} == set(WAYS)
    assert {wanted["currency"] for wanted, _ in returns} == {"EUR", "CHF", "JPY"}
    assert planned(1, 30) == planned(1, 30) != planned(2, 30)
