"""The class of a difference, decided from both values and from the work that waits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from retoure.runtime.differences import DifferenceClass, classified, explained
from retoure.types.kinds import Money

C = DifferenceClass
EUR = Money(Decimal("12.50"), "EUR")


@pytest.mark.parametrize(
    ("here", "there", "kind"),
    [
        (2, 0, C.MISSING_THERE),
        (2, 1, C.MISSING_THERE),
        (2, None, C.MISSING_THERE),
        ("accepted", None, C.MISSING_THERE),
        (0, 1, C.ORPHAN),
        (None, "billing_refunded", C.ORPHAN),
        (Money(Decimal("0.00"), "EUR"), EUR, C.ORPHAN),
        (1, 2, C.DUPLICATE),
        (EUR, Money(Decimal("12.51"), "EUR"), C.DIFFERENT_AMOUNT),
        (EUR, Money(Decimal("12.50"), "CHF"), C.DIFFERENT_AMOUNT),
        (Decimal("1.5"), 2, C.DIFFERENT_AMOUNT),
        ("accepted", "received", C.DIFFERENT_STATE),
        (True, False, C.DIFFERENT_STATE),
        (False, None, C.MISSING_THERE),
    ],
)
def test_the_values_tell_the_class(here: Any, there: Any, kind: DifferenceClass) -> None:
    assert classified(here, there) is kind


def test_work_that_waits_explains_what_is_missing_or_differs() -> None:
    assert explained(waits=True, corrects=False) == {C.MISSING_THERE, C.DIFFERENT_STATE, C.DIFFERENT_AMOUNT}
    assert explained(waits=False, corrects=False) == set()


def test_a_correction_explains_what_was_paid_and_is_no_longer_wanted_but_never_what_happened_twice() -> None:
    assert C.ORPHAN in explained(waits=False, corrects=True)
    assert C.DUPLICATE not in explained(waits=True, corrects=True)
