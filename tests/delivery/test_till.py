"""Calls of a rate limit that several workers take from one database."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from retoure.connectors.budget import Limit, Till, TillClosed
from retoure.delivery.store.database import Values
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.postgres.till import _WAIT, DatabaseTill


@contextmanager
def tills(url: str, number: int = 2) -> Iterator[list[Till]]:
    """The till of one system as several processes see it."""
    stores = [PostgresStore(url) for _ in range(number)]
    try:
        yield [store.till("scayle") for store in stores]
    finally:
        for store in stores:
            store.close()


def test_one_call_finds_out_the_limit_while_the_others_wait(postgres: str) -> None:
    with tills(postgres) as (mine, other):
        assert mine.take("orders") == 0
        assert 0 < other.take("orders") <= 2
        mine.note("orders", Limit(5, 4, 60))
        assert other.take("orders") == 0


def test_a_limit_that_another_notes_meanwhile_is_no_reason_to_wait(
    postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is noted between the try to take a call, and the question how long to wait for the next."""
    run = DatabaseTill._run
    with tills(postgres) as (mine, other):
        assert mine.take("orders") == 0

        def noted_first(till: DatabaseTill, sql: str, values: Values) -> Any:
            if sql is _WAIT:
                mine.note("orders", Limit(5, 4, 60))
            return run(till, sql, values)

        monkeypatch.setattr(DatabaseTill, "_run", noted_first)
        assert 0 < other.take("orders") < 1
        assert other.take("orders") == 0


def test_together_they_take_what_there_is_and_no_more(postgres: str) -> None:
    taken: list[float] = []
    with tills(postgres, 3) as all_of_them:
        all_of_them[0].note("orders", Limit(20, 20, 60))
        threads = [threading.Thread(target=lambda t=till: taken.extend(t.take("orders") for _ in range(15)))
                   for till in all_of_them]  # fmt: skip
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (len(taken), taken.count(0.0)) == (45, 20)


def test_a_window_that_is_over_begins_anew(postgres: str) -> None:
    with tills(postgres) as (mine, other):
        mine.note("orders", Limit(2, 0, 0.5))
        assert 0 < other.take("orders") <= 0.5
        time.sleep(0.6)
        assert [mine.take("orders"), other.take("orders")] == [0, 0]
        assert other.take("orders") > 0


def test_an_answer_that_was_overtaken_gives_no_calls_back(postgres: str) -> None:
    with tills(postgres) as (mine, other):
        mine.note("orders", Limit(5, 1, 60))
        mine.note("orders", Limit(5, 4, 59))
        assert mine.take("orders") == 0
        assert other.take("orders") > 0


def test_a_refusal_empties_the_scope_for_all(postgres: str) -> None:
    with tills(postgres) as (mine, other):
        mine.note("orders", Limit(5, 4, 60))
        mine.note("orders", Limit(5, 0, 30), empty=True)
        assert other.take("orders") > 0
        assert other.take("stock") == 0


def test_a_platform_without_limits_is_never_slowed_down(postgres: str) -> None:
    with tills(postgres) as (mine, other):
        assert mine.take("orders") == 0
        mine.note("orders", None)
        assert [other.take("orders") for _ in range(5)] == [0] * 5


def test_a_database_that_is_away_closes_the_till(postgres: str) -> None:
    with closing(PostgresStore(postgres)) as store:
        till = store.till("scayle")
    with pytest.raises(TillClosed):
        till.take("orders")
