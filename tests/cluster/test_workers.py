"""`retoure run` as several processes on one PostgreSQL database, with both platforms' books as the judge."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retoure import PostgresStore, Runner

from ..embedding.shop import DEPLOYMENT, Shop, shop, until, webhook

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")]

LEASE = 2
CLUSTERED = DEPLOYMENT.replace("{{path: retoure.db}}", "{{url: env:RETOURE_DATABASE_URL}}").replace(
    "{{poll: 0.05, settle_after: 0.1}}", f"{{{{poll: 0.05, lease: {LEASE}, pace: 100}}}}"
)
RETOURE = [sys.executable, "-m", "retoure_cli"]


@dataclass
class Gate:
    """Stands in front of SCAYLE: requests of this kind, once all of them is there, wait until it is opened."""

    method: str = ""
    path: str = ""
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if self.method != scope.get("method") or self.path not in scope["path"] or "/_sim" in scope["path"]:
                await app(scope, receive, send)
                return
            messages = [await receive()]
            while messages[-1].get("more_body"):
                messages.append(await receive())
            self.reached.set()
            await asyncio.to_thread(self.opened.wait, 60)

            async def again() -> Message:
                return messages.pop(0) if messages else await receive()

            await app(scope, again, send)

        return guarded


@dataclass
class Cluster:
    """A shop whose books are in PostgreSQL, and its workers."""

    shop: Shop
    url: str
    gate: Gate
    logs: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def worker(self, *arguments: str) -> subprocess.Popen[str]:
        """A worker that has begun. What it prints is in `log`."""
        command, folder = arguments or (*RETOURE, "run"), self.shop.file.parent
        with self._log(len(self.workers)).open("w") as log:
            running = subprocess.Popen(command, cwd=folder, env=self.environment, stdout=log, stderr=log, text=True)
        self.workers.append(running)
        until(lambda: "working with" in self.log(running) or running.poll() is not None, "a worker to begin")
        assert running.poll() is None, self.log(running)
        return running

    @property
    def environment(self) -> dict[str, str]:
        return {**self.shop.environment, "RETOURE_DATABASE_URL": self.url}

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command line to its end."""
        command, folder = (*RETOURE, *arguments), self.shop.file.parent
        return subprocess.run(command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False)

    def _log(self, number: int) -> Path:
        return self.logs / f"worker-{number}.log"

    def log(self, worker: subprocess.Popen[str]) -> str:
        return self._log(self.workers.index(worker)).read_text()

    def accept(self, number: int = 1) -> None:
        """Stores webhooks without working on them."""
        with Runner.from_deployment(self.shop.file, environment=self.environment) as runner:
            for _ in range(number):
                runner.accept("reveni", *webhook(self.shop.returned(self.shop.ordered())))

    def effects(self) -> dict[str, int]:
        with closing(PostgresStore(self.url)) as store:
            return dict(store.status().effects)

    def attempts(self) -> list[tuple[str, str]]:
        with closing(PostgresStore(self.url)) as store:
            rows = [row for subject in store.subjects() for row in store.story(subject).attempts]
        return [(row["step"], row["outcome"]) for row in rows]

    def claims(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT count(*) FROM claims WHERE worker IS NOT NULL").fetchone()
        return int(row[0]) if row else 0

    def refunded(self) -> list[int]:
        """How often each unit was paid back, by SCAYLE's own books."""
        return sorted(Counter(unit for unit, _ in self.shop.refunds()).values())

    def end(self) -> None:
        self.gate.opened.set()
        for worker in self.workers:
            worker.kill()
            worker.wait()


@contextmanager
def cluster(folder: Path, url: str, gate: Gate) -> Iterator[Cluster]:
    with shop(folder, CLUSTERED, before=gate) as found:
        made = Cluster(found, url, gate, folder)
        try:
            yield made
        finally:
            made.end()


def gone(lease: float = LEASE) -> None:
    """Waits until a worker that gives no sign of life counts as dead."""
    time.sleep(lease * 1.2)


def test_three_workers_share_the_returns_and_double_nothing(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate()) as found:
        workers = [found.worker() for _ in range(3)]
        found.accept(24)
        until(lambda: found.effects() == {"applied": 48}, "all effects", 90)
        assert found.refunded() == [1] * 24
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(30) for worker in workers] == [0, 0, 0]
        assert all(found.log(worker).splitlines()[-1].startswith("stopped: ") for worker in workers)
        assert found.claims() == 0


def test_a_stopped_worker_that_wakes_up_writes_and_calls_nothing(tmp_path: Path, postgres: str) -> None:
    """It is stopped while it decides; another one does its work; then it goes on where it was."""
    with cluster(tmp_path, postgres, Gate("GET", "/orders/")) as found:
        zombie = found.worker()
        found.accept()
        assert found.gate.reached.wait(30)
        zombie.send_signal(signal.SIGSTOP)
        gone()
        other = found.worker()
        found.gate.opened.set()
        until(lambda: found.effects() == {"applied": 2}, "the other to do the work")
        before = found.attempts()
        zombie.send_signal(signal.SIGCONT)
        until(lambda: "another worker has it" in found.log(zombie), "the stopped one to notice")
        assert (found.refunded(), found.attempts()) == ([1], before)
        other.send_signal(signal.SIGTERM)
        assert other.wait(30) == 0
        found.accept()
        until(lambda: found.refunded() == [1, 1], "the one that was stopped to work again")


