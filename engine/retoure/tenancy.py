"""Whose work is under way: the name of the tenant, for the log and for spans, wherever it is written."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Final

_TENANT: Final[ContextVar[str]] = ContextVar("tenant", default="")


def current() -> str:
    """The tenant whose work this is; empty where nobody said so."""
    return _TENANT.get()


class working_for:
    """Inside, and in the tasks and threads begun there, work is done for this tenant."""

    __slots__ = ("_tenant", "_token")

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant

    def __enter__(self) -> None:
        self._token: Token[str] = _TENANT.set(self._tenant)

    def __exit__(self, *_: object) -> None:
        _TENANT.reset(self._token)
