"""A record that stands in the body of its event is not stored beside it, and is found by whoever looks for it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from retoure.connectors.port import Event
from retoure.delivery.store.bodies import LARGE
from retoure.delivery.store.port import Accepted
from retoure.delivery.store.sql import SqlStore
from retoure.types import json_text

from .conftest import START, Bench
from .test_erasing import cells, erased

NOW = START


def told(number: str = "e1", subject: str = "r1", **content: Any) -> Event:
    """An event whose record stands in its body, with what else a platform writes around it."""
    body = json_text.dump({"number": number, "data": {"object": {"id": subject, **content}}}).encode()
    return Event("desk", "return_noted", number, subject, body, part=("data", "object"))


def apart(event: Event) -> Event:
    """The same event with its record beside the body."""
    return replace(event, snapshot=event.record, part=())


def accepted(bench: Bench, event: Event) -> Accepted:
    return bench.ask(lambda store: store.accept(event, NOW))


def column(bench: Bench, name: str) -> list[Any]:
    def ask(store: SqlStore) -> list[Any]:
        with store._data.reading() as db:
            return [row[name] for row in db.execute("SELECT * FROM events ORDER BY seq").fetchall()]

    return bench.ask(ask)


@pytest.mark.parametrize("note", ["short", "x y " * LARGE], ids=["as it came", "compressed"])
def test_the_record_is_read_from_the_body_exactly(bench: Bench, note: str) -> None:
    content: dict[str, Any] = {
        "amount": Decimal("76.4800"),
        "factor": Decimal("1E+3"),
        "name": "Größe\u2028",
        "note": note,
    }
    event = told(**content)
    seq = accepted(bench, event).seq
    found = bench.ask(lambda store: store.event(seq)).event
    assert found == event
    assert found.record == {"id": "r1", **content}
    assert str(found.record["amount"]) == "76.4800"
    assert column(bench, "snapshot") == ["{}"]


def test_one_that_stands_nowhere_else_is_stored_by_itself(bench: Bench) -> None:
    event = apart(told(amount=Decimal("1.50")))
    seq = accepted(bench, event).seq
    found = bench.ask(lambda store: store.event(seq)).event
    assert (found, str(found.record["amount"])) == (event, "1.50")


def test_a_decision_sees_it(bench: Bench) -> None:
    bench.deliver(told(refund="a", version=1))
    assert bench.sent("refunds.send") == [{"order": "1", "reason": "a"}]


def test_the_story_of_a_return_shows_it_and_not_how_it_is_stored(bench: Bench) -> None:
    bench.ask(lambda store: store.accept_all([(told("e1", note="a"), NOW), (apart(told("e2")), NOW)]))
    shown = bench.ask(lambda store: store.story("r1")).events
    assert [row["snapshot"] for row in shown] == [{"id": "r1", "note": "a"}, {"id": "r1"}]
    assert not {"raw", "coding", "part"} & set(shown[0])


def test_of_an_erased_person_the_record_stays_without_the_person(bench: Bench) -> None:
    event = told(
        version=1, customer={"email": "anna@shopper.example"}, mail="Dear anna@shopper.example", amount=Decimal("1.50")
    )
    bench.deliver(event)
    assert erased(bench)
    assert not [cell for cell in cells(bench) if "anna@" in cell]
    (kept,) = (row["snapshot"] for row in bench.ask(lambda store: store.story("r1")).events)
    assert (kept["id"], str(kept["amount"])) == ("r1", "1.50")
    assert column(bench, "part") == [None]


def test_after_the_retention_it_is_gone_with_the_body(bench: Bench) -> None:
    bench.deliver(told(refund="a", version=1))
    bench.clock.time += timedelta(days=100)
    assert bench.ask(lambda store: store.compact(bench.clock.now())) == 1
    assert [row["snapshot"] for row in bench.ask(lambda store: store.story("r1")).events] == [None]
    assert accepted(bench, told(refund="a", version=1)).duplicate


# --- what was stored before


OLD = "1ec1c3470e0a2f76450a27c2d08d491aa4731e923895802a14f33a6f171ccced"
"""The hash that it had of the event below."""


def test_an_event_that_an_earlier_release_stored_is_known_by_its_content(bench: Bench) -> None:
    """Its hash was over the record as well as over the body."""
    event = told(amount=Decimal("1.50"))
    seq = accepted(bench, event).seq
    digested(bench, OLD)
    again, other = accepted(bench, event), accepted(bench, told(amount=2))
    assert (again.seq, again.duplicate, again.conflict) == (seq, True, False)
    assert (other.seq, other.duplicate, other.conflict) == (seq, True, True)


def test_an_event_without_an_id_has_the_name_it_had_before(bench: Bench) -> None:
    accepted(bench, replace(told(amount=Decimal("1.50")), id=""))
    assert column(bench, "identity") == [f"content:{OLD}"]


def digested(bench: Bench, digest: str) -> None:
    def ask(store: SqlStore) -> None:
        with store._data.transaction() as db:
            db.execute("UPDATE events SET digest = ?", (digest,))

    bench.ask(ask)
