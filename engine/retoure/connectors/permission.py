"""Whether a call may still be made, asked right before a request that changes something goes out.

A process can be stopped at any moment and go on much later, when another one does its work. What it checked before it
was stopped says nothing then: so the question belongs to the last moment, after waiting for rate limits, for answers
to reads the call begins with, and for the connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

_BEFORE: Final = "http11.send_request_headers.started"
_may: ContextVar[Callable[[], None] | None] = ContextVar("may", default=None)


@contextmanager
def given_by(may: Callable[[], None]) -> Iterator[None]:
    """Inside, `may` is asked before each request that changes something; it raises where that must not go out."""
    token = _may.set(may)
    try:
        yield
    finally:
        _may.reset(token)


async def ask(event: str, _: dict[str, Any]) -> None:
    """httpcore's trace hook: asks once the connection is there, and before anything is written to it."""
    may = _may.get()
    if may is not None and event == _BEFORE:
        may()
