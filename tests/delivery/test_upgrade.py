"""Books of older releases are brought to this release's layout, and say the same afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from retoure.delivery.errors import StoreUnavailable, WorkerRunning, WrongVersion
from retoure.delivery.ledger import Known
from retoure.delivery.store.checking import inconsistent, wrong_sums
from retoure.delivery.store.copying import KEYS, TRUTHS
from retoure.delivery.store.database import Database
from retoure.delivery.store.migrations import STEPS, Step, steps_from
from retoure.delivery.store.postgres import Epochs, PostgresDatabase, PostgresStore
from retoure.delivery.store.postgres.dialect import tables
from retoure.delivery.store.postgres.schema import MARK
from retoure.delivery.store.postgres.schema import TABLES as POSTGRES_TABLES
from retoure.delivery.store.schema import APPLICATION, OLDEST, VERSION
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import SqliteFile
from retoure.runtime.program import operation_of

from .conftest import Bench, ReturnsMapping
from .old_story import go_on, play

LAYOUTS = Path(__file__).with_name("layouts")
SUBJECTS = tuple(f"r{number}" for number in range(1, 9))


def old_file(path: Path, version: int) -> Path:
    """A file as the release of that layout left it."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript((LAYOUTS / f"layout-{version}.sql").read_text(encoding="utf-8"))
        db.execute(f"PRAGMA application_id = {APPLICATION}")
        db.execute(f"PRAGMA user_version = {version}")
    return path


def old_database(url: str, path: Path) -> str:
    """The same books in PostgreSQL, with the tables of layout 5."""
    with closing(sqlite3.connect(old_file(path, 5))) as old, psycopg.connect(url) as new:
        made = dict(old.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' OR sql LIKE 'CREATE%INDEX%'"))
        order = [*(table for table in KEYS if table in made), *(name for name in made if name not in KEYS)]
        new.execute(
            tables(";\n".join(made[n] for n in order if n != "sqlite_sequence") + ";\n" + POSTGRES_TABLES).encode()
        )
        new.execute(f"INSERT INTO {MARK} (version) VALUES (5)".encode())
        for table in (table for table in KEYS if table in made):
            fill(old, new, table)
    return url


def fill(old: sqlite3.Connection, new: psycopg.Connection[Any], table: str) -> None:
    rows = old.execute(f"SELECT * FROM {table}")
    columns = [column[0] for column in rows.description]
    places = ", ".join(["%s"] * len(columns))
    for row in rows:
        values = [bool(v) if (table, c) in TRUTHS else v for c, v in zip(columns, row, strict=True)]
        new.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})".encode(), values)
    if columns[0] in ("id", "seq"):
        new.execute(f"SELECT setval(pg_get_serial_sequence('{table}', '{columns[0]}'),"
                    f" coalesce(max({columns[0]}), 0) + 1, false) FROM {table}".encode())  # fmt: skip


Opening = tuple[Callable[[], SqlStore], Callable[[], Database]]


