"""How much memory processes take: `python benchmarks/memory.py EVENTS` works on so many events, and ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import books
from measuring import Peers
from peers import SHIPPED

RETOURE = (sys.executable, "-m", "retoure_cli")
RECEIVED = SHIPPED.parent / "fixtures" / "received.json"
ENVIRONMENT = {**os.environ, "TOKEN": "none", "RETOURE_CACHE": "off"}
DEPLOYMENT = f"""
mapping: {SHIPPED}
systems:
  scayle:
    connector: scayle
    base_url: http://127.0.0.1:9
    options: {{shop: ms, country: DE}}
    credentials: {{token: env:TOKEN}}
  reveni:
    connector: reveni
    base_url: http://127.0.0.1:9
    options: {{store: none}}
    credentials: {{token: env:TOKEN}}
store: {{path: retoure.db}}
alerts:
  oncall: {{channel: log}}
web: {{port: 0}}
"""
"""Platforms that nobody asks."""
PARSER = "import lark, click"
"""What even the smallest command needs."""


def peers(stack: ExitStack, *, quick: bool) -> Peers:
    folder = books.folder(stack)
    (folder / "retoure.yaml").write_text(DEPLOYMENT, encoding="utf-8")
    few, many = (200, 1_000) if quick else (1_000, 10_000)
    return {
        "python with lark and click": partial(most, [sys.executable, "-c", PARSER]),
        "retoure check": partial(most, [sys.executable, "-m", "retoure_cli", "check", str(SHIPPED)]),
        "retoure serve, idle": partial(idle, folder),
        **{
            f"retoure, after {number:,} events": partial(most, [sys.executable, __file__, str(number)])
            for number in (few, many)
        },
        **{f"retoure import, {number:,} records": partial(imported, folder, number) for number in (few, 10 * many)},
    }


def idle(folder: Path) -> float:
    """The most megabytes that a service has had, some time after it began to listen."""
    command = [*RETOURE, "serve"]
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("listening"), command
        time.sleep(2)
        found = high_water(running.pid)
        running.terminate()
    return found


def imported(folder: Path, number: int) -> float:
    """The most megabytes of an import of so many records, none of which is known."""
    record, file = json.loads(RECEIVED.read_bytes()), folder / f"{number}.jsonl"
    with file.open("w", encoding="utf-8") as written:
        written.writelines(f"{json.dumps({**record, 'id': f'{number}-{each}'})}\n" for each in range(number))
    return most([*RETOURE, "import", file.name], folder)


def most(command: Sequence[str], folder: Path | None = None) -> float:
    """The most megabytes that a command had at a time. Raises AssertionError when it fails."""
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, stdout=nowhere, stderr=nowhere) as running:
        found = 0.0
        while running.poll() is None:
            found = max(found, high_water(running.pid))
            time.sleep(0.01)
    assert running.returncode == 0, command
    return found


def high_water(process: int) -> float:
    """The most megabytes that a process has had so far; 0 for one that has ended."""
    with suppress(OSError):
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            return int(found.group(1)) / 1024
    return 0.0


def main(number: int) -> None:
    """Takes in events of as many returns, with all that comes of them."""
    with ExitStack() as stack:
        path = books.folder(stack) / "books.db"
        books.work(books.program(), path, (books.event(books.subject(each)) for each in range(number)))


if __name__ == "__main__":
    main(int(sys.argv[1]))
