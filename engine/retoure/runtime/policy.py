"""How failures are handled: policies with their texts filled in, stored with each effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct


class Retry(Struct, frozen=True):
    """Up to `times` more tries, waits doubling from `least` to `most` seconds, with full jitter."""

    times: int
    least: float
    most: float


class Instead(Struct, frozen=True):
    """Another effect to send in place of one that failed: operation, idempotency key, command."""

    operation: str
    key: tuple[str, ...]
    body: Mapping[str, Any]


class Step(Struct, frozen=True):
    """One step of a policy arm: `retry`, `check`, `queue`, `hold`, `alert`, `skip` or `instead`.

    `name` is the queue, alert or team; `reason` the text of a hold or skip (`{error}` stands for the error's message).
    """

    do: str
    name: str = ""
    reason: str = ""
    retry: Retry | None = None
    instead: Instead | None = None


class Arm(Struct, frozen=True):
    """What to do on some error classes; `on` is empty for `otherwise`."""

    on: tuple[str, ...]
    steps: tuple[Step, ...] = ()


class Policy(Struct, frozen=True):
    """How failures of an effect or a read are handled; the last arm is `otherwise`."""

    name: str
    arms: tuple[Arm, ...]

    def arm_for(self, error: str) -> int:
        """The index of the first arm that handles `error`."""
        return next(i for i, arm in enumerate(self.arms) if not arm.on or error in arm.on)
