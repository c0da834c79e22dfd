"""What makes a day under fire hard: effects and answers that come late or never, letters made and replayed."""

from __future__ import annotations

import random
import threading
import time
from signal import SIGKILL
from typing import Final

from retoure_cli.demo.platforms import Platform
from retoure_cli.demo.play import Progress
from retoure_cli.demo.service import ServiceFailed

from .fleet import Fleet, end_of
from .lives import Life, Order
from .places import Fate, Place
from .strikes import Strikes

SLOW: Final = 0.4  # seconds from a call to its effect, or on to its lost answer: a kill leaves an unknown outcome
PAUSE: Final = 1.0  # seconds between two troubles
WRITES: Final = (
    ("POST", "/fulfillment/return-items$"),
    ("POST", "/orders$"),
    ("PATCH", "/billing-status$"),
    ("POST", "/stocks$"),
    ("PUT", "/legacy-custom-data$"),
)
FINE: Final = (0, 69)  # exit codes of a replay; 69: the database was locked for too long by a process being killed


class Trouble:
    """Plans a few faults a second for SCAYLE's writes."""

    def __init__(self, scayle: Platform, seed: int) -> None:
        self._scayle = scayle
        self._dice = random.Random(seed)
        self._last = 0.0

    def look(self, _: Progress) -> None:
        """Called many times a second by the player of the day."""
        if time.monotonic() - self._last > PAUSE:
            self._last = time.monotonic()
            self._make()

    def _make(self) -> None:
        for method, path in self._dice.sample(WRITES, 2):
            kind = self._dice.choice(("timeout_after", "drop_after", "late"))
            skip = self._dice.randint(0, 3)
            self._scayle.fault(kind=kind, method=method, path=path, times=2, skip=skip, seconds=SLOW)
        method, path = self._dice.choice(WRITES)
        self._scayle.fault(kind="status", status=400, method=method, path=path, times=1)


def replay_letters(fleet: Fleet, strikes: Strikes, over: threading.Event, pause: float = PAUSE) -> None:
    """Replays all letters again and again, until the day is over. Where kills are drilled, every third time it is
    killed while at it.
    """
    number = 0
    while not over.wait(pause):
        number += 1
        fate = strikes.next((Place.REPLAYING,)) if strikes.signal == SIGKILL and number % 3 == 0 else None
        _replay_once(fleet, strikes, fate if isinstance(fate, Fate) else None)


def _replay_once(fleet: Fleet, strikes: Strikes, fate: Fate | None) -> None:
    log = fleet.deployment.with_name("replay.log")
    command = ("queue", "replay", "--all", "--deployment", str(fleet.deployment))
    clerk = Life(Order(command, log, fleet.environment, fate and Fate(fate.place, 1, fate.delay / 10)))
    clerk.wait()
    if clerk.killed:
        strikes.note(clerk.places())
    elif fate is not None:
        strikes.take_back()
    if not clerk.killed and clerk.code not in FINE:
        raise ServiceFailed(f"a replay ended with exit code {clerk.code}: \n{end_of(log)}")
