"""Reveni's merchant API over HTTP: bearer key and store around the routes (reveni.md 1)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from ..calls import Answer, Call, Problem, Rule
from ..clock import Clock, movable, wall_clock
from ..courier import SUCCESS, Letter, Manner
from ..openapi import Api
from ..simulator import Simulator
from .admin import ADMIN
from .errors import REFUSALS, SHAPE, Refused, detail, worded
from .routes import BASE, RULES
from .state import API_KEY, STORE, Reveni
from .switches import Switches
from .webhooks import letters

TEXTS = {
    400: "Malformed request.",
    401: "Authentication credentials were not provided.",
    403: "You do not have permission to perform this action.",
    404: "Not found.",
    405: "Method not allowed.",
    429: "Request was throttled. Expected available in 1 second.",
}


class ReveniSimulator(Simulator[Reveni]):
    """The ASGI app of one store; without a `state` an empty one, store `sim-store`, key `sim-api-key`."""

    api = Api("reveni/merchants-v0", BASE, {"type": "http", "scheme": "bearer"}, REFUSALS, SHAPE)
    rules = RULES
    admin_rules = ADMIN

    def __init__(
        self,
        state: Reveni | None = None,
        *,
        seed: int = 0,
        clock: Clock = wall_clock,
        switches: Switches | None = None,
        store: str = STORE,
        api_key: str = API_KEY,
    ) -> None:
        state = state or Reveni(clock=clock, seed=seed, switches=switches, store=store, api_key=api_key)
        moving = movable(state.clock)
        state.clock = moving
        super().__init__(state, moving)
        self._minute, self._taken = moving(), 0

    def admit(self, headers: Mapping[str, str], rule: Rule[Reveni], call: Call) -> dict[str, str]:
        """No extra headers; 401 without the key, 404 for a store the key does not open."""
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise detail(401, TEXTS[401])
        if not hmac.compare_digest(key.strip().encode(), self.state.api_key.encode()):
            raise detail(401, "Invalid token.")
        if call.path["store"] != self.state.store:
            raise detail(self.state.switches.foreign_store, TEXTS.get(self.state.switches.foreign_store, TEXTS[404]))
        self._take()
        return {}

    def _take(self) -> None:
        """One more call of this minute; no limit is published (reveni.md 1)."""
        limit, minute = self.state.switches.requests_per_minute, self.clock().replace(second=0, microsecond=0)
        self._minute, self._taken = (minute, self._taken + 1) if minute == self._minute else (minute, 1)
        if limit is not None and self._taken > limit:
            raise Refused(429, {"detail": TEXTS[429]}, {"Retry-After": str(60 - self.clock().second)})

    def problem(self, status: int, message: str) -> Problem:
        """A refusal in Reveni's assumed shape."""
        usual = TEXTS.get(status, "A server error occurred.")
        return detail(status, message if status == 400 and message else usual)

    def refusal(self, problem: Problem) -> Answer:
        """As the switches word it."""
        return worded(problem.answer(), self.state.switches.error_body)

    def lag(self) -> float:
        """As the switches say."""
        return self.state.switches.stale_read_seconds

    def letters(self) -> list[Letter]:
        """Unsent events, signed, for each subscription."""
        return letters(self.state, self.state.take_events())

    def tick(self) -> None:
        """The cover of instant deals runs out, abandoned returns are cancelled."""
        if self.minute_over():
            self.state.run_due()

    def manner(self) -> Manner:
        """As the switches say."""
        switches = self.state.switches
        return Manner(
            switches.webhook_attempts,
            switches.webhook_backoff_seconds,
            switches.webhook_timeout_seconds,
            switches.webhook_longest_wait_seconds,
            SUCCESS if switches.webhook_success == "2xx" else (200, 201),
            switches.webhook_senders,
        )

    def books(self) -> dict[str, Any]:
        """The state's books, with the webhook deliveries and their answers."""
        return {**self.state.shown_books(), "deliveries": self.courier.attempts}
