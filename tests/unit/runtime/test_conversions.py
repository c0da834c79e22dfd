"""`as`: what each conversion gives, and how it fails."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from retoure.runtime.convert import ConversionFailed, How, convert
from retoure.types.kinds import Money


@pytest.mark.parametrize(
    ("raw", "currency", "rounded", "cents"),
    [
        ("12.50", "EUR", None, 1250),
        ("12.50", "JPY", "half_up", 13),
        ("500", "JPY", None, 500),
        ("1.234", "KWD", None, 1234),
        ("1.2345", "KWD", "half_even", 1234),
        ("1.2355", "KWD", "half_even", 1236),
        ("0.005", "EUR", "half_up", 1),
        ("0.005", "EUR", "half_even", 0),
        ("0.009", "EUR", "down", 0),
        ("0.001", "EUR", "up", 1),
        ("-0.005", "EUR", "half_up", -1),
        ("99999999999999999999999999.995", "EUR", "down", 9999999999999999999999999999),
        (7, "EUR", None, 700),
        (Money(Decimal("79.9500"), "EUR"), None, None, 7995),
    ],
)
def test_cents(raw: Any, currency: str | None, rounded: str | None, cents: int) -> None:
    assert convert(raw, "cents", How(within=currency, rounded=rounded)) == cents


@pytest.mark.parametrize(
    ("raw", "to", "how", "why"),
    [
        ("12.505", "cents", How(within="EUR"), "not a whole number of minor units"),
        ("12.5", "cents", How(within="JPY"), "not a whole number of minor units"),
        ("12.50", "cents", How(within="EURO"), "not an ISO 4217"),
        ("12.50", "money", How(within="eur"), "not an ISO 4217"),
        ("12.50", "money", How(), "not an ISO 4217"),
        ("1", "cents", How(within="XAU"), "no minor unit"),
        ("1.5", "money", How(within="XAU", rounded="up"), "no minor unit"),
        ("1,50", "money", How(within="EUR"), '"1,50" is not a number'),
        ("1e3", "integer", How(), '"1e3" is not a number'),
        ("", "decimal", How(), '"" is not a number'),
        ("2.5", "integer", How(), "2.5 is not a whole number"),
        (True, "integer", How(), "yes is not a number"),
        ([1], "decimal", How(), r"\[1\] is not a number"),
        ({"a": 1}, "integer", How(), "is not a number"),
        (Decimal("1E+300"), "integer", How(), "too many digits"),
        (Decimal("1E-300"), "cents", How(within="EUR", rounded="up"), "too many digits"),
        ("2026-04-12 10:00", "instant", How(), "not an instant with an offset"),
        (5, "instant", How(), "5 is not a text"),
        ("12.04.2026", "date", How(), "not a date"),
        ("2026-02-30", "date", How(), "not a date"),
        ([], "date", How(), r"\[\] is not a text"),
    ],
)
def test_what_cannot_be_converted_says_so(raw: Any, to: str, how: How, why: str) -> None:
    with pytest.raises(ConversionFailed, match=why):
        convert(raw, to, how)


@pytest.mark.parametrize(
    ("raw", "to", "expected"),
    [
        ("3", "integer", 3),
        ("3.0", "integer", 3),
        (Decimal("3.00"), "integer", 3),
        ("1.50", "decimal", Decimal("1.50")),
        (Money(Decimal("1.50"), "EUR"), "decimal", Decimal("1.50")),
        (True, "text", "yes"),
        ({"b": 1, "a": [True]}, "text", '{"a":[true],"b":1}'),
        (date(2026, 4, 12), "date", date(2026, 4, 12)),
        ("2026-04-12", "date", date(2026, 4, 12)),
        ("2026-04-12T10:00:00+02:00", "instant", datetime(2026, 4, 12, 8, tzinfo=UTC)),
        (None, "cents", None),
    ],
)
def test_plain_conversions(raw: Any, to: str, expected: Any) -> None:
    assert convert(raw, to, How()) == expected


@pytest.mark.parametrize(
    ("word", "rounded"),
    [("half_up", [1, 2, 3, -3]), ("half_even", [0, 2, 2, -2]), ("down", [0, 1, 2, -2]), ("up", [1, 2, 3, -3])],
)
def test_rounding_words(word: str, rounded: list[int]) -> None:
    raw = [Decimal("0.5"), Decimal("1.5"), Decimal("2.5"), Decimal("-2.5")]
    assert [convert(number, "integer", How(rounded=word)) for number in raw] == rounded


def test_rounding_keeps_all_other_digits() -> None:
    wide = Decimal("1234567890123456789012345678.987654321")
    assert convert(wide, "money", How(within="EUR", rounded="half_up")).amount == Decimal(
        "1234567890123456789012345678.99"
    )


# ---- local times

BERLIN = "Europe/Berlin"
SHAPE = "yyyy-MM-dd HH:mm:ss"


@pytest.mark.parametrize(
    ("moment", "zone", "shape", "expected"),
    [
        ("2026-01-15T12:00:00", BERLIN, SHAPE, "2026-01-15 13:00:00"),
        ("2026-07-15T12:00:00", BERLIN, SHAPE, "2026-07-15 14:00:00"),
        ("2026-03-29T00:59:59", BERLIN, SHAPE, "2026-03-29 01:59:59"),
        ("2026-03-29T01:00:00", BERLIN, SHAPE, "2026-03-29 03:00:00"),
        ("2026-10-25T00:30:00", BERLIN, SHAPE, "2026-10-25 02:30:00"),
        ("2026-10-25T01:30:00", BERLIN, SHAPE, "2026-10-25 02:30:00"),
        ("2026-04-12T20:00:00", "Pacific/Kiritimati", "dd.MM.yyyy", "13.04.2026"),
        ("2026-04-12T10:00:00.123456", "UTC", "yyyyMMdd'T'HHmmssSSS", "20260412'T'100000123"),
        ("0999-04-12T10:00:00", "UTC", "yyyy%d", "0999%d"),
    ],
)
def test_local_times_are_written(moment: str, zone: str, shape: str, expected: str) -> None:
    aware = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert convert(aware, "datetime", How(pattern=shape, within=zone)) == expected


@pytest.mark.parametrize(
    ("text", "zone", "shape", "expected"),
    [
        ("2026-01-15 13:00:00", BERLIN, SHAPE, "2026-01-15T12:00:00"),
        ("2026-03-29 01:59:59", BERLIN, SHAPE, "2026-03-29T00:59:59"),
        ("2026-03-29 03:00:00", BERLIN, SHAPE, "2026-03-29T01:00:00"),
        ("12.04.2026", "UTC", "dd.MM.yyyy", "2026-04-12T00:00:00"),
        ("2026-04-12 10:00:00.125", "UTC", SHAPE + ".SSS", "2026-04-12T10:00:00.125"),
    ],
)
def test_local_times_are_read(text: str, zone: str, shape: str, expected: str) -> None:
    found = convert(text, "instant", How(pattern=shape, within=zone))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "shape", "why"),
    [
        ("2026-03-29 02:30:00", BERLIN, SHAPE, "is skipped in Europe/Berlin"),
        ("2026-10-25 02:30:00", BERLIN, SHAPE, "comes twice in Europe/Berlin"),
        ("2026-4-12 10:00:00", BERLIN, SHAPE, "does not look like"),
        ("2026-04-12 10:00", BERLIN, SHAPE, "does not look like"),
        ("2026-04-12 10:00:00 ", BERLIN, SHAPE, "does not look like"),
        ("2026-04-31 10:00:00", BERLIN, SHAPE, "does not look like"),
        ("2026 2026", BERLIN, "yyyy yyyy", "does not look like"),
        ("0001-01-01 00:00:00", "Asia/Tokyo", SHAPE, "does not look like"),
        ("2026-04-12 10:00:00", "Europe/Berln", SHAPE, "no time zone"),
        ("2026-04-12 10:00:00", "Europe", SHAPE, "no time zone"),
        ("2026-04-12 10:00:00", "../x", SHAPE, "no time zone"),
    ],
)
def test_local_times_that_are_no_moment(text: str, zone: str, shape: str, why: str) -> None:
    with pytest.raises(ConversionFailed, match=why):
        convert(text, "instant", How(pattern=shape, within=zone))


def test_moments_beyond_the_calendar() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    for to in ("datetime", "date"):
        with pytest.raises(ConversionFailed, match="has no date in America/New_York"):
            convert(first, to, How(pattern=SHAPE, within="America/New_York"))


def test_the_day_of_a_moment_depends_on_the_zone() -> None:
    late = datetime(2026, 4, 12, 22, 30, tzinfo=UTC)
    assert convert(late, "date", How(within="UTC")) == date(2026, 4, 12)
    assert convert(late, "date", How(within=BERLIN)) == date(2026, 4, 13)
