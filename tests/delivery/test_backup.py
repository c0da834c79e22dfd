"""Copies of the books: taken while somebody writes, and put back without anything happening twice."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from retoure.connectors.port import Settled
from retoure.delivery.errors import StoreDamaged, WorkerRunning
from retoure.delivery.store import restoring
from retoure.delivery.store.checking import inconsistent
from retoure.delivery.store.copying import KEYS
from retoure.delivery.store.doubt import DOUBT
from retoure.delivery.store.postgres import Epochs, PostgresDatabase, PostgresStore
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import SqliteFile

from .conftest import Bench
from .old_story import go_on, play
from .test_incidents import Board, later, not_told, refused
from .test_upgrade import books

Opening = Callable[[], SqlStore]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


def back_up(opening: Opening, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with closing(opening()) as store:
        store._data.back_up(copy)


def put_back(bench: Bench, copy: Path) -> int:
    """The database of the bench becomes what the copy says."""
    with closing(bench.look()) as store:
        data = store._data
        if isinstance(data, PostgresDatabase):
            with closing(SqliteFile(copy)) as source:
                return into_postgres(data, source, bench.clock.now())
    return restoring.put_back(copy, Path(data.name), bench.clock.now())[0]


def into_postgres(data: PostgresDatabase, copy: SqliteFile, at: datetime) -> int:
    with copy.reading() as source:
        return data.put_back(source, at)


# --- the copy itself


def test_a_copy_says_what_the_books_say(bench: Bench, opening: Opening, copy: Path) -> None:
    play(bench)
    back_up(opening, copy)
    other = Bench(partial(SqliteStore, copy), clock=bench.clock)
    assert books(other) == books(bench)


def test_a_copy_of_either_kind_goes_into_either_kind(bench: Bench, postgres: str, tmp_path: Path, copy: Path) -> None:
    play(bench)
    back_up(bench.look, copy)
    with closing(PostgresDatabase(postgres, Epochs(""))) as data, closing(SqliteFile(copy)) as source:
        into_postgres(data, source, bench.clock.now())
    restoring.put_back(copy, tmp_path / "other.db", bench.clock.now())
    moved = Bench(partial(PostgresStore, postgres), clock=bench.clock, desk=bench.desk, events=bench.events)
    filed = Bench(partial(SqliteStore, tmp_path / "other.db"), clock=bench.clock)
    assert books(moved) == books(filed)
    moved.deliver(moved.returned("new", note="numbers go on"))
    assert moved.effects("new") == ["applied"]


def test_copies_are_whole_while_somebody_writes(bench: Bench, opening: Opening, copy: Path) -> None:
    """Each decision writes into several tables; no copy has a part of one."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            bench.deliver(bench.returned(f"r{bench.events}", refund="a", note="b", stock={"A": 1}))

    worker = threading.Thread(target=work)
    worker.start()
    seen: list[int] = []
    try:
        while len(set(seen)) < 3:
            back_up(opening, copy)
            with closing(SqliteFile(copy)) as data, data.reading() as db:
                assert data.damages() == []
                assert list(inconsistent(db)) == []
                seen.append(db.execute("SELECT count(*) FROM effects").fetchone()[0])
    finally:
        stop.set()
        worker.join()
    assert seen == sorted(seen)


def test_every_table_is_copied() -> None:
    with closing(SqliteFile(":memory:")) as blank:
        assert {name.partition(".")[0] for name in blank.structure() if "." in name} == set(KEYS)


# --- after a restore nothing happens twice


def test_a_call_that_was_made_after_the_copy_is_not_repeated(bench: Bench, opening: Opening, copy: Path) -> None:
    bench.shop.fails("refunds.send", "UNAVAILABLE", times=1)
    bench.deliver(bench.returned(refund="a"))
    assert bench.effects() == ["waiting"]
    back_up(opening, copy)
    bench.deliver(wait=True)
    assert len(bench.sent("refunds.send")) == 2
    assert put_back(bench, copy) == 1
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(wait=True)
    assert (len(bench.sent("refunds.send")), bench.effects()) == (2, ["applied"])


def test_an_event_that_was_decided_after_the_copy_is_not_carried_out_twice(
    bench: Bench, opening: Opening, copy: Path
) -> None:
    bench.ask(lambda store: store.accept(bench.returned(refund="a"), bench.clock.now()))
    back_up(opening, copy)
    bench.deliver()
    assert len(bench.sent("refunds.send")) == 1
    put_back(bench, copy)
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.clock.time += timedelta(seconds=1)
    bench.deliver(wait=True)
    assert (len(bench.sent("refunds.send")), bench.effects()) == (1, ["applied"])


def lost(bench: Bench, opening: Opening, copy: Path) -> None:
    """A return that came, and was carried out, after the copy was made; then the copy is put back."""
    back_up(opening, copy)
    bench.deliver(bench.returned(refund="a", mail="hello"))
    assert bench.effects() == ["applied", "applied"]
    put_back(bench, copy)
    bench.clock.time += timedelta(hours=1)


def test_a_return_the_copy_does_not_know_is_not_carried_out_twice(bench: Bench, opening: Opening, copy: Path) -> None:
    lost(bench, opening, copy)
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(bench.returned(version=2, refund="a", mail="hello"), wait=True)
    assert (len(bench.sent("refunds.send")), len(bench.sent("mails.send"))) == (1, 1)
    assert bench.effects() == ["applied", "held"], "nobody can look up whether a mail was sent"
    ((kind, reason, _),) = bench.open_holds()
    assert (kind, reason.startswith("nobody can tell")) == ("effect", True)


