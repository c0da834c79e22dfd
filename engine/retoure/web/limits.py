"""How often somebody may ask: a bucket of tokens for each, in memory, that fills again with time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

KEPT: Final = 10_000  # buckets remembered; beyond that the one used longest ago is forgotten


@dataclass(frozen=True, slots=True)
class Bucket:
    """Tokens left at a moment."""

    tokens: float
    at: datetime


class RateLimit:
    """`per_minute` requests a minute for each key; the same number at once after a quiet minute."""

    def __init__(self, per_minute: int, *, kept: int = KEPT) -> None:
        self._per_minute = per_minute
        self._kept = kept
        self._buckets: dict[str, Bucket] = {}

    def wait(self, key: str, now: datetime) -> float:
        """Takes a token: 0 when there was one, else the seconds until there is one again."""
        bucket = self._filled(self._buckets.pop(key, None), now)
        enough = bucket.tokens >= 1
        self._buckets[key] = Bucket(bucket.tokens - 1, now) if enough else bucket
        if len(self._buckets) > self._kept:
            del self._buckets[next(iter(self._buckets))]
        return 0.0 if enough else (1 - bucket.tokens) * 60 / self._per_minute

    def _filled(self, bucket: Bucket | None, now: datetime) -> Bucket:
        if bucket is None:
            return Bucket(self._per_minute, now)
        passed = max((now - bucket.at).total_seconds(), 0.0)
        return Bucket(min(bucket.tokens + passed * self._per_minute / 60, self._per_minute), now)
