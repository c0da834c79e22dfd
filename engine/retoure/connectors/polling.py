"""The port of platforms that can be asked what has changed, for those whose webhooks get lost."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Protocol, runtime_checkable

from .port import Event

POLLED: Final = "poll:"
"""How the ids of events begin that were asked for. They never meet those of webhooks."""


@runtime_checkable
class Pollable(Protocol):
    """A connector that can list what there is."""

    async def listed_since(self, begun: date) -> Sequence[Event]:
        """An event for each record that was begun on that day or later, in the order they changed, no two alike.

        Its id follows from the record and its state, so that the same state asked for twice is the same event. Raises
        CallFailed.
        """
        ...
