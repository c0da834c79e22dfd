"""A view of where everything stands that draws itself again every second, until Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from retoure import Deployment, Status, Store, StoreUnavailable

from .output import console, table_of, when
from .status_text import Standing, headlines, look, parts
from .watching import done

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

PAUSE: Final = 1.0  # seconds between two looks


def show_live(opened: Sequence[tuple[Deployment, Store]]) -> None:
    """Each deployment with its database. Returns when the person at the keyboard has seen enough."""
    from rich.live import Live

    first: list[Status] = []
    try:
        with Live(console=console(), screen=True, auto_refresh=False) as screen:
            while True:
                try:
                    seen = [look(deployment, store) for deployment, store in opened]
                    first = first or [each.found for each in seen]
                    screen.update(_drawn(seen, first), refresh=True)
                except StoreUnavailable as problem:
                    screen.update(_lines(f"the database is not available: {problem}"), refresh=True)
                time.sleep(PAUSE)
    except KeyboardInterrupt:
        return


def _lines(*lines: str) -> Group:
    from rich.console import Group
    from rich.text import Text

    return Group(*map(Text, (f"{when(datetime.now(UTC))}  Ctrl-C ends this view", "", *lines)))


def _drawn(seen: Sequence[Standing], first: Sequence[Status]) -> Group:
    from rich.console import Group

    drawn = [piece for each, before in zip(seen, first, strict=True) for piece in _pieces(each, before)]
    return Group(_lines(), *drawn)


def _pieces(seen: Standing, first: Status) -> Iterator[RenderableType]:
    from rich.text import Text

    words = done(first, seen.found) or "nothing was done"
    yield from map(Text, (*headlines(seen), f"since you look  {words}"))
    for table in (table_of(*part) for part in parts(seen)):
        if table.row_count:
            yield from ("", table)
    yield ""
