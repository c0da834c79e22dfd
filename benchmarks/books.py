"""Books of any size: a mapping that keeps a stock and a note for each return, and stores filled with its returns.

A million returns would take the engine an hour. So it works on one, and the rows it wrote are copied under other names
by SQL. `alike` holds a store filled so against one that the engine wrote row by row: they must not differ.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from peers import SUITE

from retoure.compile import CompiledMapping, compile_mapping
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Event
from retoure.delivery.context import Options
from retoure.delivery.store.bodies import pack
from retoure.delivery.store.codec import dump
from retoure.delivery.store.copying import KEYS
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.source import Source
from retoure.testing.clock import JumpingClock

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
TEMPLATE = "r0000000"

RULES = """
map move(line : returns.Line) -> shop.Move {
  sku      = line.sku
  quantity = line.quantity
}
map remark(return : returns.Return) -> shop.Values {
  name = return.id
  text = return.note default "none"
}
rule restock {
  when return reached approved
  for each line in return.lines where line.verdict is accepted
  keep shop.stock.add with move(line) per return.id, line.id on error follow plain
}
rule remark {
  when return becomes approved
  keep shop.values.put with remark(return) per return.id on error follow plain
}
rule rest {
  when return becomes open, arrived, closed
  skip "nothing to do yet"
}
alert oncall { when 1 queued }
audit orders every 1h over 30d {
  pair      return with order from shop.orders.get(return.id)
  agree     "pieces": sum(line.quantity for each line in return.lines) with count(order.units)
  missing   hold "the shop does not know return {return.id}" for desk
  different hold "{field}: {left} here, {right} there" for finance
  stalled   after 24h alert oncall
}
"""


def program() -> CompiledMapping:
    text = (SUITE / "cases/lists/count/mapping.rmap").read_text(encoding="utf-8")
    head, policy = text.partition("map values")[0], text[text.index("policy plain") :]
    return compile_mapping(Source("books.rmap", head + RULES + policy), schemas=SUITE / "schemas")


def record(subject: str, version: int = 1) -> dict[str, Any]:
    """A return as its platform tells of it; every version counts one piece more, or one less, and has another note."""
    line = {"id": "l1", "sku": "shirt", "quantity": 1 + version % 2, "verdict": "accepted", "price": "19.99"}
    changed = START - timedelta(days=30) + timedelta(seconds=version)
    return {
        "id": subject,
        "status": "accepted",
        "currency": "EUR",
        "updated_at": changed.isoformat(),
        "note": f"version {version}",
        "lines": [line],
    }


def event(subject: str, version: int = 1) -> Event:
    content = record(subject, version)
    raw = dump(content).encode()
    return Event("returns", "return_updated", f"{subject}.{version}", subject, raw, content)


def shop() -> MemoryConnector:
    """A platform that answers at once, and has an order with two units for each return."""
    made = MemoryConnector("shop")
    units = [{"id": f"u{number}", "sku": "shirt"} for number in range(2)]
    made.always("orders.get", lambda call: {"number": call.arguments[0], "units": units})
    return made


def runner(mapping: CompiledMapping, store: SqliteStore, clock: JumpingClock) -> AsyncRunner:
    options = Options(reread=False, threads=False, jitter=random.Random(0))
    return AsyncRunner(
        mapping, {"returns": MemoryConnector("returns"), "shop": shop()}, store, clock=clock, options=options
    )


def work(mapping: CompiledMapping, path: Path, incoming: Iterable[Event]) -> float:
    """Takes in one event after the other, each followed by all that comes of it; how many seconds that took.

    Raises AssertionError where one was not decided, such as a version that is older than another.
    """

    async def working() -> float:
        async with runner(mapping, SqliteStore(path), JumpingClock(START)) as running:
            began = time.perf_counter()
            for each in incoming:
                await running.submit(each)
                await running.drain()
            took = time.perf_counter() - began
            events = (await running.status()).events
            assert events.keys() == {"done"}, events
            return took

    return asyncio.run(working())


MEMORY = Path("/dev/shm")
SIZE = 10_500
"""Bytes that a return takes in a store."""


def folder(stack: ExitStack, returns: int = 0) -> Path:
    """A folder in memory, where there is room for two and a half times so many returns, else on the disk."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(dir=MEMORY if fits(returns) else None)))


