"""The commands as real processes: signals, restarts, pipes and terminals."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from retoure import Runner, SqliteStore

from ..embedding.shop import SECRETS, Shop, shop, until, webhook
from ..plain import PLAIN
from .conftest import RETOURE, process

posix = pytest.mark.skipif(os.name != "posix", reason="signals and terminals as POSIX has them")


@contextmanager
def serving(at: Shop) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A `retoure serve` process and its address; killed at the end if it still runs."""
    running = process("serve", at=at)
    try:
        assert running.stdout is not None
        line = running.stdout.readline()
        assert line.startswith("listening on http://"), line + running.communicate()[1]
        yield running, line.split()[2].rstrip(";")
    finally:
        running.kill()
        running.communicate()


def posted(address: str, made: Any) -> int:
    body, headers = webhook(made)
    return httpx.post(f"{address}/webhooks/reveni", content=body, headers=headers, verify=PLAIN).status_code


# -- serve ------------------------------------------------------------------------------------------------------------


def test_signed_webhooks_of_reveni_become_refunds(running_shop: Shop) -> None:
    order = running_shop.ordered()
    with serving(running_shop) as (_, address):
        running_shop.subscribed(f"{address}/webhooks/reveni")
        running_shop.returned(order)
        running_shop.delivered()
        until(lambda: bool(running_shop.refunds()), "the refund")
        assert httpx.get(f"{address}/readyz", verify=PLAIN).status_code == 200
    assert running_shop.refunds() == [(order["items"][0]["id"], 1000)]


def levels(log: str) -> set[str]:
    """How serious the lines of a log are."""
    return {json.loads(line)["level"] for line in log.splitlines()}


@posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_a_summary(running_shop: Shop, number: signal.Signals) -> None:
    with serving(running_shop) as (running, address):
        assert posted(address, running_shop.returned(running_shop.ordered())) == 202
        until(lambda: bool(running_shop.refunds()), "the refund")
        running.send_signal(number)
        out, errors = running.communicate(timeout=30)
    assert (running.returncode, levels(errors)) == (0, {"info"})
    assert out.splitlines()[-1].startswith("stopped: 1 event decided")


@dataclass
class Gate:
    """Stands in front of SCAYLE and lets calls to a path wait until it is opened."""

    path: str
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            if self.path in scope.get("path", "") and not scope["path"].startswith("/_sim"):
                self.reached.set()
                await asyncio.to_thread(self.opened.wait, 60)
            await app(scope, receive, send)

        return guarded


@contextmanager
def guarded_shop(folder: Path, path: str) -> Iterator[tuple[Shop, Gate]]:
    gate = Gate(path)
    with shop(folder, before=gate) as found:
        try:
            yield found, gate
        finally:
            gate.opened.set()


@posix
def test_a_call_in_flight_is_finished_before_the_end(tmp_path: Path) -> None:
    with guarded_shop(tmp_path, "return-items") as (found, gate), serving(found) as (running, address):
        assert posted(address, found.returned(found.ordered())) == 202
        assert gate.reached.wait(30)
        running.send_signal(signal.SIGTERM)
        until(lambda: not answers(address), "the server to take no more requests")
        assert running.poll() is None
        gate.opened.set()
        running.communicate(timeout=30)
        assert running.returncode == 0
        assert effects(found) == {"applied": 2}
        assert len(found.refunds()) == 1


@posix
def test_a_second_signal_cuts_off_what_hangs(tmp_path: Path) -> None:
    with guarded_shop(tmp_path, "return-items") as (found, gate), serving(found) as (running, address):
        assert posted(address, found.returned(found.ordered())) == 202
        assert gate.reached.wait(30)
        running.send_signal(signal.SIGTERM)
        until(lambda: not answers(address), "the server to take no more requests")
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=30)
        assert effects(found) == {"applied": 1, "sending": 1}


@posix
def test_killed_after_its_answer_it_loses_nothing(tmp_path: Path) -> None:
    with guarded_shop(tmp_path, "/orders/") as (found, gate):
        with serving(found) as (running, address):
            assert posted(address, found.returned(found.ordered())) == 202
            assert gate.reached.wait(30)
            running.kill()
            running.communicate(timeout=30)
        assert found.refunds() == []
        gate.opened.set()
        with serving(found):
            until(lambda: bool(found.refunds()), "the refund")
        assert len(found.refunds()) == 1


def answers(address: str) -> bool:
    try:
        httpx.get(f"{address}/healthz", verify=PLAIN)
    except httpx.TransportError:
        return False
    return True


def effects(found: Shop) -> dict[str, int]:
    with closing(SqliteStore(found.file.parent / "retoure.db")) as store:
        return dict(store.status().effects)


# -- run --------------------------------------------------------------------------------------------------------------


