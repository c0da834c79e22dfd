"""Where processor time goes: methods are timed, each in the thread it runs in."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from measuring import Peers

from retoure.delivery.thread import StoreThread

Places = Mapping[str, tuple[type, str]]
"""What is timed: a class and one of its methods, by the name of a row."""

ALL: Final = "retoure, store in all"


@dataclass(frozen=True)
class Parts:
    """Rows of `places`. What the store's thread does is in `ALL`; `rest` is what neither it nor `beside` does."""

    places: Places
    rest: str
    beside: tuple[str, ...] = ()


def rows(by_hand: Callable[[], object], by_engine: Callable[[], object], total: int, parts: Parts) -> Peers:
    """Microseconds for one of `total`: all of the engine first, then its parts, as they were in that run."""
    found: Counter[str] = Counter()

    def run() -> float:
        found.clear()
        with timed({**parts.places, ALL: (StoreThread, "_make")}, found):
            whole = processor(by_engine)
        found[parts.rest] = whole - sum(found[name] for name in (ALL, *parts.beside))
        return whole / total * 1e6

    return {
        "retoure, all": run,
        **{name: (lambda name=name: found[name] / total * 1e6) for name in (*parts.places, ALL, parts.rest)},
        "by hand, all": lambda: processor(by_hand) / total * 1e6,
    }


def processor(run: Callable[[], object]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


@contextmanager
def timed(places: Places, found: Counter[str]) -> Iterator[None]:
    """Inside, the time in each method is added up."""
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
