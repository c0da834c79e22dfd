"""Whether a call may still be made, asked right before a request that changes something goes out.

A process can be stopped at any moment and go on much later, when another one does its work. What it checked before it
was stopped says nothing then: so the question belongs to the last moment, after waiting for rate limits, for answers
to reads the call begins with, and for the connection. A request goes out in two parts, and the platform acts when it
has both, so it is asked before each.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any, Final

_BEFORE: Final = ("http11.send_request_headers.started", "http11.send_request_body.started")
_may: ContextVar[Callable[[], None] | None] = ContextVar("may", default=None)


class given_by:
    """Inside, `may` is asked before each part of a request that changes something; it raises where that must not go."""

    __slots__ = ("_may", "_token")

    def __init__(self, may: Callable[[], None]) -> None:
        self._may = may

    def __enter__(self) -> None:
        self._token: Token[Callable[[], None] | None] = _may.set(self._may)

    def __exit__(self, *_: object) -> None:
        _may.reset(self._token)


async def ask(event: str, _: dict[str, Any]) -> None:
    """httpcore's trace hook: asks once the connection is there, before the head goes out and before the body."""
    may = _may.get()
    if may is not None and event in _BEFORE:
        may()
