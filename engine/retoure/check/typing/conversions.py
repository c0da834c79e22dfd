"""`as`: which conversions there are, what they need, and whether they can fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ...types.kinds import (
    DAY,
    INSTANT,
    INTEGER,
    MONEY,
    NUMBER,
    TEXT,
    Anything,
    Boolean,
    Day,
    Enum,
    Instant,
    Integer,
    MoneyType,
    Number,
    Opaque,
    Text,
    Type,
)

ROUNDINGS = ("half_up", "half_even", "down", "up")
WORDY = (Text, Enum, Opaque)
NUMERIC = (Integer, Number)


@dataclass(frozen=True, slots=True)
class Conversion:
    """One target of `as`: result, what `in` names (empty: nothing), sources, and when it can fail.

    `within_needed` says for a source whether `in` must be written; `fails` whether it can fail when not rounded.
    """

    result: Type
    sources: tuple[type, ...]
    within: str = ""
    within_needed: Callable[[Type], bool] = lambda source: False
    fails: Callable[[Type], bool] = lambda source: True
    rounds: bool = False
    pattern: bool = False


def _never(source: Type) -> bool:
    return False


def _from_words(source: Type) -> bool:
    return isinstance(source, WORDY)


CONVERSIONS: dict[str, Conversion] = {
    "text": Conversion(TEXT, (*WORDY, *NUMERIC, Boolean, Instant, Day, MoneyType), fails=_never),
    "integer": Conversion(
        INTEGER, (*WORDY, *NUMERIC), fails=lambda source: not isinstance(source, Integer), rounds=True
    ),
    "decimal": Conversion(NUMBER, (*WORDY, *NUMERIC, MoneyType), fails=_from_words),
    "money": Conversion(MONEY, (*WORDY, *NUMERIC), within="a currency", within_needed=lambda source: True, rounds=True),
    "cents": Conversion(
        INTEGER,
        (*WORDY, *NUMERIC, MoneyType),
        within="a currency",
        within_needed=lambda source: not isinstance(source, MoneyType),
        rounds=True,
    ),
    "instant": Conversion(
        INSTANT,
        (*WORDY, Instant),
        within="a zone",
        fails=lambda source: not isinstance(source, Instant),
        pattern=True,
    ),
    "date": Conversion(
        DAY,
        (*WORDY, Instant, Day),
        within="a zone",
        within_needed=lambda source: isinstance(source, Instant),
        fails=_from_words,
    ),
    "datetime": Conversion(
        TEXT, (Instant,), within="a zone", within_needed=lambda source: True, fails=_never, pattern=True
    ),
}


def accepts(conversion: Conversion, source: Type) -> bool:
    return isinstance(source, (*conversion.sources, Anything))
