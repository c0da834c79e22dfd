"""The port of platforms that can be asked which webhooks they send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The events a platform has, and those it sends somewhere, by their names on the wire."""

    offered: frozenset[str]
    subscribed: frozenset[str]


@runtime_checkable
class Subscribing(Protocol):
    """A connector whose platform tells its events and subscriptions."""

    async def subscriptions(self) -> Subscriptions:
        """All of them, read anew. Raises CallFailed."""
        ...
