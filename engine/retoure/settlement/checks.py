"""The checks of reveni.md 8, by their letters. Each is a pure function of a Case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from .against_reveni import billed_twice, disbursements, rejected_instant
from .against_scayle import bonus_apart, fee_once, original_payment
from .cases import Case, Outcome, Sides
from .rounding import rounded_once

Check = Callable[[Case], Sides]

CHECKS: Final[tuple[tuple[str, str, Check], ...]] = (
    ("a", "instant bank transfers are the disbursements", disbursements),
    ("b", "nothing is billed twice", billed_twice),
    ("c", "rejected instant returns are credited", rejected_instant),
    ("d", "refunds by the original payment are SCAYLE's", original_payment),
    ("e", "bonus and goods of store credit stand apart", bonus_apart),
    ("f", "the shopper's fee is deducted once", fee_once),
    ("g", "amounts are rounded once, at the line", rounded_once),
)


def checked(case: Case) -> tuple[Outcome, ...]:
    """All checks, in the order of their letters."""
    found = ((letter, question, check(case)) for letter, question, check in CHECKS)
    return tuple(
        Outcome(letter, question, sides.ours, sides.theirs, tuple(sides.findings), sides.checked)
        for letter, question, sides in found
    )
