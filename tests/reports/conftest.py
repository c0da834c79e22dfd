"""One day of returns for all tests of reports, and returns as hypothesis makes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from retoure import load_deployment, open_store
from retoure.reports import Made, Period, ReturnBooks, period_of, read_returns
from retoure.reports.reading import return_books

from .day import ENVIRONMENT, Played, played_day

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Every kind of return the demo knows, played and booked."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        with played_day(tmp_path_factory.mktemp("day"), returns=19) as found:
            yield found


@pytest.fixture(scope="session")
def returns(day: Played) -> list[ReturnBooks]:
    """The returns of the day as reports see them."""
    with closing(open_store(load_deployment(day.file), create=False)) as store:
        return list(read_returns(store, always(), store.subjects()))


def at_moment(day: Played, name: str, moment: datetime) -> ReturnBooks | None:
    """One return of the day as it stood right before a moment."""
    with closing(open_store(load_deployment(day.file), create=False)) as store:
        period = always()
        cut = Period(None, moment, period.last, period.zone)
        return return_books(store.story(day.ids[name]), cut)


def always() -> Period:
    """All days there are."""
    return period_of(None, date(2999, 1, 1), "UTC", NOW)


def made(period: Period | None = None) -> Made:
    return Made("finance", NOW, period or always())
