"""Functions of moments and dates. Whatever speaks of a local day or clock names the zone."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from ..types.kinds import Anything, Day, Enum, Instant, Integer, Text, Type
from .declare import Example, Family, Limit, OutOfBounds, Param, Result, Types, whole_number

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BEYOND = "a result before the year 1 or after the year 9999"
CLOCKS = "A clock time that the change of the clocks skips is moved on by as much; one that comes twice is the first."

Time = TypeVar("Time", datetime, date)


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


ZONE_NAME = Limit('the name of a time zone, such as "Europe/Berlin"', _known)
ZONE = Param("zone", Text(), "The zone whose days and clocks are meant.", ZONE_NAME)
MOMENT = Param("moment", Instant(), "The moment.")
START = Param("start", Instant(), "The earlier moment.")
END = Param("end", Instant(), "The later moment; when it is the earlier one, the result is negative.")
DATE = Param("date", Day(), "The date.")
DAYS = Param("days", Integer(), "How many; a negative number goes back.")
NIGHT = {"sent": datetime(2026, 3, 27, 22, 30, tzinfo=UTC), "back": datetime(2026, 3, 29, 22, 30, tzinfo=UTC)}
LEAP = {"sent": datetime(2028, 1, 31, 9, 0, tzinfo=UTC)}
BOUGHT = {"bought": date(2026, 2, 27), "back": date(2026, 3, 2)}

dates = Family(
    "date", "A moment is the same everywhere; which day it belongs to depends on the zone, which must be named."
)


@dates.function(
    "plus_days",
    f"The moment so many calendar days later, at the same time of the clocks in the zone. {CLOCKS}",
    [MOMENT, DAYS, ZONE],
    Instant(),
    [
        Example('plus_days(sent, 14, "Europe/Berlin")', "2026-04-10T21:30:00+00:00", NIGHT),
        Example('plus_days(sent, -1, "Europe/Berlin")', "2026-03-26T22:30:00+00:00", NIGHT),
    ],
    refuses=BEYOND,
)
def plus_days(moment: datetime, days: int, zone: str) -> datetime:
    local = _local(moment, zone)
    return _moment(_later(local.date(), days), local, zone) if days else moment


@dates.function(
    "plus_working_days",
    f"The moment so many working days later, Monday to Friday; public holidays are not known. {CLOCKS}",
    [MOMENT, Param("days", Integer(), "How many.", whole_number(0, 1000)), ZONE],
    Instant(),
    [Example('weekday_of(plus_working_days(sent, 1, "Europe/Berlin"), "Europe/Berlin")', "monday", NIGHT)],
    refuses=BEYOND,
)
def plus_working_days(moment: datetime, days: int, zone: str) -> datetime:
    local = _local(moment, zone)
    day, left = local.date(), days
    while left:
        day = _later(day, 1)
        left -= day.weekday() < 5
    return _moment(day, local, zone) if days else moment


@dates.function(
    "plus_months",
    f"The moment so many months later, on the last day of the month where there is no such day. {CLOCKS}",
    [MOMENT, Param("months", Integer(), "How many; a negative number goes back."), ZONE],
    Instant(),
    [Example('plus_months(sent, 1, "Europe/Berlin")', "2028-02-29T09:00:00+00:00", LEAP)],
    refuses=BEYOND,
)
def plus_months(moment: datetime, months: int, zone: str) -> datetime:
    local = _local(moment, zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OutOfBounds("there is no such month")
    day = min(local.day, monthrange(year, month + 1)[1])
    return _moment(date(year, month + 1, day), local, zone) if months else moment


@dates.function(
    "plus_hours",
    "The moment so many hours later, whatever the clocks do.",
    [MOMENT, Param("hours", Integer(), "How many; a negative number goes back.")],
    Instant(),
    [Example("plus_hours(sent, 48)", "2026-03-29T22:30:00+00:00", NIGHT)],
    refuses=BEYOND,
)
def plus_hours(moment: datetime, hours: int) -> datetime:
    return _plus(moment, hours, 3600)


@dates.function(
    "plus_minutes",
    "The moment so many minutes later.",
    [MOMENT, Param("minutes", Integer(), "How many; a negative number goes back.")],
    Instant(),
    [Example("plus_minutes(sent, -30)", "2026-03-27T22:00:00+00:00", NIGHT)],
    refuses=BEYOND,
)
def plus_minutes(moment: datetime, minutes: int) -> datetime:
    return _plus(moment, minutes, 60)


@dates.function(
    "days_between",
    "The number of calendar days from one moment to another: how often midnight came in the zone.",
    [START, END, ZONE],
    Integer(),
    [
        Example('days_between(sent, back, "Europe/Berlin")', "3", NIGHT),
        Example('days_between(sent, back, "America/New_York")', "2", NIGHT),
    ],
    refuses=BEYOND,
)
def days_between(start: datetime, end: datetime, zone: str) -> int:
    return (_local(end, zone).date() - _local(start, zone).date()).days


@dates.function(
    "hours_between",
    "The whole hours that passed from one moment to another.",
    [START, END],
    Integer(),
    [Example("hours_between(sent, back)", "48", NIGHT)],
)
def hours_between(start: datetime, end: datetime) -> int:
    return _passed(start, end, timedelta(hours=1))


@dates.function(
    "minutes_between",
    "The whole minutes that passed from one moment to another.",
    [START, END],
    Integer(),
    [Example("minutes_between(back, sent)", "-2880", NIGHT)],
)
def minutes_between(start: datetime, end: datetime) -> int:
    return _passed(start, end, timedelta(minutes=1))


@dates.function(
    "start_of_day",
    "The moment at which the day began that a moment belongs to in the zone.",
    [MOMENT, ZONE],
    Instant(),
    [Example('start_of_day(back, "Europe/Berlin")', "2026-03-29T22:00:00+00:00", NIGHT)],
    refuses=BEYOND,
)
def start_of_day(moment: datetime, zone: str) -> datetime:
    return start_of_date(_local(moment, zone).date(), zone)


@dates.function(
    "start_of_date",
    "The moment at which a date begins in the zone.",
    [DATE, ZONE],
    Instant(),
    [Example('start_of_date(back, "Europe/Berlin")', "2026-03-01T23:00:00+00:00", BOUGHT)],
    refuses=BEYOND,
)
def start_of_date(day: date, zone: str) -> datetime:
    return _moment(day, time(), zone)


@dates.function(
    "day_of",
    "The date that a moment belongs to in the zone.",
    [MOMENT, ZONE],
    Day(),
    [
        Example('day_of(sent, "Europe/Berlin")', "2026-03-27", NIGHT),
        Example('day_of(sent, "Asia/Tokyo")', "2026-03-28", NIGHT),
    ],
    refuses=BEYOND,
)
def day_of(moment: datetime, zone: str) -> date:
    return _local(moment, zone).date()


@dates.function(
    "weekday_of",
    "The day of the week in the zone.",
    [MOMENT, ZONE],
    Enum("weekday", WEEKDAYS),
    [
        Example('weekday_of(sent, "Europe/Berlin")', "friday", NIGHT),
        Example('weekday_of(sent, "Asia/Tokyo") is one of (saturday, sunday)', "yes", NIGHT),
    ],
    refuses=BEYOND,
)
def weekday_of(moment: datetime, zone: str) -> str:
    return WEEKDAYS[_local(moment, zone).weekday()]


@dates.function(
    "year_of",
    "The year in the zone.",
    [MOMENT, ZONE],
    Integer(),
    [Example('year_of(sent, "UTC")', "2026", NIGHT)],
    refuses=BEYOND,
)
def year_of(moment: datetime, zone: str) -> int:
    return _local(moment, zone).year


@dates.function(
    "month_of",
    "The month in the zone, 1 to 12.",
    [MOMENT, ZONE],
    Integer(),
    [Example('month_of(sent, "UTC")', "3", NIGHT)],
    refuses=BEYOND,
)
def month_of(moment: datetime, zone: str) -> int:
    return _local(moment, zone).month


@dates.function(
    "day_of_month",
    "The day of the month in the zone, 1 to 31.",
    [MOMENT, ZONE],
    Integer(),
    [Example('day_of_month(sent, "Asia/Tokyo")', "28", NIGHT)],
    refuses=BEYOND,
)
def day_of_month(moment: datetime, zone: str) -> int:
    return _local(moment, zone).day


@dates.function(
    "hour_of",
    "The full hour that the clocks show in the zone, 0 to 23.",
    [MOMENT, ZONE],
    Integer(),
    [Example('hour_of(back, "Europe/Berlin")', "0", NIGHT)],
    refuses=BEYOND,
)
def hour_of(moment: datetime, zone: str) -> int:
    return _local(moment, zone).hour


@dates.function(
    "date_plus_days",
    "The date so many days later.",
    [DATE, DAYS],
    Day(),
    [Example("date_plus_days(bought, 3)", "2026-03-02", BOUGHT)],
    refuses=BEYOND,
)
def date_plus_days(day: date, days: int) -> date:
    return _later(day, days)


@dates.function(
    "days_between_dates",
    "The number of days from one date to another; negative when the second one is earlier.",
    [Param("start", Day(), "The earlier date."), Param("end", Day(), "The later date.")],
    Integer(),
    [Example("days_between_dates(bought, back)", "3", BOUGHT)],
)
def days_between_dates(start: date, end: date) -> int:
    return (end - start).days


def _alike(given: Types) -> Type | None:
    """Two moments, or two dates."""
    if any(isinstance(kind, Anything) for kind in given):
        return Anything()
    return given[0] if type(given[0]) is type(given[1]) else None


ALIKE = Result("what was given: an instant or a date", _alike)
FIRST = Param("first", (Instant(), Day()), "A moment or a date.")
SECOND = Param("second", (Instant(), Day()), "Another one of the same type.")


@dates.function(
    "earlier_of",
    "The earlier of two moments or dates.",
    [FIRST, SECOND],
    ALIKE,
    [Example("earlier_of(bought, back)", "2026-02-27", BOUGHT)],
)
def earlier_of(first: Time, second: Time) -> Time:
    return min(first, second)


@dates.function(
    "later_of",
    "The later of two moments or dates.",
    [FIRST, SECOND],
    ALIKE,
    [Example("later_of(sent, back)", "2026-03-29T22:30:00+00:00", NIGHT)],
)
def later_of(first: Time, second: Time) -> Time:
    return max(first, second)


def _local(moment: datetime, zone: str) -> datetime:
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError as problem:
        raise OutOfBounds(f"{moment.isoformat()} has no date in {zone}") from problem


def _moment(day: date, clock: datetime | time, zone: str) -> datetime:
    """The moment at which the clocks in the zone show a time on a day."""
    at = time(clock.hour, clock.minute, clock.second, clock.microsecond)
    try:
        return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError as problem:
        raise OutOfBounds(f"{day.isoformat()} in {zone} is not in the years 1 to 9999") from problem


def _later(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError as problem:
        raise OutOfBounds("a date is not in the years 1 to 9999") from problem


def _plus(moment: datetime, count: int, seconds: int) -> datetime:
    try:
        return moment + timedelta(seconds=count * seconds)
    except OverflowError as problem:
        raise OutOfBounds("a moment is not in the years 1 to 9999") from problem


def _passed(start: datetime, end: datetime, unit: timedelta) -> int:
    return (end - start) // unit if end >= start else -((start - end) // unit)
