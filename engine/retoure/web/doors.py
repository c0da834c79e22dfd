"""An application whose webhooks go straight to who takes them: they are nearly all that comes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

WEBHOOKS: Final = "/webhooks"

Door = Callable[[str, Request], Awaitable[Response]]
"""Takes a webhook of a system."""

Handlers = Mapping[type[Exception] | int, Callable[[Request, Exception], Awaitable[Response]]]
"""How errors are answered; that of Exception answers a mistake of ours."""


class Doors(Starlette):
    """Routes, and `doors` by the path that stands before the name of a system: `/webhooks`, `/TENANT/webhooks`.

    A webhook passes no routing and no middleware, of which there is none unless somebody adds some. Then, and where the
    application is mounted below a path, it goes by the routes, among which it has to be as well.
    """

    def __init__(self, routes: Sequence[BaseRoute], handlers: Handlers, doors: Mapping[str, Door]) -> None:
        super().__init__(routes=routes, exception_handlers=dict(handlers))
        self._broken = handlers[Exception]
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door, system = self._door_of(scope)
        if door is None:
            await super().__call__(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = await door(system, request)
        except Exception as problem:
            await (await self._broken(request, problem))(scope, receive, send)
            raise
        await answer(scope, receive, send)

    def _door_of(self, scope: Scope) -> tuple[Door | None, str]:
        if scope["type"] != "http" or scope["method"] != "POST" or scope.get("root_path") or self.user_middleware:
            return None, ""
        before, _, system = scope["path"].rpartition("/")
        return (self._doors.get(before) if system else None), system
