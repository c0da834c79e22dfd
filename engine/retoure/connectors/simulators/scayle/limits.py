"""Rate limits per scope and minute (scayle.md 2.4): what is written does not use up what may be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from ..clock import Clock
from .errors import Refused

PER_MINUTE = {
    "fulfillmentWrite": 300,
    "ordersRead": 1000,
    "ordersWrite": 300,
    "stocksRead": 2500,
    "stocksWrite": 2500,
    "reservationsWrite": 2500,
    "productRead": 1000,
    "vouchersRead": 300,
    "vouchersWrite": 300,
    "globalRead": 1000,
    "globalWrite": 300,
    "customDataRead": 2000,
    "customDataWrite": 1000,
}
WINDOW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Pass:
    """What the limiter says to one call; `reset` is in seconds from now, not an epoch."""

    scope: str
    limit: int
    remaining: int
    reset: int
    allowed: bool

    def headers(self) -> dict[str, str]:
        """The four headers every answer of a limited endpoint carries."""
        return {
            "X-RateLimit-Scope": self.scope,
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(self.reset),
        }


@dataclass(slots=True)
class RateLimiter:
    """Counts calls in windows of a minute, each starting with the first call of its scope."""

    clock: Clock
    limits: dict[str, int] = field(default_factory=lambda: dict(PER_MINUTE))
    _windows: dict[str, tuple[datetime, int]] = field(default_factory=dict)

    def take(self, scope: str) -> Pass | None:
        """The verdict on one more call; None for a scope without a limit."""
        if scope not in self.limits:
            return None
        now = self.clock()
        start, used = self._windows.get(scope, (now, 0))
        if (now - start).total_seconds() >= WINDOW_SECONDS:
            start, used = now, 0
        limit = self.limits[scope]
        self._windows[scope] = (start, min(used + 1, limit))
        reset = max(1, ceil(WINDOW_SECONDS - (now - start).total_seconds()))
        return Pass(scope, limit, max(0, limit - used - 1), reset, used < limit)


def too_many() -> Refused:
    """The refusal of an exceeded limit; there is no Retry-After (scayle.md 2.4)."""
    return Refused(429, "RATE_LIMIT_EXCEED", "The request rate limit exceeded. Please try again later.")
