from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from retoure.types.exact import decimal_of, number_of, whole_of
from retoure.types.moments import day_of, instant_of, text_of


@pytest.mark.parametrize("text", ["0", "-1", "76.4800", "0.0001", "9" * 28, "0." + "1" * 28])
def test_plain_decimals_are_read_exactly(text: str) -> None:
    assert str(decimal_of(text)) == text


@pytest.mark.parametrize(
    "text", ["", "+1", "1e3", "1,5", " 1", "1 ", "1\n", ".5", "5.", "NaN", "Infinity", "١", "9" * 29, "1" * 10**6]
)
def test_anything_else_is_no_decimal(text: str) -> None:
    assert decimal_of(text) is None


def test_whole_numbers_may_be_written_with_a_point() -> None:
    assert whole_of(3) == 3
    assert whole_of(Decimal("3.0")) == 3
    assert whole_of(Decimal("3E+2")) == 300


@pytest.mark.parametrize("value", [True, 3.0, "3", None, Decimal("3.5"), Decimal("1E+999999999"), Decimal("NaN")])
def test_what_is_no_whole_number(value: object) -> None:
    assert whole_of(value) is None


def test_binary_floats_and_booleans_are_no_numbers() -> None:
    assert number_of(0.1) is None
    assert number_of(False) is None
    assert number_of(Decimal("0.1")) == Decimal("0.1")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T10:14:05.512034Z", datetime(2026, 3, 2, 10, 14, 5, 512034, UTC)),
        ("2018-01-20T09:30:15+00:00", datetime(2018, 1, 20, 9, 30, 15, 0, UTC)),
        ("2026-03-02t10:14:05+02:00", datetime(2026, 3, 2, 8, 14, 5, 0, UTC)),
        ("2026-03-02 10:14:05z", datetime(2026, 3, 2, 10, 14, 5, 0, UTC)),
        ("2026-03-02T10:14:05.123456789Z", datetime(2026, 3, 2, 10, 14, 5, 123456, UTC)),
    ],
)
def test_instants_are_read_in_utc(text: str, moment: datetime) -> None:
    found = instant_of(text)
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026-03-02", "2026-03-02T10:14:05", "2026-03-02T10:14Z", "2026-02-30T10:14:05Z", "1772446542"),
        *("2026-03-02T25:14:05Z", "2026-03-02T10:14:60Z", "0001-01-01T00:00:00+14:00", "2026-03-02T10:14:05Z\n"),
        *("2026-03-02T10:14:05+0200", "2026-W10-1T10:14:05Z"),
    ],
)
def test_a_time_without_an_offset_or_a_place_on_the_calendar_is_none(text: str) -> None:
    assert instant_of(text) is None


def test_instants_are_written_in_utc() -> None:
    berlin = timezone(timedelta(hours=1))
    assert text_of(datetime(2026, 3, 2, 10, 0, tzinfo=berlin)) == "2026-03-02T09:00:00+00:00"
    with pytest.raises(ValueError, match="without an offset"):
        text_of(datetime(2026, 3, 2, 10, 0))


def test_days() -> None:
    assert day_of("2026-03-02") == date(2026, 3, 2)
    assert [day_of(text) for text in ("2026-02-30", "20260302", "2026-3-2", "")] == [None] * 4
