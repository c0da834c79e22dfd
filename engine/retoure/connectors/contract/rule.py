"""One rule of the contract, and what came of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from .stand import Stand


@dataclass(frozen=True)
class Rule:
    """What every connector promises; `keep` raises Broken where it does not, NotApplicable where it need not."""

    name: str
    promise: str
    keep: Callable[[Stand], Awaitable[None]]

    def __str__(self) -> str:
        return self.name


class Outcome(StrEnum):
    """What came of trying a rule."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Verdict:
    """One rule tried on one connector; `detail` says how it was broken, or why it does not apply."""

    rule: str
    promise: str
    outcome: Outcome
    detail: str = ""
