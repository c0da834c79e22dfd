"""The port of connectors that can say what has become of what was added to something only absolute values can be
written to, such as a stock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from .port import Call, Json


@runtime_checkable
class Booked(Protocol):
    """A connector that knows its own marks."""

    async def stood(self, call: Call, own: Json, plans: Sequence[Json]) -> Json:
        """What has become of an addition: a record of the manifest's read that `books` the operation.

        `call` adds what is left of all additions of one subject, `own` is the plan of the last of them, `plans` are
        those of all additions to the same thing by anybody here. Raises CallFailed.
        """
        ...
