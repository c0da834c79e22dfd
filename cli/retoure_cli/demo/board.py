"""What one sees while the day runs: a live table on a terminal, plain lines anywhere else."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from .play import Progress

FRAME: Final = 0.2
LINE: Final = 4.0  # seconds between two plain lines
ORDER: Final = ("incomplete", "in_progress", "shipped", "received", "for_review", "accepted", "partly_accepted")
ROWS: Final = 9


class Board(Protocol):
    """Shows progress, and tells what happens."""

    def look(self, progress: Progress) -> None: ...

    def tell(self, hour: float, text: str) -> None: ...


@contextmanager
def board(console: Console) -> Iterator[Board]:
    """The board that suits the console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    with Live(console=console, auto_refresh=False, transient=True) as live:
        yield Picture(live)


class Lines:
    """A line every few seconds, and one for everything that happens."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0
        self._last = ""

    def look(self, progress: Progress) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + LINE
        line = in_words(progress)
        if line != self._last:
            self._last = line
            self.tell(progress.hour, line)

    def tell(self, hour: float, text: str) -> None:
        self._console.print(f"{clock(hour)}  {text}")


class Picture:
    """A table that is drawn again and again; what happens is printed above it."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._next = 0.0

    def look(self, progress: Progress) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + FRAME
            self._live.update(drawn(progress), refresh=True)

    def tell(self, hour: float, text: str) -> None:
        self._live.console.print(Text.assemble((f"{clock(hour)}  ", "dim"), text))


def clock(hour: float) -> str:
    """`09:30`."""
    return f"{int(hour):02d}:{int(hour % 1 * 60):02d}"


def in_words(progress: Progress) -> str:
    """Where everything stands, in one line."""
    standing = progress.standing
    parts = [
        f"{len(progress.statuses)} returns",
        f"{sum(standing.get('events', {}).values())} events ({progress.duplicates} duplicates)",
        _counts("effects", standing.get("effects", {})),
        _counts("holds", standing.get("holds", {})),
        _counts("dead letters", standing.get("queues", {})),
        progress.shown,
        f"waiting: {progress.waiting_for}" if progress.waiting_for else "",
    ]
    return " · ".join(part for part in parts if part)


def _counts(what: str, found: Mapping[str, int]) -> str:
    return f"{what} " + ", ".join(f"{count} {name}" for name, count in found.items()) if found else ""


def drawn(progress: Progress) -> Group:
    """The table, with a line above it that says what is going on."""
    standing = progress.standing
    table = Table(box=box.ROUNDED, border_style="dim", expand=False)
    columns = {
        "returns at Reveni": _by_status(progress),
        "webhook events": _events(progress),
        "calls to SCAYLE": dict(standing.get("effects", {})),
        "held for": {**standing.get("holds", {}), **_letters(standing.get("queues", {}))},
    }
    for name in columns:
        table.add_column(name, min_width=20, max_width=24)
    table.add_row(*(_list(found) for found in columns.values()))
    return Group(_headline(progress), table)


def _headline(progress: Progress) -> Text:
    trouble = progress.shown or ("" if progress.up else "the engine does not answer")
    line = Text.assemble((f" {clock(progress.hour)} ", "bold reverse"), "  ")
    if trouble:
        line.append(f" {trouble} ", "bold white on red")
    else:
        line.append(f"waiting: {progress.waiting_for}" if progress.waiting_for else "all is well", "dim")
    return line


def _by_status(progress: Progress) -> dict[str, int]:
    found = progress.by_status
    known = {status: found[status] for status in ORDER if found[status]}
    return known | {status: count for status, count in sorted(found.items()) if status not in known}


def _events(progress: Progress) -> dict[str, int]:
    return {**progress.standing.get("events", {}), "duplicates": progress.duplicates}


def _letters(queues: Mapping[str, int]) -> dict[str, int]:
    return {f"queue {name}": count for name, count in queues.items()}


def _list(found: Mapping[str, int]) -> Table:
    """Names and numbers, always as many rows, so that the table does not jump."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", min_width=4)
    grid.add_column(overflow="ellipsis", no_wrap=True)
    rows = [(str(count), name) for name, count in found.items()][:ROWS]
    for count, name in rows + [("", "")] * (ROWS - len(rows)):
        grid.add_row(Text(count, "bold"), name)
    return grid
