"""What an event costs grows neither with what is stored nor with the age of its return.

Nothing is timed here: the databases are asked how they would look for what the engine asks them for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retoure.delivery.auditing import EVERYTHING, Manner
from retoure.delivery.ledger import Standing
from retoure.delivery.store.checking import inconsistent, wrong_sums
from retoure.delivery.store.copying import KEYS
from retoure.delivery.store.postgres import PostgresStore
from retoure.delivery.store.postgres.database import Session
from retoure.delivery.store.postgres.dialect import statement
from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import Connection
from retoure.runner import AsyncRunner
from retoure.runtime.program import operation_of

from .conftest import Bench, ReturnsMapping
from .old_story import go_on, play

Statements = Mapping[str, Any]

FEW: Final = frozenset({"activations", "alerts", "paces", "rejected", "restores", "versions"})
"""Tables with a row for what people do, not for what comes in; of what is rejected, the last ones are kept."""
FIRST: Final = frozenset(
    ("trail", "trail_pkey", "wakes_by_time", "wakes_begun", "signals_new", "events_polled", "events_waiting")
)
"""What is walked from one end, to take the first or, where an index holds little, all: tables and indexes."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """Every statement that a store makes from now on, with the values it had last."""
    seen: dict[str, Any] = {}

    def listen(kind: type[Any], name: str) -> None:
        real = getattr(kind, name)

        def heard(self: Any, sql: str, values: Any = (), /) -> Any:
            rows = list(values) if name == "executemany" else [values]
            if rows and re.match(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)", sql):
                seen[sql] = rows[-1]
            return real(self, sql, rows if name == "executemany" else values)

        monkeypatch.setattr(kind, name, heard)

    listen(Connection, "execute")
    listen(Connection, "executemany")
    listen(Session, "execute")
    return seen


def told(bench: Bench, asked: Statements) -> Statements:
    """A story with something of everything: what work asks a store for. Nobody looks around in it."""
    play(bench)
    go_on(bench)
    bench.deliver(bench.returned("r9", create="box"), bench.returned("r9", 2, order="4711"), wait=True)
    assert len(asked) > 60
    return dict(asked)


def told_and_tended(bench: Bench, asked: Statements) -> Statements:
    """The same, and what a service does beside it."""
    told(bench, asked)
    bench.run(by_the_clock)
    return dict(asked)


async def by_the_clock(runner: AsyncRunner) -> None:
    """What a service does however little comes, again and again."""
    await runner.poll_due()
    await runner.tend_queues()
    await runner.tend_incidents()
    for manner in (EVERYTHING, Manner(changed=runner.clock.now() - timedelta(hours=1))):
        assert (await runner.audit("money", manner=manner)).total
    await runner.watch_silence()
    assert await runner.newest_polled("desk") is None
    assert await runner.watch_silence(timedelta(0)) is None, "few came: nobody knows what is usual"
    assert await runner.ask(runner.store.compact, runner.clock.now() + timedelta(days=1))


def named(sql: str) -> Mapping[str, str]:
    """The tables of a statement by what they are called in it."""
    found = re.findall(r"(?:FROM|JOIN|UPDATE|INTO) (\w+)(?: (?:AS )?(?!WHERE\b|CROSS\b|JOIN\b|SET\b)(\w+))?", sql)
    return {name: table for table, alias in found if table in KEYS for name in (table, alias)}


def through_a_system(plan: str) -> bool:
    """Whether all that ever came from a system is looked through, by an index that begins with its name."""
    return plan.endswith("(system=?)") and not FIRST & {*plan.split()}


def test_sqlite_scans_no_table(file_bench: Bench, asked: Statements) -> None:
    statements = told_and_tended(file_bench, asked)
    with closing(file_bench.look()) as store, store._data.asking() as db:
        plans = [(sql, row[3].split()) for sql, values in statements.items() for row in explained(db, sql, values)]
    scans = [(sql, words) for sql, words in plans if words[0] == "SCAN" and words[1] in named(sql)]
    assert [(words, sql) for sql, words in scans if named(sql)[words[1]] not in FEW and not FIRST & {*words}] == []
    assert [(words, sql) for sql, words in plans if through_a_system(" ".join(words))] == []


def test_no_statement_looks_through_what_a_return_did_before(file_bench: Bench, asked: Statements) -> None:
    """Where one goes by the return, it looks for one row in the order of the index, or among few by what they are."""
    statements = told(file_bench, asked)
    with closing(file_bench.look()) as store, store._data.asking() as db:
        plans = [(sql, row[3]) for sql, values in statements.items() for row in explained(db, sql, values)]
    assert [
        (plan, sql) for sql, plan in plans if plan.endswith("holds_of_subject (subject=?)") and "LIMIT 1" not in sql
    ] == []
    of_one = [plan for sql, plan in plans if "l.subject = ?" in sql and plan.startswith("SEARCH e ")]
    assert len(of_one) == 2
    assert [plan for plan in of_one if "effects_of_entry (entry=?" not in plan] == []
    through = [(plan, sql) for sql, plan in plans if re.search(r"INDEX (events|effects|decisions)_of_subject", plan)]
    assert [
        (plan, sql) for plan, sql in through if not re.search(r"LIMIT 1\b|(max|min)\([fn].seq\)|FROM restores", sql)
    ] == []


def explained(db: Any, sql: str, values: Any) -> Any:
    return db.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()


def test_postgres_scans_no_table(postgres: str, asked: Statements) -> None:
    """Asked not to scan a table, the planner still would where no index helps, or would walk a whole index instead."""
    statements = told_and_tended(Bench(partial(PostgresStore, postgres)), asked)
    with psycopg.connect(postgres) as connection:
        connection.execute("SET enable_seqscan = off")
        nodes = [(sql, node) for sql, values in statements.items() for node in planned(connection, sql, values)]
    assert len(nodes) > len(statements)
    scans = [(sql, node) for sql, node in nodes if node.get("Relation Name", "") in KEYS and walks(node)]
    assert [(node, sql) for sql, node in scans if node["Relation Name"] not in FEW] == []


def planned(connection: psycopg.Connection[Any], sql: str, values: Any) -> Iterator[Mapping[str, Any]]:
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement(sql)}".encode(), values).fetchone()
    assert row is not None
    found = [row[0][0]["Plan"]]
    while found:
        node = found.pop()
        yield node
        found += node.get("Plans", ())


def walks(node: Mapping[str, Any]) -> bool:
    if node["Node Type"] == "Seq Scan":
        return True
    if re.fullmatch(r"\(system = '\w+'::text\)", node.get("Index Cond", "")):
        return node["Index Name"] not in FIRST
    return "Index" in node["Node Type"] and "Index Cond" not in node and node["Index Name"] not in FIRST


# --- the age of a return

Versions = st.lists(
    st.tuples(st.dictionaries(st.sampled_from("AB"), st.integers(0, 3)), st.sampled_from("xy"), st.integers(0, 5)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=10, deadline=None)
@given(Versions)
def test_calls_of_before_count_no_more_and_the_sums_come_out(versions: Any) -> None:
    """Each version has a stock, a note, and how often the shop is not there; five times is more than is tried."""
    with TemporaryDirectory() as folder:
        bench = Bench(partial(SqliteStore, Path(folder) / "retoure.db"))
        for number, (stock, note, down) in enumerate(versions, 1):
            for operation in ("stock.add", "notes.set") if down else ():
                bench.shop.fails(operation, "UNAVAILABLE", times=down)
            bench.deliver(bench.returned("r1", number, stock=stock, note=note), wait=True)
        bench.shop.always("stock.add", None)
        bench.shop.always("notes.set", None)
        bench.ask(lambda store: store.replay(bench.clock.now(), queue="failed"))
        bench.deliver(wait=True)
        assert_whole(bench, versions[-1][0])


def assert_whole(bench: Bench, stock: Mapping[str, int]) -> None:
    effects = bench.ask(lambda store: store.story("r1")).effects
    booked = [
        effect["body"] for effect in effects if effect["operation"] == "shop.stock.add" and effect["state"] == "applied"
    ]
    for sku in "AB":
        assert sum(body["quantity"] for body in booked if body["sku"] == sku) == stock.get(sku, 0)
    known = bench.ask(lambda store: store.known("r1"))
    for entry in known:
        assert sum(sent.standing is not Standing.GONE for sent in entry.sent) <= 1, "the newest call says it all"
    with closing(bench.look()) as store:
        with store._data.reading() as db:
            assert list(inconsistent(db)) == []
        assert list(wrong_sums(store._data, partial(operation_of, ReturnsMapping.manifests))) == []
