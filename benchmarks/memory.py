"""How much memory processes take: `python benchmarks/memory.py EVENTS` works on so many events, and ends."""

from __future__ import annotations

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

PARSER = "import lark, click"
"""What even the smallest command needs."""


def peers(_: ExitStack, *, quick: bool) -> Peers:
    few, many = (200, 1_000) if quick else (1_000, 10_000)
    return {
        "python with lark and click": partial(most, [sys.executable, "-c", PARSER]),
        "retoure check": partial(most, [sys.executable, "-m", "retoure_cli", "check", str(SHIPPED)]),
        **{
            f"retoure, after {number:,} events": partial(most, [sys.executable, __file__, str(number)])
            for number in (few, many)
        },
    }


def most(command: Sequence[str]) -> float:
    """The most megabytes that a command had at a time. Raises AssertionError when it fails."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
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
