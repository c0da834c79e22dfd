"""Questions of a platform, answered at once by reading the other one.

What is asked often holds an order number and an address: nothing of it is logged, and whoever guesses is told neither
which part was wrong nor that one was right.
"""

from __future__ import annotations

import hmac
import logging
import math
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from ..connectors.secret import Secret
from ..delivery.errors import StoreError
from ..runner import AsyncRunner
from ..runtime.reply import ValuesInvalid
from ..types import json_text
from .answers import answer, unavailable
from .bodies import body_of
from .limits import RateLimit

log = logging.getLogger("retoure.web")

MAX_QUESTION_BYTES: Final = 20_000


class Questions:
    """`POST /questions/{name}` with the values as a JSON object. With a token, only for those who send it."""

    def __init__(self, runner: AsyncRunner, token: Secret | None, per_minute: int) -> None:
        self._runner = runner
        self._token = token
        self._limit = RateLimit(per_minute)

    async def ask(self, request: Request) -> Response:
        """200 with the answer, 404 when there is none, whatever the reason."""
        if not self._known(request):
            return answer(401, "token", "a bearer token is needed", headers={"WWW-Authenticate": "Bearer"})
        name = request.path_params["question"]
        if name not in self._runner.program.questions:
            return answer(404, "not here", "no such question is answered here")
        client = request.client.host if request.client else ""
        wait = self._limit.wait(f"{name} {client}", self._runner.clock.now())
        if wait:
            return answer(429, "too many", "ask again later", headers={"Retry-After": str(math.ceil(wait))})
        values = await _values(request)
        return values if isinstance(values, Response) else await self._replied(name, values)

    def _known(self, request: Request) -> bool:
        """Compared in a time that does not depend on how much of the token is right."""
        if self._token is None:
            return True
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(), self._token.reveal().encode())
        return right and scheme.lower() == "bearer"

    async def _replied(self, name: str, values: Mapping[str, Any]) -> Response:
        try:
            reply = await self._runner.ask_question(name, values)
        except ValuesInvalid as problem:
            return answer(400, "values", str(problem))
        except StoreError:
            return unavailable("the question cannot be answered just now")
        except Exception as problem:
            log.error("question %s failed inside: %s", name, type(problem).__name__)
            return answer(500, "internal", "this is a mistake on our side; please ask again later")
        if reply.body is None:
            return JSONResponse({"error": "no answer"}, 404)
        return Response(json_text.written(reply.body), media_type="application/json")


async def _values(request: Request) -> Mapping[str, Any] | Response:
    try:
        body = await body_of(request, MAX_QUESTION_BYTES)
        if body is None:
            return answer(413, "too large", "the question is too large", headers={"Connection": "close"})
        values = json_text.parse(body)
    except ClientDisconnect:
        return answer(400, "malformed", "the question ended early")
    except json_text.JsonInvalid as problem:
        return answer(400, "malformed", str(problem))
    if not isinstance(values, Mapping):
        return answer(400, "malformed", "a JSON object is wanted, with a member for each value")
    return values
