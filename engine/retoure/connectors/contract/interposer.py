"""Stands between a connector and its simulator, and does what networks and platforms do on a bad day."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..simulators.faults import FaultPlan, FaultyApp

Instead = Callable[[Request], Response]
"""What is answered in place of the platform."""


class Interposer:
    """Passes requests on, notes them, and misbehaves as told: by `faults`, or with an answer `instead`.

    What is asked below `/_sim/` is the simulator's own affair: passed on, and not noted.
    """

    def __init__(self, platform: ASGIApp) -> None:
        self.faults = FaultPlan()
        self.instead: Instead | None = None
        self.requests: list[str] = []
        self._platform = platform
        self._faulty = FaultyApp(platform, self.faults, lambda status: PlainTextResponse("a planned fault", status))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_sim/"):
            await self._platform(scope, receive, send)
            return
        self.requests.append(f"{scope['method']} {scope['path']}")
        app = self._faulty if self.instead is None else self.instead(Request(scope))
        await app(scope, receive, send)
