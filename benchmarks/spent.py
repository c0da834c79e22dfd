"""Where the processor time of an event goes: the store's methods are timed in the thread that they run in."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from measuring import Peers

from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite_file import Connection
from retoure.delivery.thread import StoreThread

ROWS: Final = {
    "retoure, events accepted": (SqlStore, "accept_all"),
    "retoure, events and books read": (SqlStore, "case"),
    "retoure, decisions recorded": (SqlStore, "record"),
    "retoure, calls begun": (SqlStore, "begin"),
    "retoure, calls concluded": (SqlStore, "conclude"),
    "retoure, statements made together": (Connection, "catch_up"),
}
"""What is timed. Statements whose result nobody needs are made together when a group ends: they count for no other."""
ALL: Final = "retoure, store in all"


def rows(by_hand: Callable[[], object], by_engine: Callable[[], object], total: int) -> Peers:
    """Microseconds an event: all of the engine first, then its parts, as they were in that run."""
    found: Counter[str] = Counter()

    def run() -> float:
        found.clear()
        with timed(found):
            whole = processor(by_engine)
        found["retoure, in the event loop"] = whole - found[ALL]
        return whole / total * 1e6

    parts = (*ROWS, ALL, "retoure, in the event loop")
    return {
        "retoure, all": run,
        **{name: (lambda name=name: found[name] / total * 1e6) for name in parts},
        "outbox by hand, all": lambda: processor(by_hand) / total * 1e6,
    }


def processor(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


@contextmanager
def timed(found: Counter[str]) -> Iterator[None]:
    """Inside, the time in each method is added up."""
    places = {**ROWS, ALL: (StoreThread, "_make")}
    before = {name: getattr(cls, method) for name, (cls, method) in places.items()}
    for name, (cls, method) in places.items():
        setattr(cls, method, _timed(before[name], name, found))
    try:
        yield
    finally:
        for name, (cls, method) in places.items():
            setattr(cls, method, before[name])


def _timed(function: Callable[..., Any], name: str, found: Counter[str]) -> Callable[..., Any]:
    @wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        began = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            found[name] += time.thread_time() - began  # type: ignore[assignment]  # a Counter of seconds

    return timed
