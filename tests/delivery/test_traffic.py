"""What the store tells whoever plays recorded traffic again."""

from __future__ import annotations

from .conftest import Bench


def test_an_event_that_comes_again_is_counted(bench: Bench) -> None:
    event = bench.returned("r1", note="x")
    bench.deliver(event)
    bench.deliver(event)
    found = bench.ask(lambda store: store.story("r1").events[0])
    assert found["repeats"] == 1
    assert found["repeated_at"] is not None


def test_recorded_decisions_hold_what_they_saw(bench: Bench) -> None:
    bench.deliver(bench.returned("r1", note="x"), bench.returned("r2", note="y"))
    bench.deliver(bench.returned("r1", note="z"))
    assert bench.ask(lambda store: store.decided_subjects()) == 2
    assert bench.ask(lambda store: store.decided_after("r1", 10)) == ("r2",)
    first, second = bench.ask(lambda store: store.recorded("r1"))
    assert (first.record["note"], second.record["note"]) == ("x", "z")
    assert bench.ask(lambda store: store.standing("r1")) == (second,)
    assert bench.ask(lambda store: store.standing("r3")) == ()