def test_what_did_not_happen_is_done_once(bench: Bench, opening: Opening, copy: Path) -> None:
    lost(bench, opening, copy)
    bench.shop.calls.clear()
    bench.shop.settles("refunds.send", Settled.NOT_APPLIED)
    bench.deliver(bench.returned(version=2, refund="a"), wait=True)
    bench.deliver(bench.returned(version=3, refund="a"), wait=True)
    assert len(bench.sent("refunds.send")) == 1


def test_what_is_wanted_later_is_new_for_sure(bench: Bench, opening: Opening, copy: Path) -> None:
    lost(bench, opening, copy)
    bench.shop.calls.clear()
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(bench.returned(version=2, refund="a"), wait=True)
    bench.deliver(bench.returned(version=3, refund="a", mail="later"), wait=True)
    assert (len(bench.sent("refunds.send")), len(bench.sent("mails.send"))) == (0, 1)


def test_deciding_again_from_an_old_record_ends_no_doubt(bench: Bench, opening: Opening, copy: Path) -> None:
    """What was known before the restore says nothing about what came after the copy was made."""
    bench.deliver(bench.returned(hours=1))
    lost_copy = copy
    back_up(opening, lost_copy)
    bench.deliver(bench.returned(version=2, refund="a"))
    put_back(bench, lost_copy)
    bench.clock.time += timedelta(hours=2)
    bench.deliver(wait=True)
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(bench.returned(version=3, refund="a"), wait=True)
    assert (len(bench.sent("refunds.send")), bench.effects()) == (1, ["applied"])


def test_doubt_ends_with_time(bench: Bench, opening: Opening, copy: Path) -> None:
    back_up(opening, copy)
    put_back(bench, copy)
    bench.clock.time += DOUBT + timedelta(seconds=1)
    bench.deliver(bench.returned(mail="hello"), wait=True)
    assert (len(bench.sent("mails.send")), bench.effects()) == (1, ["applied"])


def test_a_call_that_was_under_way_is_looked_up(bench: Bench, opening: Opening, copy: Path) -> None:
    bench.deliver(bench.returned(refund="a"))
    with closing(opening()) as store, store._data.transaction() as db:
        db.execute("UPDATE effects SET state = 'sending'")
        db.execute("UPDATE attempts SET ended_at = NULL, outcome = 'under way'")
    back_up(opening, copy)
    assert put_back(bench, copy) == 1
    bench.shop.settles("refunds.send", Settled.APPLIED)
    bench.deliver(wait=True)
    assert (len(bench.sent("refunds.send")), bench.effects()) == (1, ["applied"])


def test_work_goes_on_after_a_restore(bench: Bench, opening: Opening, copy: Path) -> None:
    play(bench)
    back_up(opening, copy)
    put_back(bench, copy)
    bench.shop.settles("refunds.send", Settled.NOT_APPLIED)
    go_on(bench)
    assert bench.effects("r8") == ["applied"]
    with closing(opening()) as store, store._data.reading() as db:
        assert list(inconsistent(db)) == []


def test_an_alert_that_waited_in_the_copy_is_not_told_again(bench: Bench, opening: Opening, copy: Path) -> None:
    board = Board(refuses=1)
    refused(bench, board)
    back_up(opening, copy)
    later(bench, board, timedelta(minutes=1))
    assert len(board.told) == 1
    put_back(bench, copy)
    later(bench, board, timedelta(minutes=2))
    assert len(board.told) == 1
    ((alert, _, why),) = not_told(bench)
    assert (alert, "may have been told" in why) == ("oncall", True)


# --- what a restore refuses


def test_a_restore_needs_the_database_for_itself(bench: Bench, opening: Opening, copy: Path) -> None:
    back_up(opening, copy)
    with closing(opening()) as working:
        working.start_work(bench.clock.now())
        with pytest.raises(WorkerRunning):
            put_back(bench, copy)


def test_a_damaged_copy_is_refused_and_the_books_stay(file_bench: Bench, copy: Path) -> None:
    file_bench.deliver(file_bench.returned(refund="a"))
    back_up(file_bench.look, copy)
    with closing(sqlite3.connect(copy)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM decisions")
        db.commit()
    with pytest.raises(StoreDamaged, match="no sound copy"):
        put_back(file_bench, copy)
    assert file_bench.effects() == ["applied"]


def test_what_was_there_is_moved_aside_with_its_last_words(file_bench: Bench, copy: Path, tmp_path: Path) -> None:
    """Also what stood in the write-ahead log of a process that was killed."""
    back_up(file_bench.look, copy)
    path = tmp_path / "retoure.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("PRAGMA wal_autocheckpoint = 0")
        writer.execute("INSERT INTO alerts (alert, text, at) VALUES ('a', 'last words', 'now')")
        for log in restoring.LOGS:  # as a kill leaves them
            (tmp_path / f"killed.db{log}").write_bytes((tmp_path / f"retoure.db{log}").read_bytes())
    _, aside = restoring.put_back(copy, tmp_path / "killed.db", file_bench.clock.now())
    assert aside is not None
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT text FROM alerts").fetchall() == [("last words",)]
    with closing(sqlite3.connect(tmp_path / "killed.db")) as db:
        assert db.execute("SELECT count(*) FROM alerts").fetchone() == (0,)
