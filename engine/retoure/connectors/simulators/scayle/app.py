"""SCAYLE's Admin API over HTTP: token, permission and rate limit around the routes (scayle.md 2)."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from ..calls import Answer, Call, Problem, Rule
from ..clock import Clock, movable, wall_clock
from ..courier import SUCCESS, Letter, Manner
from ..openapi import Api
from ..simulator import Simulator
from . import bulk, catalogue, producers, promises
from .admin import ADMIN
from .books import shown_books
from .errors import REFUSALS, SHAPE, Refused, worded
from .fulfilment import force_close_due, settle_due
from .limits import RateLimiter, too_many
from .routes import BASE, RULES
from .seed import furnish
from .state import Scayle
from .switches import Switches
from .webhooks import letters

TOKEN = "sim-token"


class ScayleSimulator(Simulator[Scayle]):
    """The ASGI app. `tokens` maps an access token to the scopes it may use, None for all; default `sim-token`.

    Without a `state` a furnished empty tenant is made (shop `ms` in DE and AT, warehouse `main-warehouse`).
    """

    api = Api(
        "scayle/admin-v1",
        BASE,
        {"type": "apiKey", "in": "header", "name": "X-Access-Token"},
        REFUSALS,
        SHAPE,
    )
    rules = (*RULES, *bulk.RULES, *catalogue.RULES, *promises.RULES, *producers.RULES)
    admin_rules = ADMIN

    def __init__(
        self,
        state: Scayle | None = None,
        *,
        seed: int = 0,
        clock: Clock = wall_clock,
        switches: Switches | None = None,
        tokens: Mapping[str, set[str] | None] | None = None,
    ) -> None:
        state = state or furnish(Scayle(clock=clock, seed=seed, switches=switches))
        moving = movable(state.clock)
        state.clock = moving
        super().__init__(state, moving)
        self.tokens: dict[str, set[str] | None] = dict(tokens or {TOKEN: None})
        self.limiter = RateLimiter(moving)

    def admit(self, headers: Mapping[str, str], rule: Rule[Scayle], call: Call) -> dict[str, str]:
        """The rate limit headers; 401 without a known token, 429 when used up, 403 outside the token's scopes."""
        scopes = self._scopes(headers.get("x-access-token", ""))
        passed = self.limiter.take(rule.scope)
        extra = passed.headers() if passed else {}
        if passed and not passed.allowed:
            raise too_many().with_headers(extra | self._told_to_wait(passed.reset))
        if scopes is not None and not scopes & {rule.scope, rule.scope.replace("Read", "Write")}:
            raise Refused(403, "FORBIDDEN", "The token has no permission for this resource.").with_headers(extra)
        return extra

    def _told_to_wait(self, seconds: int) -> dict[str, str]:
        return {"Retry-After": str(seconds)} if self.state.switches.retry_after else {}

    def _scopes(self, token: str) -> set[str] | None:
        for known, scopes in self.tokens.items():
            if hmac.compare_digest(known.encode(), token.encode()):
                return scopes
        raise Refused(401, "UNAUTHORIZED", "The access token is missing or not valid.")

    def problem(self, status: int, message: str) -> Problem:
        """A refusal in SCAYLE's shape."""
        if status == 429:
            headers = {"X-RateLimit-Scope": "globalRead", "X-RateLimit-Limit": "1", "X-RateLimit-Remaining": "0"}
            return too_many().with_headers({**headers, "X-RateLimit-Reset": "1"})
        key = {400: "validation_error", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}.get(status, "SERVER_ERROR")
        return Refused(status, key, message or "An unexpected error occurred.")

    def refusal(self, problem: Problem) -> Answer:
        """As the switches word it."""
        return worded(problem.answer(), self.state.switches)

    def lag(self) -> float:
        """As the switches say."""
        return self.state.switches.stale_read_seconds

    def letters(self) -> list[Letter]:
        """Unsent events, for each of their subscriptions."""
        return letters(self.state, self.state.take_events())

    def tick(self) -> None:
        """Settle returns whose time has come, force-close orders that never shipped."""
        settle_due(self.state)
        if self.minute_over():
            force_close_due(self.state)

    def manner(self) -> Manner:
        """As the switches say."""
        switches = self.state.switches
        return Manner(
            switches.webhook_attempts,
            switches.webhook_backoff_seconds,
            switches.webhook_timeout_seconds,
            switches.webhook_longest_wait_seconds,
            (200,) if switches.webhook_success == "200" else SUCCESS,
            switches.webhook_senders,
        )

    def books(self) -> dict[str, Any]:
        """The state's books, with the webhook deliveries."""
        return {**shown_books(self.state), "deliveries": self.courier.attempts}
