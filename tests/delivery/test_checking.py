"""Books that do not add up are found."""

from __future__ import annotations

from contextlib import closing
from functools import partial

import pytest

from retoure.delivery.store.checking import SHOWN, inconsistent, wrong_sums
from retoure.runtime.program import operation_of

from .conftest import Bench, ReturnsMapping
from .old_story import go_on, play


def off(bench: Bench) -> list[str]:
    with closing(bench.look()) as store:
        return list(wrong_sums(store._data, partial(operation_of, ReturnsMapping.manifests)))


def changed(bench: Bench, sql: str) -> None:
    with closing(bench.look()) as store, store._data.transaction() as db:
        db.execute(sql)


def test_a_long_story_adds_up(bench: Bench) -> None:
    play(bench)
    assert off(bench) == []
    go_on(bench)
    assert off(bench) == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("effects SET body = '{\"sku\":\"A\",\"quantity\":7}' WHERE body LIKE '%\"quantity\":3%'", "stock.add(r1, A)"),
        ("effects SET state = 'superseded' WHERE body LIKE '%\"sku\":\"B\"%'", "stock.add(r1, B)"),
        ("ledger SET body = NULL WHERE operation = 'shop.notes.set'", "notes.set(r1)"),
        ("effects SET body = '{\"order\":\"1\",\"name\":\"return\"}' WHERE body LIKE '%\"y\"%'", "notes.set(r1)"),
        ("effects SET state = 'superseded' WHERE body LIKE '%reason%a%'", "refunds.send(r1)"),
    ],
)  # fmt: skip
def test_what_was_sent_must_be_what_is_wanted(bench: Bench, sql: str, what: str) -> None:
    play(bench)
    changed(bench, f"UPDATE {sql} AND subject = 'r1'")
    assert off(bench) == [f"return r1: what was sent for shop.{what} does not add up to what is wanted"]


def test_a_foreign_operation_is_told(bench: Bench) -> None:
    bench.deliver(bench.returned(mail="hello"))
    changed(bench, "UPDATE ledger SET operation = 'shop.flowers.send'")
    assert off(bench) == [
        "return r1: the operation 'flowers.send' is not in the manifests, so that its sums cannot be checked"
    ]


def test_made_twice_is_found(bench: Bench) -> None:
    bench.deliver(bench.returned(refund="a"))
    names = "entry, subject, decision, mapping, identity, body, policy, state, due_at, wanted_at, changed_at"
    changed(bench, f"INSERT INTO effects ({names}) SELECT {names} FROM effects")
    with closing(bench.look()) as store, store._data.reading() as db:
        (found,) = inconsistent(db)
    assert found == "entry 1 of the ledger is to be made once, and was made more than once"


def test_many_findings_of_a_kind_are_counted(bench: Bench) -> None:
    bench.deliver(*(bench.returned(f"r{number}", mail="hello") for number in range(SHOWN + 5)))
    changed(bench, "UPDATE effects SET queue = 'nowhere'")
    with closing(bench.look()) as store, store._data.reading() as db:
        found = list(inconsistent(db))
    assert (len(found), found[-1]) == (SHOWN + 1, "… and 5 more of these")
