"""Whether a call may still be made, asked right before a request that changes something goes out.

A process can be stopped at any moment and go on much later, when another one does its work. What it checked before it
was stopped says nothing then: so the question belongs to the last moment, after waiting for rate limits, for answers
to reads the call begins with, and for the connection. A request goes out in two parts, and the platform acts when it
has both, so it is asked before each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

_BEFORE: Final = ("http11.send_request_headers.started", "http11.send_request_body.started")
_may: ContextVar[Callable[[], None] | None] = ContextVar("may", default=None)


@contextmanager
def given_by(may: Callable[[], None]) -> Iterator[None]:
    """Inside, `may` is asked before each part of a request that changes something; it raises where that must not go."""
    token = _may.set(may)
    try:
        yield
    finally:
        _may.reset(token)


async def ask(event: str, _: dict[str, Any]) -> None:
    """httpcore's trace hook: asks once the connection is there, before the head goes out and before the body."""
    may = _may.get()
    if may is not None and event in _BEFORE:
        may()
