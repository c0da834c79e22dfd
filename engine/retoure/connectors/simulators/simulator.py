"""What both simulators share: an ASGI app over a pure state, with faults in front and an admin API beside.

Order of things on a call: planned faults, time-driven events, admission (token, rate limit), the handler, webhooks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Generic, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .calls import Answer, BadJson, Call, Problem, RawPath, Rule, read_call, response
from .clock import MovableClock
from .courier import Courier, Letter, Manner
from .faults import FaultPlan, FaultyApp
from .openapi import Api, described
from .replica import Replica

State = TypeVar("State")
Endpoint = Callable[[Request], Awaitable[Response]]


class Simulator(ABC, Generic[State]):
    """One platform as an ASGI app; give it to `SimulatorServer`. Drive it from its own event loop or through HTTP."""

    rules: Sequence[Rule[State]]
    admin_rules: Sequence[Rule[Any]]
    api: Api

    def __init__(self, state: State, clock: MovableClock) -> None:
        self.state = state
        self.clock = clock
        self._look_again = clock()
        self.faults = FaultPlan()
        self.courier = Courier(clock, self.manner)
        self._replica = Replica(clock)
        self._app = FaultyApp(RawPath(self._starlette()), self.faults, self._error_response)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @abstractmethod
    def admit(self, headers: Mapping[str, str], rule: Rule[State], call: Call) -> dict[str, str]:
        """Headers for the answer; raises a Problem when the caller may not. Header names are lower case."""

    @abstractmethod
    def problem(self, status: int, message: str) -> Problem:
        """A general refusal in the platform's shape: no such path, unreadable body, planned fault."""

    @abstractmethod
    def letters(self) -> list[Letter]:
        """The webhooks to send for what has happened since the last call."""

    @abstractmethod
    def tick(self) -> None:
        """Let happen what only waits for its time; called before every call."""

    def minute_over(self) -> bool:
        """True at most once a simulated minute: what takes days need not be looked for on every call."""
        if self.clock() < self._look_again:
            return False
        self._look_again = self.clock() + timedelta(minutes=1)
        return True

    @abstractmethod
    def manner(self) -> Manner:
        """How webhooks are retried just now."""

    @abstractmethod
    def lag(self) -> float:
        """How many seconds reads may be behind just now."""

    def refusal(self, problem: Problem) -> Answer:
        """A refusal as it is shown just now."""
        return problem.answer()

    @abstractmethod
    def books(self) -> dict[str, Any]:
        """What really happened, for `GET /_sim/books`."""

    def flush(self) -> None:
        """Send the webhooks that are waiting; from the event loop only."""
        self.courier.send(self.letters())

    # -- HTTP ---------------------------------------------------------------------------------------------------

    def _starlette(self) -> Starlette:
        routes = [Route(rule.path, self._public(rule), methods=[rule.method]) for rule in self.rules]
        routes += [Route(f"/_sim{rule.path}", self._admin(rule), methods=[rule.method]) for rule in self.admin_rules]
        routes.append(Route("/_sim/webhooks/wait", self._wait, methods=["POST"]))
        routes.append(Route("/openapi.json", self._description, methods=["GET"]))
        handlers: Any = {HTTPException: self._no_route}
        app = Starlette(routes=routes, lifespan=self._lifespan, exception_handlers=handlers)
        app.router.redirect_slashes = False
        return app

    def _public(self, rule: Rule[State]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            self.tick()
            extra: dict[str, str] = {}
            try:
                extra = self.admit(request.headers, rule, Call(request.path_params))
                answer = self._handled(rule, await read_call(request), str(request.url))
            except Problem as problem:
                answer = self.refusal(problem)
            except BadJson as problem:
                answer = self.refusal(self.problem(400, str(problem)))
            self.flush()
            return response(answer, extra)

        return endpoint

    def _handled(self, rule: Rule[State], call: Call, url: str) -> Answer:
        if rule.method != "GET":
            return rule.handle(self.state, call)
        return self._replica.read(url, self.lag(), lambda: rule.handle(self.state, call))

    def _admin(self, rule: Rule[Any]) -> Endpoint:
        async def endpoint(request: Request) -> Response:
            try:
                answer = rule.handle(self, await read_call(request))
            except Problem as problem:
                answer = problem.answer()
            except (BadJson, LookupError, ValueError, TypeError, AttributeError) as problem:
                answer = Answer({"error": f"{type(problem).__name__}: {problem}"}, 400)
            self.tick()
            self.flush()
            return response(answer)

        return endpoint

    async def _wait(self, request: Request) -> Response:
        call = await read_call(request)
        idle = await self.courier.idle(float((call.body or {}).get("seconds", 5.0)))
        return response(Answer({"idle": idle}))

    async def _description(self, _: Request) -> Response:
        return response(Answer(described(self.api, self.rules, self.admin_rules)))

    async def _no_route(self, _: Request, problem: HTTPException) -> Response:
        return response(self.refusal(self.problem(problem.status_code, str(problem.detail))))

    def _error_response(self, status: int) -> Response:
        return response(self.refusal(self.problem(status, "")))

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        yield
        await self.courier.close()
