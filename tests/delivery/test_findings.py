"""What audits make of differences: news of the followed system, what is set again, what waits already, grace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from retoure.connectors.port import CallFailed, Event
from retoure.delivery.auditing import AuditRun
from retoure.delivery.findings import Fate
from retoure.runtime.differences import DifferenceClass

from .conftest import Bench
from .test_auditing import audited, booked, paid

C = DifferenceClass


def told(run: AuditRun) -> list[tuple[str, DifferenceClass, Fate]]:
    return [(found.label, found.kind, found.fate) for found in run.differences]


def agreed(bench: Bench, **content: Any) -> None:
    """A return that both systems agree on."""
    booked(bench, 10)
    bench.deliver(paid(bench, **content))


def unheard(bench: Bench, version: int, **content: Any) -> Event:
    """The platform's record changes, and its message is lost."""
    return paid(bench, version=version, **content)


def test_the_class_of_a_difference_is_stored_with_its_hold(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    audited(bench)
    (hold,) = bench.ask(lambda store: store.holds())
    assert hold.difference == C.MISSING_THERE


def test_news_that_no_message_told_of_are_taken_in(bench: Bench) -> None:
    agreed(bench)
    unheard(bench, 2, note="seen")
    run = audited(bench)
    assert (told(run), run.healed, run.different) == ([("version", C.MISSING_HERE, Fate.HEALED)], 1, 0)
    bench.deliver()
    assert [body["text"] for body in bench.sent("notes.set")] == ["seen"]
    assert told(audited(bench)) == []


def test_news_are_waited_for_while_the_limit_is_used_up(bench: Bench) -> None:
    agreed(bench)
    unheard(bench, 2, note="seen")
    used_up = CallFailed("RATE_LIMITED", "used up", retry_after=40.0)
    bench.desk.once("returns.get", used_up, arguments=("r1",), times=2)
    before = bench.clock.time
    assert told(audited(bench)) == [("version", C.MISSING_HERE, Fate.HEALED)]
    assert bench.clock.time - before >= timedelta(seconds=80)


def test_an_edit_without_a_new_version_is_taken_in_too(bench: Bench) -> None:
    agreed(bench)
    unheard(bench, 1, note="edited by hand")
    assert told(audited(bench)) == [("note", C.ORPHAN, Fate.HEALED)]
    bench.deliver()
    assert [body["text"] for body in bench.sent("notes.set")] == ["edited by hand"]


def test_a_record_that_goes_back_in_time_is_held(bench: Bench) -> None:
    booked(bench, 10)
    bench.deliver(paid(bench), paid(bench, version=2))
    unheard(bench, 1)
    assert audited(bench).healed == 1
    bench.deliver()
    run = audited(bench)
    assert ([found.fate for found in run.differences], run.different) == ([Fate.HELD], 1)
    assert "another state of this record" in bench.open_holds()[0][1]


def test_a_record_that_its_own_system_no_longer_knows_is_held(bench: Bench) -> None:
    agreed(bench)
    del bench.desk.records["r1"]
    assert told(audited(bench)) == [("record", C.MISSING_THERE, Fate.HELD)]
    assert bench.open_holds() == [("audit", "desk no longer knows this record", "integration")]


def test_healing_sets_states_again_and_moves_nothing_twice(bench: Bench) -> None:
    bench.deliver(paid(bench, heal=True, note="n", refund="late", stock={"A": 2}))
    audited(bench)
    bench.deliver()
    counts = bench.shop.counts()
    assert (counts["notes.set"], counts["refunds.send"], counts["stock.add"]) == (2, 1, 1)


def test_what_lies_in_a_queue_stands_for_the_difference(bench: Bench) -> None:
    booked(bench, 9)
    bench.shop.fails("refunds.send", "INVALID")
    bench.deliver(paid(bench, refund="late"))
    run = audited(bench)
    assert (told(run), run.different) == ([("amount", C.STALLED, Fate.WAITS)], 0)
    assert bench.open_holds() == []


def test_nothing_is_said_within_the_grace(bench: Bench) -> None:
    booked(bench, 9)
    bench.deliver(paid(bench))
    grace = timedelta(minutes=5)
    assert audited(bench, grace=grace).under_way == 1
    bench.clock.time += grace
    assert audited(bench, grace=grace).different == 1
