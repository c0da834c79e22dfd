"""Whose work is under way: the name of the tenant, for the log and for spans, wherever it is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_TENANT: Final[ContextVar[str]] = ContextVar("tenant", default="")


def current() -> str:
    """The tenant whose work this is; empty where nobody said so."""
    return _TENANT.get()


@contextmanager
def working_for(tenant: str) -> Iterator[None]:
    """Inside, and in the tasks and threads begun there, work is done for this tenant."""
    token = _TENANT.set(tenant)
    try:
        yield
    finally:
        _TENANT.reset(token)
