"""A running shop with its deployment file as the working folder, and the command line in and out of process."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from click.testing import CliRunner, Result

from retoure import AsyncRunner, Runner
from retoure.testing.clock import JumpingClock
from retoure_cli.main import group

from ..embedding.shop import SECRETS, Shop, shop, webhook

RETOURE = (sys.executable, "-W", "error", "-m", "retoure_cli")

Call = Callable[..., Result]


def told(call: Call, *arguments: str) -> Any:
    """What a command says in JSON."""
    result = call(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def letter(call: Call) -> str:
    (found,) = told(call, "queue", "list")
    return str(found["id"])


@pytest.fixture
def running_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path) as found:
        yield found


@pytest.fixture
def call() -> Call:
    """The command line inside this process: `call("status", "--json")`."""
    return lambda *arguments: CliRunner().invoke(group, arguments)


@pytest.fixture
def worked(running_shop: Shop) -> Shop:
    """One return refunded, one held since SCAYLE knows no such order, one refund refused by SCAYLE and queued."""
    with Runner.from_deployment(running_shop.file) as runner:
        for order in (running_shop.ordered(), {"id": 4711}):
            runner.accept("reveni", *webhook(running_shop.returned(order)))
        runner.drain()
        running_shop.fault(running_shop.scayle, kind="status", status=400, path="return-items", times=1)
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        runner.drain()
    return running_shop


def two_days_later(at: Shop) -> None:
    """The watches over what should have happened by then have looked, and rest."""

    async def watched() -> None:
        clock = JumpingClock(datetime.now(UTC) + timedelta(hours=49))
        async with AsyncRunner.from_deployment(at.file, clock=clock) as runner:
            await runner.drain()

    asyncio.run(watched())


def process(
    *arguments: str, at: Shop, stdout: int | IO[str] = subprocess.PIPE, stderr: int | IO[str] = subprocess.PIPE
) -> subprocess.Popen[str]:
    """The command line as a process of its own."""
    return subprocess.Popen(
        [*RETOURE, *arguments],
        cwd=at.file.parent,
        env=at.environment,
        stdout=stdout,
        stderr=stderr,
        text=True,
    )