def fits(returns: int) -> bool:
    """The disk is not what is measured here, but what is in memory needs memory."""
    if not (MEMORY.is_dir() and os.access(MEMORY, os.W_OK)):
        return False
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(shutil.disk_usage(MEMORY).free, available) > 2.5 * SIZE * returns


# ---- filling


class Unlike(AssertionError):
    """A store that was filled is not as the engine would have left it."""


def subject(number: int) -> str:
    return f"r{number:07}"


def alike(mapping: CompiledMapping, folder: Path, count: int = 20) -> None:
    """Raises Unlike unless so many returns make the same rows, filled in and written by the engine."""
    filled, written = folder / "filled.db", folder / "written.db"
    fill(mapping, filled, count)
    work(mapping, written, [event(subject(number)) for number in range(count)])
    with closing(sqlite3.connect(filled)) as left, closing(sqlite3.connect(written)) as right:
        for table, keys in KEYS.items():
            ordered = f"SELECT * FROM {table} ORDER BY {', '.join(keys)}"
            if left.execute(ordered).fetchall() != right.execute(ordered).fetchall():
                raise Unlike(f"table {table} is filled otherwise than the engine writes it")


def fill(mapping: CompiledMapping, path: Path, count: int) -> None:
    """A store with so many returns, as the engine leaves them after one event each."""
    work(mapping, path, [event(TEMPLATE)])
    with closing(sqlite3.connect(path)) as db:
        if db.execute("SELECT count(*) FROM effects WHERE state = 'applied'").fetchone() != (2,):
            raise Unlike("the template did not make its two calls")
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -500000")
        db.create_function("digest_of", 1, _digest, deterministic=True)
        db.create_function("packed", 1, lambda text: pack(text.encode())[0], deterministic=True)
        sizes = {
            table: int(db.execute(f"SELECT max({keys[0]}) FROM {table}").fetchone()[0] or 0)
            for table, keys in KEYS.items()
            if keys[0] in ("id", "seq")
        }
        with _without_indexes(db):
            for table in KEYS:
                _multiply(db, table, sizes, count)
        db.commit()
        db.execute("PRAGMA journal_mode = WAL")


@contextmanager
def _without_indexes(db: sqlite3.Connection) -> Iterator[None]:
    """They are made again at the end, which takes less than keeping them."""
    found = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").fetchall()
    for name, _ in found:
        db.execute(f"DROP INDEX {name}")
    yield
    for _, sql in found:
        db.execute(sql)


def _multiply(db: sqlite3.Connection, table: str, sizes: Mapping[str, int], count: int) -> None:
    """Copies the rows that the template has in a table, once for each of the other returns."""
    columns = db.execute(f"PRAGMA table_info({table})").fetchall()
    refers = {"event": "events", **{key[3]: key[2] for key in db.execute(f"PRAGMA foreign_key_list({table})")}}
    if table in ("activations", "versions", "trail") or db.execute(f"SELECT 1 FROM {table}").fetchone() is None:
        return
    chosen = ", ".join(
        _copied(column[1], column[2], sizes.get(table if column[5] else refers.get(column[1], ""), 0))
        for column in columns
    )
    db.execute(
        f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count - 1})"
        f" INSERT INTO {table} ({', '.join(column[1] for column in columns)})"
        f" SELECT {chosen} FROM numbers CROSS JOIN (SELECT * FROM {table}) AS t"
    )


def _copied(column: str, kind: str, size: int) -> str:
    """How a column of a copy follows from the template's: numbers go on, names are replaced."""
    renamed = f"replace(t.{{}}, '{TEMPLATE}', printf('r%07d', n))"
    if kind == "INTEGER":
        return f"t.{column} + n * {size}" if size else f"t.{column}"
    if column in ("digest", "raw"):
        return f"{'packed' if column == 'raw' else 'digest_of'}({renamed.format('snapshot')})"
    return renamed.format(column) if kind == "TEXT" else f"t.{column}"


def _digest(snapshot: str) -> str:
    """As the journal has it: of kind, subject and body, which is the record here."""
    subject = json.loads(snapshot)["id"]
    return hashlib.sha256(b"\0".join((b"return_updated", subject.encode(), snapshot.encode()))).hexdigest()
