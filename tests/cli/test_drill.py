"""The damage drill: every kind is found, rightly named and in the right hands; and a verdict that can fail."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retoure.auditing import DifferenceClass
from retoure_cli.drill.damages import DAMAGES, SILENCE, Damage
from retoure_cli.drill.run import drill
from retoure_cli.drill.verdict import Seen, judged

C = DifferenceClass
HELD = replace(DAMAGES[0], kind=C.ORPHAN, owner="finance", also=frozenset())
HEALED = replace(HELD, kind=C.MISSING_THERE, owner="")


@pytest.mark.slow
def test_all_damage_is_found_and_nothing_else() -> None:
    drilled = drill(3, 5, lambda _: None)
    count = len(DAMAGES) + 1
    assert [row.wrong for row in drilled.verdict.rows if row.wrong] == []
    assert drilled.verdict.false == ()
    assert drilled.verdict.last_line == f"drill: {count} kinds of damage, {count} found, 0 false"


def test_there_are_at_least_25_kinds_each_of_its_own_name_and_of_all_classes() -> None:
    kinds = (SILENCE, *DAMAGES)
    assert len({damage.name for damage in kinds}) == len(kinds) >= 25
    assert {damage.kind for damage in kinds} == set(DifferenceClass)


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
