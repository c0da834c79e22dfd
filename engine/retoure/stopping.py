"""SIGINT and SIGTERM as calls of a function inside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator
from typing import Final

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Calls `stop` for each SIGINT and SIGTERM, where this thread and system allow it."""
    loop = asyncio.get_running_loop()
    caught: list[signal.Signals] = []
    for number in SIGNALS:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, stop)
            caught.append(number)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


@contextlib.contextmanager
def stopped_by_signals(stopping: Callable[[], bool], stop: Callable[[], None]) -> Iterator[None]:
    """Inside, the first signal calls `stop`; a later one, while it is `stopping`, cancels the task that entered."""
    entered = asyncio.current_task()

    def stop_or_cancel() -> None:
        if stopping() and entered is not None:
            entered.cancel()
        stop()

    with on_signals(stop_or_cancel):
        yield
