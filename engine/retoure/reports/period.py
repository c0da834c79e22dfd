"""The span of time a report is about: whole days of one zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


class PeriodInvalid(ValueError):
    """Days or a zone that make no period; the text says why."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the moment `since` (None: from the beginning) to the moment before `until`; `last` is its last day."""

    since: datetime | None
    until: datetime
    last: date
    zone: ZoneInfo

    def holds(self, moment: datetime | None) -> bool:
        """Whether a moment lies in it; no moment does not."""
        return moment is not None and moment < self.until and (self.since is None or moment >= self.since)

    def began(self, moment: datetime | None) -> bool:
        """Whether a moment lies before its end."""
        return moment is not None and moment < self.until

    def __str__(self) -> str:
        first = f"from {self.since.astimezone(self.zone).date()} " if self.since else ""
        return f"{first}to the end of {self.last}, days of {self.zone.key}"


def period_of(first: date | None, last: date | None, zone: str, today: datetime) -> Period:
    """The days from `first` to `last`, both inclusive; without `last` up to today. Raises PeriodInvalid."""
    place = _zone(zone)
    end = last or today.astimezone(place).date()
    if first is not None and first > end:
        raise PeriodInvalid(f"the period ends on {end}, before it begins on {first}")
    since = _midnight(first, place) if first else None
    return Period(since, _midnight(end + timedelta(days=1), place), end, place)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as problem:
        raise PeriodInvalid(f'there is no time zone "{name}": write it like Europe/Berlin') from problem
