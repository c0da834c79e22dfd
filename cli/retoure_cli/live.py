"""A view of where everything stands that draws itself again every second, until Ctrl-C."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from retoure import Deployment, Status, Store, StoreUnavailable

from .output import console, table_of, when
from .status_text import Standing, headlines, look, parts
from .watching import done

if TYPE_CHECKING:
    from rich.console import Group

PAUSE: Final = 1.0  # seconds between two looks


def show_live(deployment: Deployment, store: Store) -> None:
    """Returns when the person at the keyboard has seen enough."""
    from rich.live import Live

    first: Status | None = None
    try:
        with Live(console=console(), screen=True, auto_refresh=False) as screen:
            while True:
                try:
                    seen = look(deployment, store)
                    first = first or seen.found
                    screen.update(_drawn(deployment, seen, first), refresh=True)
                except StoreUnavailable as problem:
                    screen.update(_lines(f"the database is not available: {problem}"), refresh=True)
                time.sleep(PAUSE)
    except KeyboardInterrupt:
        return


def _lines(*lines: str) -> Group:
    from rich.console import Group
    from rich.text import Text

    return Group(*map(Text, (f"{when(datetime.now(UTC))}  Ctrl-C ends this view", "", *lines)))


def _drawn(deployment: Deployment, seen: Standing, first: Status) -> Group:
    from rich.console import Group

    words = done(first, seen.found) or "nothing was done"
    tables = [table for table in (table_of(*part) for part in parts(deployment, seen)) if table.row_count]
    spaced = [piece for table in tables for piece in ("", table)]
    return Group(_lines(*headlines(seen), f"since you look  {words}"), *spaced)
