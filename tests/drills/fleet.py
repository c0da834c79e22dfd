"""The engine in a drill: one `retoure serve` on a file, or several on one PostgreSQL database."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from retoure_cli.demo.platforms import Platforms
from retoure_cli.demo.service import HOST, SECRETS, Asked, Pace, ServiceFailed, free_port, write_deployment

from .lives import Life, Order
from .network import Host
from .places import Fate

LEASE: Final = 4.0
CONNECT: Final = 0.5  # with the time-out of an answer less than half a lease, as it has to be
SETTLE_AFTER: Final = 1.5  # as long as a call may take
PACE: Final = Pace(policies=50, poll=0.1, read_timeout=1.0)
START_SECONDS: Final = 60.0
DATABASE: Final = "RETOURE_DATABASE_URL"


class Worker(Asked):
    """One `retoure serve`, which lives again and again until there are enough kills."""

    def __init__(self, file: Path, url: str, environment: Mapping[str, str], namespace: str = "") -> None:
        self.file = file
        super().__init__(url)
        self.namespace = namespace
        self._environment = environment
        self.life: Life | None = None

    def born(self, fate: Fate | None = None) -> Life:
        command = ("serve", "--deployment", str(self.file), "--log", "json")
        self.life = Life(Order(command, self.log, self._environment, fate, self.namespace))
        return self.life

    @property
    def log(self) -> Path:
        return self.file.with_suffix(".log")

    def rest(self) -> None:
        """Asks it to end."""
        if self.life is not None:
            self.life.stop()

    def close(self) -> None:
        self.rest()
        super().close()


def end_of(log: Path, lines: int = 10) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


@dataclass
class Fleet:
    """All workers of one database. `failures` are what went wrong in threads that kill them."""

    workers: tuple[Worker, ...]
    environment: Mapping[str, str]
    failures: list[BaseException] = field(default_factory=list)

    @property
    def deployment(self) -> Path:
        return self.workers[0].file

    def launch(self) -> None:
        """Starts all of them, and does not wait."""
        for worker in self.workers:
            worker.born()

    def kill(self) -> None:
        for worker in self.workers:
            if worker.life is not None:
                worker.life.kill()

    def start(self) -> None:
        """Starts all of them, and returns once they take webhooks. Raises ServiceFailed."""
        self.launch()
        until = time.monotonic() + START_SECONDS
        while not all(worker.ready() for worker in self.workers):
            if time.monotonic() > until:
                ends = "\n".join(end_of(worker.log) for worker in self.workers)
                raise ServiceFailed(f"a worker did not answer within {START_SECONDS:.0f} s:\n{ends}")
            time.sleep(0.05)

    def status(self) -> dict[str, Any] | None:
        """What the first that answers says of the database they share."""
        return next((found for worker in self.workers if (found := worker.status())), None)

    def check(self) -> None:
        """Raises what went wrong in a thread."""
        if self.failures:
            raise self.failures[0]

    def close(self) -> None:
        for worker in self.workers:
            worker.close()


HERE: Final = Host("", HOST)


@contextmanager
def fleet(
    folder: Path, platforms: Platforms, mapping: Path, database: str = "", hosts: Sequence[Host] = (HERE,)
) -> Iterator[Fleet]:
    """A worker on each host between both platforms, subscribed at Reveni; with SQLite unless a database is named."""
    environment = {**SECRETS, DATABASE: database}
    workers = tuple(_worker(folder / str(n), platforms, mapping, environment, host) for n, host in enumerate(hosts))
    made = Fleet(workers, environment)
    os.environ.update(environment)  # for commands, and for whoever reads the books
    try:
        made.start()
        for worker in workers:
            platforms.subscribe(f"{worker.url}/webhooks/reveni")
        yield made
    finally:
        made.close()


def _worker(folder: Path, platforms: Platforms, mapping: Path, environment: Mapping[str, str], host: Host) -> Worker:
    folder.mkdir()
    port = free_port()
    file = write_deployment(folder, platforms, mapping, PACE, port)
    text = yaml.safe_load(file.read_text(encoding="utf-8"))
    text["worker"]["settle_after"] = SETTLE_AFTER
    text["web"]["host"] = host.address
    for system in text["systems"].values():
        system["options"] |= {"connect_timeout": CONNECT, "allow_http": True}
    if environment[DATABASE]:
        text["store"], text["worker"]["lease"] = {"url": f"env:{DATABASE}"}, LEASE
    file.write_text(yaml.safe_dump(text, sort_keys=False), encoding="utf-8")
    return Worker(file, f"http://{host.address}:{port}", environment, host.namespace)
