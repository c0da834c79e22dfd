"""Personal data goes out of the rows of one return in either database, and no sum changes."""

from __future__ import annotations

from typing import Any

import pytest

from retoure.delivery.store import erasing
from retoure.delivery.store.checking import inconsistent, wrong_sums
from retoure.delivery.store.copying import KEYS
from retoure.delivery.store.port import Resolution
from retoure.delivery.store.sql import SqlStore
from retoure.planning.personal import Mask
from retoure.runtime.program import operation_of

from .conftest import Bench, ReturnsMapping

ANNA = {"first_name": "Annabella", "email": "anna@shopper.example"}


def erased(bench: Bench, subject: str = "r1") -> bool:
    """Whether it could be erased."""

    def ask(store: SqlStore) -> bool:
        with store._data.transaction() as db:
            if not erasing.closed(db, subject):
                return False
            erasing.erase(db, subject, Mask(erasing.kept(db, subject)))
            return True

    return bench.ask(ask)


def cells(bench: Bench) -> list[str]:
    """Everything in the tables as text."""

    def ask(store: SqlStore) -> list[str]:
        with store._data.reading() as db:
            rows = [row for table in KEYS for row in db.execute(f"SELECT * FROM {table}").fetchall()]
            values = (row[name] for row in rows for name in tuple(row.keys()))
            return [str(bytes(value) if isinstance(value, memoryview) else value) for value in values]

    return bench.ask(ask)


def mistakes(bench: Bench) -> list[str]:
    def ask(store: SqlStore) -> list[str]:
        with store._data.reading() as db:
            found = list(inconsistent(db))
        return [*found, *wrong_sums(store._data, lambda name: operation_of(ReturnsMapping.manifests, name))]

    return bench.ask(ask)


def deliver(bench: Bench, **content: Any) -> None:
    bench.shop.always("refunds.send", {"done": True, "customer": ANNA, "note": "to Annabella"})
    bench.deliver(bench.returned(customer=ANNA, **content))


def test_nothing_of_the_person_is_left_and_the_sums_are_right(bench: Bench) -> None:
    deliver(
        bench,
        refund="Annabella wants it",
        mail="Dear Annabella",
        note="x",
        stock={"A": 2},
        watched="anna@shopper.example",
    )
    assert any("Annabella" in cell for cell in cells(bench))
    assert erased(bench)
    assert not [cell for cell in cells(bench) if "Annabella" in cell or "anna@" in cell]
    assert mistakes(bench) == []
    assert bench.effects() == ["applied"] * 4
    assert bench.ask(lambda store: store.story("r1")).effects[0]["body"] == {
        "order": "1",
        "reason": "[redacted] wants it",
    }


def test_keys_that_differ_by_the_person_alone_stay_apart(bench: Bench) -> None:
    """Names of fields stay, as those of the record's `stock` here."""
    deliver(bench, stock={"Annabella": 2, "anna@shopper.example": 1})
    assert erased(bench)
    left = [cell for cell in cells(bench) if "Annabella" in cell or "anna@" in cell]
    assert all('"stock":{"Annabella"' in cell for cell in left)
    assert mistakes(bench) == []
    story = bench.ask(lambda store: store.story("r1"))
    keys = [tuple(call["key"]) for call in story.effects]
    assert keys == [("r1", "[redacted]"), ("r1", "[redacted 2]")]
    assert [tuple(item["key"]) for item in story.decisions[0]["decision"]["wanted"]] == keys


def test_what_is_erased_later_takes_no_name_of_what_was_erased_before(bench: Bench) -> None:
    deliver(bench, stock={"Annabella": 2})
    assert erased(bench)
    bench.deliver(bench.returned(version=2, customer={"first_name": "Bertram"}, stock={"Bertram": 2}))
    assert erased(bench)
    keys = {tuple(call["key"]) for call in bench.ask(lambda store: store.story("r1")).effects}
    assert keys == {("r1", "[redacted]"), ("r1", "[redacted 2]")}
    assert mistakes(bench) == []


def test_a_hold_that_was_closed_keeps_its_words_without_the_person(bench: Bench) -> None:
    deliver(bench, status="hold", why="Annabella rang twice")
    assert not erased(bench)
    bench.ask(lambda store: store.close_hold(1, "told Annabella", bench.clock.now(), who="eve"))
    assert erased(bench)
    (hold,) = bench.ask(lambda store: store.holds(subject="r1", closed=True))
    assert (hold.reason, hold.closed_why) == ("[redacted] rang twice", "told [redacted]")


def test_what_a_call_failed_with_and_what_people_made_of_it(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "INVALID", times=1)
    bench.deliver(bench.returned(customer=ANNA, refund="Annabella"))
    bench.ask(lambda store: store.resolve(1, Resolution.LET_GO, "as asked", bench.clock.now()))
    assert erased(bench)
    assert not [cell for cell in cells(bench) if "Annabella" in cell]
    assert mistakes(bench) == []


def test_another_return_keeps_what_it_has(bench: Bench) -> None:
    deliver(bench, refund="a")
    bench.deliver(bench.returned("r2", customer={"first_name": "Bertram"}, refund="b"))
    assert erased(bench)
    assert any("Bertram" in cell for cell in cells(bench))


@pytest.mark.parametrize("content", [{"hours": 10_000}, {"mail": "refused"}])
def test_a_return_that_is_not_over_is_left(bench: Bench, content: dict[str, Any]) -> None:
    bench.shop.fails("mails.send", "INVALID")
    deliver(bench, **content)
    before = cells(bench)
    assert not erased(bench)
    assert cells(bench) == before