SLEEPER = """
import os, signal, sys
from retoure.delivery.store.postgres import PostgresStore
from retoure_cli.main import main

begin = PostgresStore.begin

def stopped(self, effect, plan, at):
    begun = begin(self, effect, plan, at)
    PostgresStore.begin = begin
    os.kill(os.getpid(), signal.SIGSTOP)
    return begun

PostgresStore.begin = stopped
sys.argv[1:] = ["run"]
main()
"""
"""A worker that is stopped right after it wrote down that it is about to call: the worst moment there is."""


def test_a_worker_stopped_between_intent_and_call_does_not_call(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate()) as found:
        zombie = found.worker(sys.executable, "-c", SLEEPER)
        found.accept()
        until(lambda: _is_stopped(zombie), "the worker to stop itself")
        assert (found.effects().get("sending"), found.refunded()) == (1, [])
        gone()
        found.worker()
        until(lambda: found.effects() == {"applied": 2}, "the other to do the work")
        before = found.attempts()
        assert ("send", "unknown") in before
        zombie.send_signal(signal.SIGCONT)
        until(lambda: "work on" in found.log(zombie), "the stopped one to notice")
        assert (found.refunded(), found.attempts()) == ([1], before)


def _is_stopped(worker: subprocess.Popen[str]) -> bool:
    return Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split()[0] in "Tt"


@pytest.mark.parametrize("reached_it", [True, False], ids=["after-it-took-effect", "before-it-took-effect"])
def test_what_a_killed_worker_was_calling_is_found_out_by_the_next(
    tmp_path: Path, postgres: str, reached_it: bool
) -> None:
    with cluster(tmp_path, postgres, Gate("POST", "return-items")) as found:
        victim = found.worker()
        found.accept()
        assert found.gate.reached.wait(30)
        if reached_it:
            victim.send_signal(signal.SIGSTOP)
            found.gate.opened.set()
            until(lambda: found.refunded() == [1], "the call to take effect while nobody listens")
        victim.kill()
        found.gate.opened.set()
        found.worker()
        until(lambda: found.effects() == {"applied": 2}, "the next one to find out")
        assert found.refunded() == [1]
        assert ("send", "unknown") in found.attempts()


def test_a_call_in_flight_is_finished_before_a_worker_leaves(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate("POST", "return-items")) as found:
        leaving = found.worker()
        found.accept(3)
        assert found.gate.reached.wait(30)
        leaving.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        assert leaving.poll() is None
        found.gate.opened.set()
        assert leaving.wait(30) == 0
        assert (found.claims(), found.effects().get("sending")) == (0, None)
        found.worker()
        until(lambda: found.effects() == {"applied": 6}, "the others to be done elsewhere")
        assert found.refunded() == [1, 1, 1]
        assert ("send", "unknown") not in found.attempts()


def test_a_worker_outlives_its_connections(tmp_path: Path, postgres: str) -> None:
    """All are cut, again and again, while it works and accepts."""
    with cluster(tmp_path, postgres, Gate()) as found:
        worker = found.worker()
        for _ in range(4):
            found.accept(2)
            with psycopg.connect(postgres, autocommit=True) as admin:
                admin.execute(CUT)
        until(lambda: found.refunded() == [1] * 8, "the worker to go on", seconds=90)
        until(lambda: found.claims() == 0, "what broke down at its end to be taken up again", seconds=30)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
        assert found.claims() == 0


CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def test_the_address_of_the_database_may_come_from_the_command_line(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate()) as found:
        found.accept(2)
        text = found.shop.file.read_text()
        found.shop.file.write_text(text.replace("{url: env:RETOURE_DATABASE_URL}", "{path: x.db}"))
        for where in ("env:RETOURE_DATABASE_URL", postgres):
            done = found.call("run", "--until-idle", "--store", where)
            assert (done.returncode, "; nothing waits" in done.stdout.splitlines()[-1]) == (0, True)
        assert found.refunded() == [1, 1]
        assert not (tmp_path / "x.db").exists()


@pytest.mark.parametrize("arguments", [("run",), ("serve",), ("--traceback", "run"), ("status",)])
def test_a_database_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with cluster(tmp_path, "postgresql://retoure:hush-hush@127.0.0.1:1/retoure", Gate()) as found:
        done = found.call(*arguments)
        assert "postgresql://retoure@127.0.0.1:1/retoure" in done.stderr
        assert "hush" not in done.stdout + done.stderr
        assert done.returncode == 69 or "--traceback" in arguments
