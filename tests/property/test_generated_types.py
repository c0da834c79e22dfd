"""Functions generated from types answer what the references answer, and give up only where those find something."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retoure.types.generated.functions import WARM, Function
from retoure.types.generated.lifting import LIFTERS
from retoure.types.generated.lowering import LOWERERS
from retoure.types.kinds import Record, Type
from retoure.types.lift import lift, lift_by_reference
from retoure.types.load import load_system
from retoure.types.lower import lower, lower_by_reference
from retoure.types.system_files import known_systems

from .types import damaged, record, value

SHIPPED = [type_ for version in known_systems() for type_ in load_system(version).types.values()]
MANY = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=300)
UNUSUAL = (tuple, bytes, float)


def answered(function: Function, given: Any) -> str | None:
    """The answer as text, in which the order of fields and the type of each number can be seen; None for none."""
    try:
        return repr(function(given, given))
    except Exception:
        return None


def agrees(function: Function, given: Any, reference: tuple[Any, tuple[Any, ...]]) -> bool:
    """Whether the function says what the reference says. What is no JSON it may leave to the reference."""
    expected, wrong = reference
    found = answered(function, given)
    if found is None:
        return bool(wrong) or any(kind.__name__ in _kinds(given) for kind in UNUSUAL)
    return not wrong and found == repr(expected)


def _kinds(given: Any) -> set[str]:
    inside = given.values() if isinstance(given, dict) else given if isinstance(given, list | tuple) else ()
    return {type(given).__name__}.union(*map(_kinds, inside))


def check(random: Random, type_: Type) -> None:
    whole = value(random, type_)
    typed, wrong = lift_by_reference(whole, type_)
    for each in (whole, damaged(random, whole)):
        assert agrees(LIFTERS.of(type_), each, lift_by_reference(each, type_)), each
    for each in (typed, damaged(random, typed)) if not wrong else ():
        assert agrees(LOWERERS.of(type_), each, lower_by_reference(each, type_)), each


@MANY
@given(st.integers(0, 2**32))
def test_types_made_by_chance(seed: int) -> None:
    random = Random(seed)
    type_ = record(random)
    for _ in range(5):
        check(random, type_)


@pytest.mark.parametrize("type_", SHIPPED, ids=str)
def test_types_of_the_platforms(type_: Record) -> None:
    random = Random(str(type_))
    for _ in range(20):
        check(random, type_)


def test_a_type_in_use_has_functions_which_take_what_is_usual() -> None:
    type_ = record(Random(1))
    whole = value(Random(2), type_)
    for _ in range(WARM + 1):
        typed, _ = lift(whole, type_)
        lower(typed, type_)
    assert LIFTERS.known(type_) is LIFTERS.of(type_)
    assert LOWERERS.known(type_) is LOWERERS.of(type_)
    assert (typed, ()) == lift_by_reference(whole, type_)
    assert answered(LIFTERS.of(type_), whole) == repr(typed)
