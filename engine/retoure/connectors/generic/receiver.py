"""A made-up receiver of webhooks, to try the connector `webhook` on: it believes only what is signed."""

from __future__ import annotations

import json
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

SIGNING = "whsec_cmV0b3VyZS1jb250cmFjdC1uZXctYTE="
OLD_SIGNING = "whsec_cmV0b3VyZS1jb250cmFjdC1vbGQtYjI="


class Receiver:
    """The receiver as an ASGI app. `messages` are those it took, by id."""

    def __init__(self, secret: str = SIGNING) -> None:
        self.messages: dict[str, Any] = {}
        self._signature = Webhook(secret)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await (await self._taken(Request(scope, receive)))(scope, receive, send)

    async def _taken(self, request: Request) -> Response:
        body, headers = await request.body(), dict(request.headers)
        try:
            self._signature.verify(body, headers)
        except WebhookVerificationError as problem:
            return PlainTextResponse(str(problem), 401)
        self.messages.setdefault(headers["webhook-id"], json.loads(body))
        return PlainTextResponse("thank you")

    def books(self) -> object:
        """The messages in the order they came, each once."""
        return list(self.messages.values())
