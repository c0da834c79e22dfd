"""How often processes are struck, at which places of their work, and where it really was."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from signal import SIGKILL
from typing import Final

from .lives import Life
from .places import NARROW, NOWHERE, PLACES, Fate, Place

LONGEST: Final = 4.0  # seconds after which a strike comes from outside, wherever the process is


class Strikes:
    """The strikes so far, by a signal, and where they struck. Used by several threads."""

    def __init__(self, wanted: int, seed: int, signal: int = SIGKILL) -> None:
        self.wanted = wanted
        self.signal = signal
        self.count = 0
        self.struck: Counter[str] = Counter()
        self._dice = random.Random(seed)
        self._begun = 0
        self._lock = threading.Lock()

    def next(self, places: tuple[Place, ...] = PLACES) -> Fate | float | None:
        """What meets the next process: its own fate, or a strike from outside after so many seconds; None for nothing.
        The likeliest place is where least struck.
        """
        with self._lock:
            if self._begun >= self.wanted:
                return None
            self._begun += 1
            weights = [1 / (1 + self.struck[place]) for place in places]
            (place,) = self._dice.choices(places, weights)
            if len(places) > 1 and self._dice.random() < 0.2:
                return self._dice.uniform(0.0, LONGEST / 2)
            return self._fate(place)

    def _fate(self, place: Place) -> Fate:
        if place is Place.STARTING:
            return Fate(place, 1, self._dice.uniform(0.0, 1.0), self.signal)
        late = 0.0 if place in NARROW else self._dice.choice((0.0, self._dice.uniform(0.0, 0.02)))
        return Fate(place, self._dice.randint(1, 6), late, self.signal)

    def note(self, places: Sequence[str]) -> None:
        with self._lock:
            self.count += 1
            self.struck.update(places or [NOWHERE])

    def take_back(self) -> None:
        """A process that ended before its fate came true does not count."""
        with self._lock:
            self._begun -= 1

    def enough(self) -> None:
        """No further ones are wanted, however many there were."""
        with self._lock:
            self.wanted = min(self.wanted, self._begun)

    @property
    def missed(self) -> tuple[str, ...]:
        """Places where none struck."""
        return tuple(place for place in PLACES if not self.struck[place])


def await_fate(life: Life, end: Fate | float, came: Callable[[float], bool]) -> None:
    """Until its fate came true; at the longest so many seconds after it has started."""
    while not came(0.02):
        if Place.STARTING not in life.places():
            came(LONGEST if isinstance(end, Fate) else end)
            return
