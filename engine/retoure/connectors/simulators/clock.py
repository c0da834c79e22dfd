"""The time a simulator lives in: a callable that gives an aware UTC datetime, so that a test can own it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

Clock = Callable[[], datetime]


class MovableClock(Protocol):
    """A clock that can be told that time has passed."""

    def __call__(self) -> datetime: ...

    def advance(self, seconds: float) -> datetime: ...


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


class ShiftedClock:
    """The clock under it, moved forward by everything passed to `advance`; days pass without waiting."""

    def __init__(self, under: Clock = wall_clock) -> None:
        self._under = under
        self._shift = timedelta()

    def __call__(self) -> datetime:
        return self._under() + self._shift

    def advance(self, seconds: float) -> datetime:
        """The new time; `seconds` may not be negative (ValueError): simulated time never runs backwards."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._shift += timedelta(seconds=seconds)
        return self()


class FixedClock:
    """A clock that stands still until told otherwise; two runs with it give the same bytes."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> datetime:
        """The new time, `seconds` later; ValueError when negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self.at += timedelta(seconds=seconds)
        return self.at


def movable(clock: Clock) -> MovableClock:
    """The clock itself when it can be moved, else a movable one over it."""
    return clock if isinstance(clock, ShiftedClock | FixedClock) else ShiftedClock(clock)
