"""The store's promises, on real files: what is accepted stays, once; what is broken is told in plain words."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from retoure.connectors.port import Event
from retoure.delivery.errors import StoreDamaged, StoreUnavailable, WorkerRunning, WrongVersion
from retoure.delivery.store import sqlite_file
from retoure.delivery.store.port import EventState, SavedRead
from retoure.delivery.store.schema import VERSION
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runtime.decision import Answer, Ending, Outcome

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "retoure.db"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def event(number: str = "e1", subject: str = "r1", raw: bytes = b"{}", system: str = "desk") -> Event:
    return Event(system, "return_updated", number, subject, raw)


def rejected(path: Path) -> list[tuple[str, str, bytes, int]]:
    db = sqlite3.connect(path)
    rows = db.execute("SELECT system, reason, raw, times FROM rejected ORDER BY id").fetchall()
    db.close()
    return rows


# --- accepting


def test_what_is_accepted_is_there_after_reopening(store: SqliteStore, path: Path) -> None:
    full = Event("desk", "return_updated", "e1", "r1", b"\x00raw", {"amount": 1}, NOW - timedelta(hours=1))
    accepted = store.accept(full, NOW)
    other = SqliteStore(path)
    found = other.event(accepted.seq)
    other.close()
    assert (found.event, found.received_at, found.state) == (full, NOW, EventState.WAITING)


def test_an_event_is_accepted_once(store: SqliteStore) -> None:
    first, second = store.accept(event(), NOW), store.accept(event(), NOW)
    assert (first.duplicate, second.duplicate, second.conflict) == (False, True, False)
    assert first.seq == second.seq
    assert len(store.waiting_events("r1")) == 1


def test_ids_of_two_systems_do_not_meet(store: SqliteStore) -> None:
    assert not store.accept(event(system="desk"), NOW).duplicate
    assert not store.accept(event(system="shop"), NOW).duplicate


def test_events_without_an_id_are_told_apart_by_content(store: SqliteStore) -> None:
    accepted = [store.accept(event("", raw=raw), NOW) for raw in (b"a", b"b", b"a")]
    assert [found.duplicate for found in accepted] == [False, False, True]


def test_the_same_id_with_other_content_is_kept_aside(store: SqliteStore, path: Path) -> None:
    store.accept(event(raw=b"a"), NOW)
    accepted = store.accept(event(raw=b"b"), NOW)
    assert (accepted.duplicate, accepted.conflict) == (True, True)
    assert rejected(path) == [("desk", "conflict", b"b", 1)]
    assert store.event(accepted.seq).event.raw == b"a"


def test_rejected_messages_are_kept_and_counted(store: SqliteStore, path: Path) -> None:
    for body in (b"bad", b"bad", b"worse"):
        store.keep_rejected("desk", body, "signature", NOW)
    assert rejected(path) == [("desk", "signature", b"bad", 2), ("desk", "signature", b"worse", 1)]
    assert store.status().rejected == 3


def test_several_events_share_a_transaction(store: SqliteStore) -> None:
    accepted = store.accept_all([(event("a"), NOW), (event("a"), NOW), (event("b"), NOW)])
    assert [found.duplicate for found in accepted] == [False, True, False]


def test_among_several_events_each_is_told_what_it_is(store: SqliteStore, path: Path) -> None:
    known = store.accept(event("a", raw=b"a"), NOW)
    several = [event("b"), event("a", raw=b"a"), event("c"), event("b", raw=b"other"), event("d"), event("c")]
    found = store.accept_all([(one, NOW) for one in several])
    assert [(one.duplicate, one.conflict) for one in found] == [
        (False, False),
        (True, False),
        (False, False),
        (True, True),
        (False, False),
        (True, False),
    ]
    assert found[1].seq == known.seq
    assert (found[3].seq, found[5].seq) == (found[0].seq, found[2].seq)
    assert [store.event(one.seq).event.id for one in found] == ["b", "a", "c", "b", "d", "c"]
    assert rejected(path) == [("desk", "conflict", b"other", 1)]
    assert store.accept(event("e"), NOW).seq > found[4].seq


def test_of_several_events_all_are_stored_or_none(store: SqliteStore) -> None:
    with pytest.raises(ValueError, match="no zone"):
        store.accept_all([(event("a"), NOW), (event("b"), datetime(2026, 1, 1))])
    assert store.waiting_events("r1") == ()


# --- work


def test_the_longest_waiting_subject_comes_first(store: SqliteStore) -> None:
    for minutes, subject in ((3, "late"), (1, "early"), (9, "future")):
        store.accept(event(subject, subject), NOW + timedelta(minutes=minutes))
    assert store.due_subjects(NOW + timedelta(minutes=5)) == ("early", "late")
    assert store.due_subjects(NOW + timedelta(minutes=5), limit=1) == ("early",)
    assert store.next_due() == NOW + timedelta(minutes=1)


def test_a_postponed_event_is_not_due(store: SqliteStore) -> None:
    seq = store.accept(event(), NOW).seq
    store.postpone([seq], NOW + timedelta(hours=1))
    assert (store.due_subjects(NOW), store.next_due()) == ((), NOW + timedelta(hours=1))


def test_nothing_waits_in_an_empty_store(store: SqliteStore) -> None:
    assert (store.due_subjects(NOW), store.next_due(), store.start_work(NOW)) == ((), None, 0)


def test_reads_belong_to_an_event_and_its_round(store: SqliteStore) -> None:
    found = store.event(store.accept(event(), NOW).seq)
    answer = Answer({"amount": 1}, "error", Outcome(Ending.HOLD, "why", "desk"), "queue")
    store.save_read(found, "orders.get(1)", SavedRead(answer, {0: 2}, ("oncall",)), NOW)
    assert store.saved_reads(found) == {"orders.get(1)": SavedRead(answer, {0: 2}, ("oncall",))}
    store.end_events([found.seq], EventState.HELD, "why", NOW)
    store.replay(NOW + timedelta(days=1), letter=f"event-{found.seq}")
    again = store.event(found.seq)
    assert (again.round, again.as_of, store.saved_reads(again)) == (1, NOW + timedelta(days=1), {})


def test_anothers_write_is_noticed(store: SqliteStore, path: Path) -> None:
    store.changed()
    assert not store.changed()
    other = SqliteStore(path)
    other.accept(event(), NOW)
    other.close()
    assert store.changed()
    assert not store.changed()


def test_there_is_one_worker(store: SqliteStore, path: Path) -> None:
    store.start_work(NOW)
    other = SqliteStore(path)
    with pytest.raises(WorkerRunning, match=f"process {os.getpid()} already works"):
        other.start_work(NOW)
    other.accept(event(), NOW)
    store.close()
    other.start_work(NOW)
    other.close()


def test_the_kernel_takes_the_lock_back_from_a_killed_process(path: Path) -> None:
    code = (
        "import os, signal, sys; from datetime import datetime, UTC;"
        "from retoure.delivery.store.sqlite import SqliteStore;"
        "SqliteStore(sys.argv[1]).start_work(datetime.now(UTC)); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -9
    store = SqliteStore(path)
    store.start_work(NOW)
    store.close()


# --- files that are not ours


def test_another_layout_version_is_told(path: Path) -> None:
    SqliteStore(path).close()
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {VERSION + 1}")
    db.close()
    with pytest.raises(WrongVersion, match=rf"retoure\.db.*version {VERSION + 1}.*reads version {VERSION}.*newer"):
        SqliteStore(path)


def test_a_foreign_database_is_told(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE customers (id)")
    db.close()
    with pytest.raises(StoreDamaged, match="not one of retoure"):
        SqliteStore(path)


def test_a_file_that_is_no_database_is_told(path: Path) -> None:
    path.write_bytes(b"dear diary, " * 1000)
    with pytest.raises(StoreDamaged, match=r"retoure\.db.*not a database"):
        SqliteStore(path)


def test_a_damaged_database_is_told(path: Path) -> None:
    store = SqliteStore(path)
    for number in range(200):
        store.accept(event(str(number), raw=b"x" * 3000), NOW)
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreDamaged, match="Put back a copy"):
        read_all(path)


def read_all(path: Path) -> None:
    store = SqliteStore(path)
    try:
        store.waiting_events("r1")
    finally:
        store.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="does its folder exist"):
        SqliteStore(tmp_path / "nowhere" / "retoure.db")


def test_a_locked_database_is_unavailable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_file, "PATIENCE", 0.05)
    store = SqliteStore(path)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.accept(event(), NOW)
    blocker.execute("ROLLBACK")
    assert not store.accept(event(), NOW).duplicate
    blocker.close()
    store.close()


def limit(store: SqliteStore, pages: int) -> None:
    """As if the disk held no more."""
    with store._data.reading() as db:
        db.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_unavailable_and_loses_nothing(store: SqliteStore) -> None:
    store.accept(event("a"), NOW)
    with store._data.reading() as db:
        pages = db.execute("PRAGMA page_count").fetchone()[0]
    limit(store, pages)
    with pytest.raises(StoreUnavailable, match="full"):
        store.accept(event("b", raw=os.urandom(100_000)), NOW)
    limit(store, 100_000)
    assert [found.event.id for found in store.waiting_events("r1")] == ["a"]


def test_writes_are_durable_before_they_return(store: SqliteStore) -> None:
    with store._data.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert db.execute("PRAGMA synchronous").fetchone()[0] == 2
