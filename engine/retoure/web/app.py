"""The ASGI app of one runner or several: which paths there are, and how an unexpected error looks."""

from __future__ import annotations

from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ..connectors.secret import Secret
from ..deployment.model import Web
from ..runner import AsyncRunner
from ..telemetry import Metrics
from ..tenants import Tenants
from .answers import answer
from .doors import WEBHOOKS, Door, Doors, Handlers
from .health import live, metrics, ready, status
from .questions import Questions
from .tenants import below_its_name, looking_at_all
from .webhooks import receive, routed

MAX_BODY_BYTES = 1_000_000
QUESTIONS_PER_MINUTE = 30


def webhook_app(
    runner: AsyncRunner,
    *,
    max_body_bytes: int = MAX_BODY_BYTES,
    questions_token: Secret | None = None,
    questions_per_minute: int = QUESTIONS_PER_MINUTE,
) -> Starlette:
    """`POST /webhooks/{system}` and `/questions/{question}`, `GET /healthz`, `/readyz`, `/status` and `/metrics` of a
    runner. Mount it, or serve it.

    It must run in the runner's own event loop, and it does not close the runner. A webhook proves itself by its
    signature; questions are for those who send the token (that of the deployment when none is given here) and limited
    for each address they come from; `/status` and `/metrics` (counts, no personal data) are for your own network.
    Behind a proxy the address is the proxy's, unless the server you mount this in puts the caller's into the scope.
    """
    token = questions_token or runner.questions_token
    routes = [*_receiving(runner, max_body_bytes, token, questions_per_minute), *_looking(runner)]
    return Doors(routes, _HANDLERS, {WEBHOOKS: partial(receive, runner, max_body_bytes)})


def tenants_app(tenants: Tenants, web: Web, *, webhooks: bool = True) -> Starlette:
    """What `webhook_app` has, below `/TENANT` for each of them: `POST /TENANT/webhooks/{system}` and so on. `/healthz`,
    `/readyz`, `/status` and `/metrics` at the top are about all of them. Where there is one alone, the same without
    its name. Without `webhooks` neither these nor questions are taken.
    """
    if not tenants.named:
        (runner,) = tenants.runners.values()
        alone = partial(webhook_app, max_body_bytes=web.max_body_bytes, questions_per_minute=web.questions_per_minute)
        return alone(runner) if webhooks else watching_app(runner)
    routes: list[BaseRoute] = [*looking_at_all(tenants)]
    doors: dict[str, Door] = {}
    for name, runner in tenants.runners.items():
        limits = (web.max_body_bytes, runner.questions_token, web.questions_per_minute)
        routes.append(below_its_name(name, runner, _receiving(runner, *limits) if webhooks else []))
        if webhooks:
            doors[f"/{name}{WEBHOOKS}"] = partial(receive, runner, web.max_body_bytes)
    return Doors(routes, _HANDLERS, doors)


def _receiving(runner: AsyncRunner, max_bytes: int, token: Secret | None, per_minute: int) -> list[Route]:
    questions = Questions(runner, token, per_minute)
    return [
        Route(f"{WEBHOOKS}/{{system}}", partial(routed, runner, max_bytes), methods=["POST"]),
        Route("/questions/{question}", questions.ask, methods=["POST"]),
    ]


def watching_app(runner: AsyncRunner) -> Starlette:
    """`GET /healthz`, `/readyz`, `/status` and `/metrics` alone, for a worker that takes no webhooks."""
    return Starlette(routes=_looking(runner), exception_handlers=dict(_HANDLERS))


def _looking(runner: AsyncRunner) -> list[Route]:
    return [
        Route("/healthz", live),
        Route("/readyz", partial(ready, runner)),
        Route("/status", partial(status, runner)),
        Route("/metrics", partial(metrics, Metrics(runner))),
    ]


async def _refused(_: Request, problem: Exception) -> Response:
    """No such path, or another method than the path takes."""
    assert isinstance(problem, HTTPException)
    return answer(problem.status_code, "not here", str(problem.detail), headers=problem.headers)


async def _broken(_: Request, problem: Exception) -> Response:
    """Something unforeseen. The server writes the exception into the log; the caller learns nothing of it."""
    return answer(500, "internal", "this is a mistake on our side; please send it again later")


_HANDLERS: Handlers = {
    HTTPException: _refused,
    Exception: _broken,
}
