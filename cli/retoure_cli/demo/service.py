"""The engine as a deployment runs it: `retoure serve` in a process of its own, to be killed and started again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import httpx
import yaml

from .platforms import API_KEY, HOOK_PASSWORD, HOOK_USER, STORE, TOKEN, Platforms

START_SECONDS: Final = 120.0  # a busy machine takes long
STOP_SECONDS: Final = 15.0
HOST: Final = "127.0.0.1"


class ServiceFailed(Exception):
    """`retoure serve` did not start, or ended by itself; the text shows the end of its log."""


@dataclass(frozen=True)
class Pace:
    """How the deployment of a demo differs from a real one: shorter waits, shorter time-outs, looser clocks."""

    policies: float = 20.0
    concurrency: int = 8
    poll: float = 0.2
    read_timeout: float = 1.5
    grace: float = 300.0


def write_deployment(folder: Path, platforms: Platforms, mapping: Path, pace: Pace, port: int) -> Path:
    """A deployment file in `folder`, as one would write it, with secrets by reference."""
    text = yaml.safe_dump(_deployment(platforms, mapping, pace, port), sort_keys=False)
    file = folder / "retoure.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def _deployment(platforms: Platforms, mapping: Path, pace: Pace, port: int) -> dict[str, Any]:
    scayle, reveni = platforms.scayle.url, platforms.reveni.url
    return {
        "mapping": str(mapping),
        "settings": {"restocks": "engine", "exchanges": "engine", "warehouse": "main-warehouse"},
        "systems": {
            "scayle": {
                "connector": "scayle",
                "base_url": f"{scayle}/api/admin/v1",
                "options": {"shop": "ms", "country": "DE", "read_timeout": pace.read_timeout},
                "credentials": {
                    "token": "env:SCAYLE_TOKEN",
                    "webhook_user": "env:SCAYLE_HOOK_USER",
                    "webhook_password": "env:SCAYLE_HOOK_PASSWORD",
                },
            },
            "reveni": {
                "connector": "reveni",
                "base_url": f"{reveni}/merchants/v0/stores/{STORE}",
                "options": {"store": STORE, "read_timeout": pace.read_timeout, "undocumented": True},
                "credentials": {"token": "env:REVENI_TOKEN"},
            },
        },
        "store": {"path": "retoure.db"},
        "alerts": {"oncall": {"channel": "log"}, "finance": {"channel": "log"}},
        "web": {"host": HOST, "port": port},
        "worker": {"concurrency": pace.concurrency, "poll": pace.poll, "pace": pace.policies, "grace": pace.grace},
    }


SECRETS: Final = {
    "SCAYLE_TOKEN": TOKEN,
    "SCAYLE_HOOK_USER": HOOK_USER,
    "SCAYLE_HOOK_PASSWORD": HOOK_PASSWORD,
    "REVENI_TOKEN": API_KEY,
}


class Engine(Protocol):
    """What a day needs of the engine, however many processes that is."""

    @property
    def deployment(self) -> Path:
        """A file that names its database."""
        ...

    def launch(self) -> None:
        """Starts it, and does not wait."""
        ...

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing tidied up."""
        ...

    def status(self) -> dict[str, Any] | None:
        """Its own counts, None while it does not answer."""
        ...

    def check(self) -> None:
        """Raises ServiceFailed when it has ended without being asked to."""
        ...


class Asked:
    """A service at its address, and what it says of itself."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=2.0)

    def ready(self) -> bool:
        """Whether it takes webhooks."""
        try:
            return self._client.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def status(self) -> dict[str, Any] | None:
        """Its own counts, None while it does not answer."""
        try:
            answer = self._client.get("/status")
        except httpx.HTTPError:
            return None
        found: dict[str, Any] = answer.json()
        return found if answer.status_code == 200 else None

    def close(self) -> None:
        """Closes the connection to it."""
        self._client.close()


class Service(Asked):
    """`retoure serve` on a deployment file. `kill` is SIGKILL; `start` after it finds everything again."""

    def __init__(self, deployment: Path, port: int) -> None:
        super().__init__(f"http://{HOST}:{port}")
        self.deployment = deployment
        self.log = deployment.with_name("serve.log")
        self.kills = 0
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Starts the process and does not wait for it."""
        command = [sys.executable, "-m", "retoure_cli", "serve", "--deployment", str(self.deployment)]
        environment = {**os.environ, **SECRETS}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def start(self) -> None:
        """Starts the process and returns once it takes webhooks. Raises ServiceFailed."""
        self.launch()
        until = time.monotonic() + START_SECONDS
        while not self.ready():
            self.check()
            if time.monotonic() > until:
                raise ServiceFailed(f"the service did not answer within {START_SECONDS:.0f} s{self._end_of_log()}")
            time.sleep(0.03)

    def check(self) -> None:
        """Raises ServiceFailed when the process has ended without being asked to."""
        if self._process is not None and self._process.poll() is not None:
            raise ServiceFailed(f"it ended with exit code {self._process.returncode}{self._end_of_log()}")

    def kill(self) -> None:
        """SIGKILL: no goodbye, nothing tidied up."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.kills += 1

    def stop(self) -> None:
        """Asks it to end, and insists after a while."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def close(self) -> None:
        """Stops it and closes the connection to it."""
        self.stop()
        super().close()

    def _end_of_log(self) -> str:
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines() if self.log.exists() else []
        return ":\n" + "\n".join(lines[-20:]) if lines else ""


@contextmanager
def serving(folder: Path, platforms: Platforms, mapping: Path, pace: Pace) -> Iterator[Service]:
    """The engine between both platforms, subscribed at Reveni, for as long as the block lasts."""
    port = free_port()
    service = Service(write_deployment(folder, platforms, mapping, pace, port), port)
    try:
        service.start()
        platforms.subscribe(f"{service.url}/webhooks/reveni")
        yield service
    finally:
        service.close()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        port: int = taken.getsockname()[1]
    return port
