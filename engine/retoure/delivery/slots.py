"""Places to work at a return, shared by the tenants of a process so that none of them waits for the backlog of another.

The next free place goes to the tenant that has the fewest, among those with as many to the one that got none for the
longest time. The last free place is for a tenant that has none: a platform that hangs takes up all the others, and
still does not hold up the first return of somebody else.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Slots:
    """So many places in all. Used by one event loop.

    With `shared` several tenants use them; without, all may be taken by the one there is.
    """

    def __init__(self, number: int, *, shared: bool = False) -> None:
        self._free = number
        self._kept = 1 if shared else 0  # for a tenant that has no place yet
        self._held: Counter[str] = Counter()
        self._turns = count(1)
        self._last: dict[str, int] = {}  # the turn in which each tenant last got a place
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def one(self, tenant: str) -> AsyncIterator[None]:
        """Inside, the tenant has a place; waits for its turn."""
        await self._take(tenant)
        try:
            yield
        finally:
            self._give_back(tenant)

    async def _take(self, tenant: str) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(turn)
        self._hand_out()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._give_back(tenant)
            raise

    def _give_back(self, tenant: str) -> None:
        self._free += 1
        self._held[tenant] -= 1
        self._hand_out()

    def _hand_out(self) -> None:
        """To those whose turn it is, as long as there are places they may have."""
        while (tenant := self._next()) is not None:
            turn = self._first_of(tenant)
            if not turn.cancelled():
                self._free -= 1
                self._held[tenant] += 1
                self._last[tenant] = next(self._turns)
                turn.set_result(None)

    def _next(self) -> str | None:
        """Whose turn it is; None while nobody may have a place."""
        allowed = (tenant for tenant in self._waiting if self._may_have(tenant))
        return min(allowed, key=lambda tenant: (self._held[tenant], self._last.get(tenant, 0)), default=None)

    def _may_have(self, tenant: str) -> bool:
        return self._free > (self._kept if self._held[tenant] else 0)

    def _first_of(self, tenant: str) -> asyncio.Future[None]:
        turn = self._waiting[tenant].popleft()
        if not self._waiting[tenant]:
            del self._waiting[tenant]
        return turn
