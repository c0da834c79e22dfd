"""Who did what is kept in a chain, in both databases; whatever is changed in it afterwards is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from retoure.delivery.store.port import Resolution
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.trail import ENGINE, Act, Actor, Deed, TrailEntry, broken, chained
from retoure.upkeep import trail_entries, trail_mistakes

from .conftest import START, Bench

DEEDS = [Deed(Act.CLOSED, f"p{number}", f"hold-{number}", "r1", detail={"why": "ü"}) for number in range(1, 6)]


def trail(deeds: list[Deed]) -> list[TrailEntry]:
    entries: list[TrailEntry] = []
    before = "0" * 64
    for number, deed in enumerate(deeds, 1):
        before = chained(before, number, START, deed)
        entries.append(TrailEntry(number, START, deed, before))
    return entries


WHOLE = trail(DEEDS)


def test_a_whole_trail_is_whole() -> None:
    assert list(broken([])) == []
    assert list(broken(WHOLE)) == []
    assert list(broken(WHOLE, WHOLE[2].head)) == []


@pytest.mark.parametrize(
    "changed",
    [
        replace(WHOLE[2], deed=replace(DEEDS[2], who="somebody else")),
        replace(WHOLE[2], deed=replace(DEEDS[2], detail={"why": "another reason"})),
        replace(WHOLE[2], deed=replace(DEEDS[2], actor=Actor.ENGINE)),
        replace(WHOLE[2], at=START + timedelta(microseconds=1)),
        replace(WHOLE[2], hash="0" * 64),
    ],
)
def test_a_changed_entry_is_found(changed: TrailEntry) -> None:
    found = list(broken([*WHOLE[:2], changed, *WHOLE[3:]]))
    assert found[0] == "entry 3 was changed, or the one before it was"
    assert len(found) == (2 if changed.hash == "0" * 64 else 1)


def test_an_entry_that_was_made_to_fit_breaks_the_next_one() -> None:
    deed = replace(DEEDS[2], who="somebody else")
    forged = TrailEntry(3, START, deed, chained(WHOLE[1].hash, 3, START, deed))
    assert list(broken([*WHOLE[:2], forged, *WHOLE[3:]])) == ["entry 4 was changed, or the one before it was"]


def test_deleted_entries_are_found() -> None:
    assert list(broken([*WHOLE[:1], *WHOLE[3:]])) == ["entries 2 to 3 are missing"]
    assert list(broken(WHOLE[1:])) == ["entry 1 is missing"]
    renumbered = [*WHOLE[:1], *(replace(entry, number=entry.number - 1) for entry in WHOLE[2:])]
    assert list(broken(renumbered)) == [f"entry {number} was changed, or the one before it was" for number in (2, 3, 4)]


def test_reordered_entries_are_found() -> None:
    swapped = [WHOLE[0], replace(WHOLE[2], number=2), replace(WHOLE[1], number=3), *WHOLE[3:]]
    assert list(broken(swapped)) == [f"entry {number} was changed, or the one before it was" for number in (2, 3, 4)]


def test_entries_taken_off_the_end_are_missed_by_whoever_knows_the_head() -> None:
    assert list(broken(WHOLE[:3])) == []
    assert list(broken(WHOLE[:3], WHOLE[4].head)) == [
        f"the head {WHOLE[4].head[:20]}… is not in it: entries were taken off its end, or it was written anew"
    ]


def story(bench: Bench) -> list[TrailEntry]:
    return bench.ask(lambda store: list(trail_entries(store)))


def test_everything_people_do_is_in_it(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "INVALID", times=2)
    bench.deliver(bench.returned("r1", refund="a"), bench.returned("r2", refund="b"))
    bench.deliver(bench.returned("r3", status="hold"))
    letters = bench.ask(lambda store: [letter.id for letter in store.letters()])
    first, second = (int(letter.partition("-")[2]) for letter in letters)

    def people(store: SqlStore) -> None:
        (hold,) = store.holds()
        store.assign_hold(hold.id, "finance", START, "Ann")
        store.close_hold(hold.id, "settled by mail", START, "Bob")
        store.edit(first, {"order": "2", "reason": "a"}, "Ann", "merged", START)
        store.replay(START, letter=letters[0], who="Ann")
        store.drop(letters[1], "not theirs", START, who="Bob")
        store.decide_again("r3", START, who="Ann")
        with pytest.raises(ValueError, match="skipped"):
            store.resolve(second, Resolution.APPLIED, "no", START, "Eve")

    bench.ask(people)
    entries = [entry for entry in story(bench) if entry.deed.actor is Actor.PERSON]
    assert [(each.deed.who, each.deed.act, each.deed.about.rpartition("-")[0]) for each in entries] == [
        ("Ann", Act.ASSIGNED, "hold"),
        ("Bob", Act.CLOSED, "hold"),
        ("Ann", Act.EDITED, "effect"),
        ("Ann", Act.REPLAYED, "effect"),
        ("Bob", Act.DROPPED, "effect"),
        ("Ann", Act.DECIDED_AGAIN, ""),
    ]
    assert {each.deed.subject for each in entries} >= {"r3"}
    assert "merged" in str(entries[2].deed.detail)
    assert bench.ask(lambda store: list(trail_mistakes(store, entries[-1].head))) == []


def test_what_the_engine_does_by_itself_is_in_it_too(bench: Bench) -> None:
    bench.shop.fails("refunds.send", "INVALID", times=1)
    bench.deliver(bench.returned(refund="a"))
    later = START + timedelta(days=100)
    bench.ask(lambda store: store.expire("failed", later, "operations", later))
    last = story(bench)[-1]
    assert (last.deed.act, last.deed.who, last.deed.actor) == (Act.EXPIRED, ENGINE, Actor.ENGINE)


def test_what_did_not_happen_is_not_in_it(bench: Bench) -> None:
    def nothing(store: SqlStore) -> None:
        assert store.replay(START, everything=True, who="Ann") == 0
        with pytest.raises(KeyError):
            store.close_hold(7, "why", START, "Ann")

    bench.ask(nothing)
    assert story(bench) == []


def test_entries_of_several_at_once_are_one_chain(opening: Callable[[], SqlStore]) -> None:
    bench = Bench(opening)
    count = 12
    bench.deliver(*(bench.returned(f"r{number}", status="hold") for number in range(count)))

    def close(number: int) -> None:
        with closing(opening()) as store:
            store.close_hold(number, "why", START, f"p{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(close, bench.ask(lambda store: [hold.id for hold in store.holds()])))
    entries = story(bench)
    assert [entry.number for entry in entries] == list(range(1, count + 1))
    assert list(broken(entries)) == []


def test_a_row_that_was_changed_in_the_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "retoure.db"
    bench = Bench(lambda: SqliteStore(file))
    bench.deliver(*(bench.returned(f"r{number}", status="hold") for number in range(3)))

    def close_all(store: SqlStore) -> None:
        for hold in store.holds():
            store.close_hold(hold.id, "why", START, "Ann")

    bench.ask(close_all)
    assert bench.ask(lambda store: list(trail_mistakes(store))) == []
    for change, found in (
        ("UPDATE trail SET who = 'Eve' WHERE number = 2", ["entry 2 was changed, or the one before it was"]),
        ("DELETE FROM trail WHERE number = 2", ["entry 2 is missing"]),
    ):
        with closing(sqlite3.connect(file)) as db, db:
            db.execute(change)
        assert bench.ask(lambda store: list(trail_mistakes(store))) == found
