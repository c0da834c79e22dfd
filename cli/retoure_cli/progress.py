"""How far a long look through a journal is: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from .output import console

T = TypeVar("T")


def with_bar(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """The items, while a bar on standard error tells how many of them are done."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.progress import Progress

    with Progress(console=console(error=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        for item in items:
            yield item
            bar.advance(task)
