"""Processes of `retoure` that live until they are killed: started from one that has everything loaded already."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Final

from .places import PLACES, Fate, Page, Place, Whereabouts, found

_CONTEXT: Final[ForkServerContext] = multiprocessing.get_context("forkserver")
_ONE_AT_A_TIME: Final = threading.Lock()  # starting a process looks after all others, and may take their exit codes
_CONTEXT.set_forkserver_preload(["tests.drills.loaded"])


@dataclass(frozen=True)
class Order:
    """What a process is to do: the words of a command line, with which secrets, how it is to end, and on which host."""

    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    fate: Fate | None = None
    namespace: str = ""


class Life:
    """One process. Its page can be read when it is dead."""

    def __init__(self, order: Order) -> None:
        self._page: Page = _CONTEXT.RawArray("i", len(PLACES))
        self._page[PLACES.index(Place.STARTING)] = 1
        self._process: ForkServerProcess = _CONTEXT.Process(target=live, args=(order, self._page), daemon=True)
        with _ONE_AT_A_TIME:
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self.code == -signal.SIGKILL

    @property
    def code(self) -> int | None:
        """Its exit code, None while it lives."""
        with _ONE_AT_A_TIME:
            return self._process.exitcode

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it has ended, by then."""
        return bool(wait([self._process.sentinel], seconds))

    def send(self, number: int) -> None:
        """Any signal; a process that has ended hears none."""
        if self.code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL from outside."""
        self.send(signal.SIGKILL)
        self.wait()

    def stop(self, seconds: float = 15.0) -> None:
        """Asks it to end, and insists after a while."""
        self.send(signal.SIGTERM)
        if not self.wait(seconds):
            self.kill()

    def places(self) -> list[Place]:
        """Where it is, or was when it died."""
        return found(self._page)


def live(order: Order, page: Page) -> None:
    """The process itself: the command line, which says all the time where it is."""
    from retoure_cli.main import main

    from . import network, probes

    if order.namespace:
        network.enter(order.namespace)
    os.environ.update(order.environment)
    _write_to(order.log)
    places = Whereabouts(page, order.fate)
    probes.put_in(places)
    page[PLACES.index(Place.STARTING)] = 0
    places.enter(Place.STARTING)
    sys.argv = ["retoure", *order.command]
    main()


def _write_to(log: Path) -> None:
    with log.open("ab") as file:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(file.fileno(), stream.fileno())