@pytest.fixture(params=["sqlite-4", "sqlite-5", "postgres-5"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Opening:
    """Old books: how they are opened as a store, and as a database whatever its layout."""
    kind, _, version = request.param.partition("-")
    if kind == "sqlite":
        path = old_file(tmp_path / "old.db", int(version))
        return partial(SqliteStore, path), partial(SqliteFile, path, any_layout=True)
    url = old_database(request.getfixturevalue("postgres"), tmp_path / "rows.db")
    return partial(PostgresStore, url), partial(PostgresDatabase, url, Epochs(""), any_layout=True)


def upgraded(old: Opening) -> Callable[[], SqlStore]:
    look, raw = old
    with closing(raw()) as data:
        assert data.upgrade() < VERSION
        assert data.version() == VERSION
    return look


def books(bench: Bench) -> Any:
    """All that decides what is sent, and what people see."""

    def told(store: SqlStore) -> Any:
        subjects = [(store.state(one), [*map(newest_call, store.known(one))], store.recorded(one)) for one in SUBJECTS]
        events = [store.event(number) for number in range(1, 10)]
        return subjects, events, store.holds(closed=True), store.letters(), store.status()

    return bench.ask(told)


def newest_call(known: Known) -> Known:
    """Old books keep the calls before it, newer ones what they came to; `wrong_sums` tells whether that adds up."""
    return replace(known, sent=tuple(replace(sent, carried=Decimal(0)) for sent in known.sent[-1:]))


def test_old_books_say_the_same_after_the_upgrade(old: Opening, tmp_path: Path) -> None:
    fresh = Bench(partial(SqliteStore, tmp_path / "fresh.db"))
    play(fresh)
    bench = Bench(upgraded(old), clock=fresh.clock, desk=fresh.desk, shop=fresh.shop)
    assert books(bench) == books(fresh)


def test_work_goes_on_as_if_nothing_had_happened(old: Opening, tmp_path: Path) -> None:
    """The same calls; returns are worked on side by side, so their order among each other says nothing."""
    fresh = Bench(partial(SqliteStore, tmp_path / "fresh.db"))
    play(fresh)
    other = Bench(partial(SqliteStore, tmp_path / "other.db"))
    play(other)
    bench = Bench(upgraded(old), clock=other.clock, desk=other.desk, shop=other.shop, events=other.events)
    for each in (fresh, bench):
        each.shop.calls.clear()
        go_on(each)
    assert sorted(map(repr, bench.shop.calls)) == sorted(map(repr, fresh.shop.calls))
    assert bench.shop.called("stock.add")


def test_upgraded_books_are_in_order(old: Opening) -> None:
    upgraded(old)
    manifests = ReturnsMapping.manifests
    with closing(old[1]()) as data, closing(SqliteFile(":memory:")) as blank:
        assert blank.structure() <= data.structure()
        with data.reading() as db:
            assert list(inconsistent(db)) == []
        assert list(wrong_sums(data, partial(operation_of, manifests))) == []


def test_old_layouts_are_refused_and_the_remedy_told(old: Opening) -> None:
    with pytest.raises(
        WrongVersion, match=rf"version \d, this release reads version {VERSION}.*`retoure store upgrade`"
    ):
        old[0]()


def test_an_upgrade_that_fails_changes_nothing(old: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    look, raw = old
    steps = (*STEPS[:-1], Step(VERSION, STEPS[-1].sql + "INSERT INTO nowhere VALUES (1);\n"))
    for module in ("sqlite_file", "postgres.database"):
        monkeypatch.setattr(f"retoure.delivery.store.{module}.steps_from", lambda version: steps_from_(steps, version))
    with closing(raw()) as data:
        before, structure = data.version(), data.structure()
        with pytest.raises(Exception, match="nowhere"):
            data.upgrade()
        assert (data.version(), data.structure()) == (before, structure)
    monkeypatch.undo()
    upgraded((look, raw))


def steps_from_(steps: tuple[Step, ...], version: int) -> tuple[Step, ...]:
    return tuple(step for step in steps if step.to > version)


def test_every_layout_from_the_oldest_on_has_a_step() -> None:
    assert [step.to for step in steps_from(OLDEST)] == list(range(OLDEST + 1, VERSION + 1))


def test_nothing_is_upgraded_twice(opening: Callable[[], SqlStore]) -> None:
    with closing(opening()) as store:
        assert store._data.upgrade() == VERSION


def test_a_running_worker_keeps_its_layout(opening: Callable[[], SqlStore]) -> None:
    bench = Bench(opening)
    with closing(opening()) as working, closing(opening()) as other:
        working.start_work(bench.clock.now())
        with pytest.raises(WorkerRunning):
            other._data.upgrade()


@pytest.mark.parametrize(("version", "advice"), [(VERSION + 1, "Use a newer retoure"), (OLDEST - 1, "too old")])
def test_layouts_that_cannot_be_upgraded_are_refused(
    opening: Callable[[], SqlStore], request: pytest.FixtureRequest, version: int, advice: str, tmp_path: Path
) -> None:
    opening().close()
    raw = marked(request, tmp_path, version)
    with pytest.raises(WrongVersion, match=advice):
        opening()
    with closing(raw()) as data, pytest.raises(WrongVersion, match=advice):
        data.upgrade()


def marked(request: pytest.FixtureRequest, tmp_path: Path, version: int) -> Callable[[], Database]:
    """The database of `opening`, said to have another layout."""
    if "sqlite" in request.node.callspec.id:
        with closing(sqlite3.connect(tmp_path / "retoure.db")) as db:
            db.execute(f"PRAGMA user_version = {version}")
        return partial(SqliteFile, tmp_path / "retoure.db", any_layout=True)
    url = request.getfixturevalue("postgres")
    with psycopg.connect(url) as connection:
        connection.execute(f"UPDATE {MARK} SET version = %s".encode(), (version,))
    return partial(PostgresDatabase, url, Epochs(""), any_layout=True)


def test_an_upgrade_waits_for_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody writes for longer than we wait: the upgrade ends, and may be tried again."""
    monkeypatch.setattr("retoure.delivery.store.sqlite_file.PATIENCE", 0.05)
    path = old_file(tmp_path / "old.db", 5)
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as writer,
        closing(SqliteFile(path, any_layout=True)) as data,
    ):
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            data.upgrade()
        writer.execute("ROLLBACK")
        assert data.upgrade() == 5
