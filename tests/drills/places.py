"""Where a process is in its work, written down in memory that outlives it: so it is known where a signal struck."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from signal import SIGKILL
from typing import Final, Protocol


class Place(StrEnum):
    """A part of the work. A process that works on several returns can be at several places at a time."""

    STARTING = "while starting"
    ACCEPTING = "while accepting"
    COMMITTING = "during group commit"
    DECIDING = "while deciding"
    INTENT = "between intent and call"
    CALLING = "during a call"
    UNMARKED = "between call and mark"
    SETTLING = "while finding out"
    REPLAYING = "during replay of a letter"


NOWHERE: Final = "at rest"
PLACES: Final = tuple(Place)
NARROW: Final = (Place.INTENT, Place.COMMITTING)
"""Places that take so little time that a fate set for later would strike elsewhere."""


class Page(Protocol):
    """A number for each place: how many pieces of work are there. Shared with the process that reads it afterwards."""

    def __getitem__(self, number: int, /) -> int: ...
    def __setitem__(self, number: int, count: int, /) -> None: ...


@dataclass(frozen=True)
class Fate:
    """When a process strikes itself: `delay` seconds after it came to a place for the `passage`th time."""

    place: Place
    passage: int = 1
    delay: float = 0.0
    signal: int = SIGKILL


class Whereabouts:
    """Keeps the page of this process, and has its fate come true."""

    def __init__(self, page: Page, fate: Fate | None = None) -> None:
        self._page = page
        self._fate = fate
        self._passages: Counter[Place] = Counter()
        self._lock = threading.Lock()

    def enter(self, place: Place) -> None:
        with self._lock:
            self._page[PLACES.index(place)] += 1
            self._passages[place] += 1
            fated = self._fate is not None and (place, self._passages[place]) == (self._fate.place, self._fate.passage)
        if fated and self._fate is not None:
            _strike(self._fate)

    def leave(self, place: Place) -> None:
        with self._lock:
            self._page[PLACES.index(place)] -= 1

    @contextmanager
    def at(self, place: Place) -> Iterator[None]:
        self.enter(place)
        try:
            yield
        finally:
            self.leave(place)


def _strike(fate: Fate) -> None:
    if fate.delay:
        threading.Thread(target=_strike_late, args=(fate,), daemon=True).start()
    else:
        os.kill(os.getpid(), fate.signal)


def _strike_late(fate: Fate) -> None:
    time.sleep(fate.delay)
    os.kill(os.getpid(), fate.signal)


def found(page: Page) -> list[Place]:
    """Where the process that keeps this page is, or was when it died; nowhere while it rests."""
    return [place for number, place in enumerate(PLACES) if page[number] > 0]
