"""A story with something of everything in the books: applied, corrected, waiting, queued and held.

`layouts/layout-4.sql` and `layout-5.sql` are the books of releases that wrote these layouts, after they had played it
(`python -m tests.delivery.old_story FILE` in a checkout of theirs, with this file put into it).
"""

from __future__ import annotations

import sqlite3
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from retoure.delivery.store.sqlite import SqliteStore

from .conftest import Bench


def play(bench: Bench) -> None:
    """What happened before the upgrade."""
    bench.deliver(bench.returned("r1", refund="a", note="x", stock={"A": 2}))
    bench.deliver(bench.returned("r1", 2, refund="b", note="y", stock={"A": 5, "B": 1}))
    bench.shop.fails("mails.send", "RATE_LIMITED")
    bench.deliver(bench.returned("r2", mail="hello"), wait=True)
    bench.shop.fails("stock.add", "GONE", times=1)
    bench.deliver(bench.returned("r3", stock={"C": 3}))
    bench.deliver(bench.returned("r4", status="hold"))
    bench.shop.fails("orders.get", "UNAVAILABLE")
    bench.deliver(bench.returned("r5", order="4711"), wait=True)
    bench.shop.fails("refunds.send", "TIMEOUT", times=1)
    bench.deliver(bench.returned("r6", refund="later"))
    bench.deliver(bench.returned("r7", hours=100_000))
    store = bench.look()
    store.accept(bench.returned("r8", note="undecided"), bench.clock.now())
    store.keep_rejected("desk", b"forged", "signature", bench.clock.now(), "the signature is wrong")
    store.close()


def go_on(bench: Bench) -> None:
    """What happens after it: everything that can go on does, and a later version changes what was sent."""
    bench.shop.always("mails.send", None)
    bench.shop.always("orders.get", {"items": [{"id": 7}]})
    bench.clock.time += timedelta(days=1)
    bench.deliver(bench.returned("r1", 3, refund="b", note="z", stock={"A": 1}), wait=True)
    bench.ask(lambda store: store.replay(bench.clock.now(), queue="failed"))
    bench.deliver(wait=True)


if __name__ == "__main__":
    file = Path(sys.argv[1])
    old = "path" in Bench.__dataclass_fields__  # with layout 4
    made = Bench(file if old else partial(SqliteStore, file))  # type: ignore[arg-type]
    play(made)
    with sqlite3.connect(file) as database:
        print("\n".join(database.iterdump()))
