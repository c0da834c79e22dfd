"""What both simulators share of HTTP: a call as data, an answer as data, and the small bridge to Starlette.

Handlers are plain functions `(state, call) -> answer`, so that everything but this file can be driven without a socket.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class Call:
    """One request: decoded path parts, query, parsed JSON body (None when empty), and `base` such as `http://host`."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    base: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One response: JSON body (None sends no body), status and extra headers."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Problem(Exception):
    """A call that is refused; each platform gives its own shape in `answer`."""

    def answer(self) -> Answer:
        """What the caller gets to see."""
        return Answer({"error": str(self)}, 400)


@dataclass(frozen=True, slots=True)
class Rule(Generic[State]):
    """One endpoint: `path` in Starlette's style, `scope` the rate limit and permission it falls under ("" = none),
    `success` the status it answers when the switches are at their defaults.
    """

    method: str
    path: str
    handle: Callable[[State, Call], Answer]
    scope: str = ""
    success: int = 200


def number(text: str) -> int | None:
    """The whole number that a place or a query holds; None for anything but up to 18 digits."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


class BadJson(Exception):
    """The body of a request is not JSON."""


async def read_call(request: Request) -> Call:
    """The request as data; BadJson when the body cannot be parsed."""
    raw = await request.body()
    try:
        body = json.loads(raw) if raw.strip() else None
    except ValueError as problem:
        raise BadJson(f"The request body is not valid JSON: {problem}") from problem
    path = {name: unquote(str(value)) for name, value in request.path_params.items()}
    return Call(path, dict(request.query_params), body, f"{request.url.scheme}://{request.url.netloc}")


def response(answer: Answer, extra: Mapping[str, str] | None = None) -> Response:
    """The answer for Starlette, with `extra` headers added."""
    headers = {**answer.headers, **(extra or {})}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    text = json.dumps(answer.body, ensure_ascii=False)
    return Response(text, answer.status, headers, media_type="application/json")


class RawPath:
    """Routes on the path as it was sent, so that `key%3DA%2FB` stays one part; `read_call` decodes each part."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope.get("raw_path"):
            scope = {**scope, "path": scope["raw_path"].decode("latin-1").partition("?")[0]}
        await self._app(scope, receive, send)
