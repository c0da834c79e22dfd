"""A small made-up platform, to try the generic connectors on: orders in pages, tags that are set, notes that add up.

It signs callers in by any kind of `auth`, and cuts its list into any kind of pages.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from ...types.manifest import AuthKind, PageKind

SECRETS: Mapping[AuthKind, Mapping[str, str]] = {
    AuthKind.NONE: {},
    AuthKind.BEARER: {"token": "depot-token-4f1d"},
    AuthKind.HEADER: {"api_key": "depot-key-8a77"},
    AuthKind.QUERY: {"api_key": "depot-key-8a77"},
    AuthKind.BASIC: {"user": "depot-user-51", "password": "depot-word-c2e9"},
    AuthKind.OAUTH2: {"client_id": "depot-client-7", "client_secret": "depot-word-c2e9"},
}
"""What callers show, by kind."""

KEY = "X-Depot-Key"
SIZE = 2
ORDERS = tuple({"id": str(70001 + i), "status": "packed", "quantity": i + 1, "price": f"{i + 10}.50"} for i in range(5))


class Depot:
    """The platform as an ASGI app. `notes` and `tags` are what was written, `tokens` those given out so far."""

    def __init__(self, auth: AuthKind = AuthKind.BEARER, pages: PageKind = PageKind.CURSOR) -> None:
        self.auth, self.pages = auth, pages
        self.notes: dict[str, dict[str, str]] = {}
        self.tags: dict[str, str] = {}
        self.tokens: list[str] = []
        self._numbers = count(1)
        self._app = Starlette(
            routes=[
                Route("/orders", self._list),
                Route("/orders/{id}", self._order),
                Route("/orders/{id}/tag", self._tag, methods=["PUT"]),
                Route("/notes", self._notes, methods=["GET", "POST"]),
                Route("/oauth/token", self._give_token, methods=["POST"]),
            ]
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app: Any = self._app
        if scope["type"] == "http" and scope["path"] != "/oauth/token" and not self._known(Request(scope)):
            app = refused(401, "unauthorized")
        await app(scope, receive, send)

    def books(self) -> object:
        """What it holds: notes and tags."""
        return sorted((note["order"], note["text"]) for note in self.notes.values()), dict(self.tags)

    def _known(self, request: Request) -> bool:
        secrets, given = SECRETS[self.auth], request.headers.get("authorization", "")
        match self.auth:
            case AuthKind.NONE:
                return True
            case AuthKind.BEARER:
                return given == f"Bearer {secrets['token']}"
            case AuthKind.HEADER:
                return request.headers.get(KEY) == secrets["api_key"]
            case AuthKind.QUERY:
                return request.query_params.get(KEY) == secrets["api_key"]
            case AuthKind.BASIC:
                return given == _basic(secrets["user"], secrets["password"])
            case AuthKind.OAUTH2:
                return given.removeprefix("Bearer ") in self.tokens[-1:]

    async def _give_token(self, request: Request) -> Response:
        secrets, form = SECRETS[AuthKind.OAUTH2], (await request.body()).decode()
        right = request.headers.get("authorization") == _basic(secrets["client_id"], secrets["client_secret"])
        if not right or "grant_type=client_credentials" not in form:
            return refused(401, "invalid_client")
        self.tokens.append(f"depot-access-{next(self._numbers)}-93bd")
        return JSONResponse({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 3600})

    async def _order(self, request: Request) -> Response:
        found = next((order for order in ORDERS if order["id"] == request.path_params["id"]), None)
        if found is None:
            return refused(404, "order_not_found")
        return JSONResponse({**found, **self._tagged(request.path_params["id"])})

    def _tagged(self, order: str) -> dict[str, str]:
        return {"tag": self.tags[order]} if order in self.tags else {}

    async def _tag(self, request: Request) -> Response:
        self.tags[request.path_params["id"]] = (await request.json())["tag"]
        return Response(status_code=204)

    async def _notes(self, request: Request) -> Response:
        if request.method == "GET":
            order = request.query_params.get("order")
            return JSONResponse({"notes": [note for note in self.notes.values() if note["order"] == order]})
        key = request.headers.get("idempotency-key") or f"without key {next(self._numbers)}"
        note = self.notes.setdefault(key, await request.json())
        return JSONResponse(note, 201)

    async def _list(self, request: Request) -> Response:
        start = self._start(request.query_params)
        rows, more = ORDERS[start : start + SIZE], start + SIZE < len(ORDERS)
        if self.pages is PageKind.LINK:
            url = request.url.include_query_params(after=start + SIZE)
            return JSONResponse(list(rows), headers={"link": f'<{url}>; rel="next"'} if more else {})
        return JSONResponse(self._page(rows, str(start + SIZE) if more else None))

    def _page(self, rows: Sequence[object], following: str | None) -> dict[str, object]:
        return {"orders": rows, **({"next": following} if self.pages is PageKind.CURSOR and following else {})}

    def _start(self, query: Mapping[str, str]) -> int:
        match self.pages:
            case PageKind.CURSOR:
                return int(query.get("cursor", 0))
            case PageKind.PAGE:
                return (int(query.get("page", 1)) - 1) * SIZE
            case PageKind.OFFSET:
                return int(query.get("offset", 0))
            case PageKind.LINK:
                return int(query.get("after", 0))


def refused(status: int, code: str) -> Response:
    """An error as this platform words it."""
    return JSONResponse({"code": code, "message": f"refused: {code.replace('_', ' ')}"}, status)


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