def accepted(found: Shop, number: int = 1) -> None:
    """Stores webhooks without working on them."""
    with Runner.from_deployment(found.file, environment=SECRETS) as runner:
        for _ in range(number):
            runner.accept("reveni", *webhook(found.returned(found.ordered())))


def test_until_idle(running_shop: Shop) -> None:
    accepted(running_shop, 3)
    out, errors = process("run", "--until-idle", at=running_shop).communicate(timeout=60)
    assert levels(errors) == {"info"}
    assert out.splitlines()[0].startswith("working with reveni_to_scayle ")
    assert out.splitlines()[-1] == "idle: 3 events decided, 6 calls sent; nothing waits, next in 47 hours"
    assert len(running_shop.refunds()) == 3


@posix
def test_for_ever_it_sees_what_another_process_stores(running_shop: Shop) -> None:
    running = process("run", at=running_shop)
    assert running.stdout is not None
    try:
        assert "nothing waits" in running.stdout.readline()
        accepted(running_shop)
        until(lambda: bool(running_shop.refunds()), "the refund")
        assert "1 event decided" in running.stdout.readline()
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=30)
        assert running.returncode == 0
    finally:
        running.kill()
        running.communicate()


# -- output -----------------------------------------------------------------------------------------------------------


@posix
def test_a_reader_that_leaves_is_no_mistake(worked: Shop) -> None:
    for arguments in (("queue", "show", "event-1", "--json"), ("status",)):
        read, write = os.pipe()
        os.close(read)
        with os.fdopen(write, "w") as pipe:
            running = process(*arguments, at=worked, stdout=pipe)
        assert (running.communicate(timeout=60)[1], running.returncode) == ("", 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a disk that is always full")
def test_a_full_disk_is_no_mistake_of_ours() -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run([*RETOURE, "functions"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (69, "error: the output cannot be written: No space left on device\n")


@posix
@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colours_only_on_a_terminal_and_when_wanted(
    worked: Shop, monkeypatch: pytest.MonkeyPatch, no_color: str, coloured: bool
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[" in on_a_terminal("status", at=worked)) is coloured
    assert "\x1b[" not in process("status", at=worked).communicate(timeout=60)[0]


@posix
def test_a_worker_shows_a_live_line_on_a_terminal(running_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    accepted(running_shop)
    shown = on_a_terminal("run", "--until-idle", at=running_shop)
    assert "looking for work" in shown
    assert "idle: 1 event decided, 2 calls sent" in shown


@posix
def test_a_live_view_of_a_running_service(running_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It draws itself again as things go on, and Ctrl-C ends it well."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "160")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = running_shop.file.read_text(encoding="utf-8")
    running_shop.file.write_text(text.replace("port: 0", f"port: {port}"), encoding="utf-8")
    with serving(running_shop) as (_, address):
        seen: list[str] = []

        def look(view: subprocess.Popen[str], shown: str) -> None:
            if not seen and f"{address} is ready" in shown:
                assert posted(address, running_shop.returned(running_shop.ordered())) == 202
                seen.append(shown)
            elif len(seen) == 1 and "since you look  1 event decided, 2 calls sent" in shown:
                view.send_signal(signal.SIGINT)
                seen.append(shown)

        shown = on_a_terminal("status", "--live", at=running_shop, look=look)
    assert "since you look  nothing was done" in shown
    assert re.search(r"scayle +closed", shown)


def on_a_terminal(
    *arguments: str, at: Shop, look: Callable[[subprocess.Popen[str], str], None] = lambda _, __: None
) -> str:
    """What a command writes to a terminal, prose and data together. `look` is shown it as it comes."""
    main, side = os.openpty()
    with os.fdopen(side, "w") as terminal:
        running = process(*arguments, at=at, stdout=terminal, stderr=terminal)
    shown = b""
    patience = threading.Timer(60, running.kill)
    patience.start()
    for chunk in iter(lambda: _read(main), b""):
        shown += chunk
        look(running, shown.decode(errors="replace"))
    patience.cancel()
    os.close(main)
    running.communicate(timeout=60)
    assert running.returncode == 0, shown.decode()
    return shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_the_console_script_is_the_same_program(running_shop: Shop) -> None:
    found = [process(*arguments, at=running_shop).communicate(timeout=60)[0] for arguments in (["--version"], ["-h"])]
    assert found[0].startswith("retoure, version ")
    assert "Exit codes:" in found[1]


def test_json_is_one_document(worked: Shop) -> None:
    commands: Callable[..., Any] = lambda *words: json.loads(process(*words, at=worked).communicate(timeout=60)[0])  # noqa: E731
    assert isinstance(commands("status", "--json"), dict)
    assert isinstance(commands("holds", "list", "--json"), list)
