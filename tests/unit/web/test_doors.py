"""Webhooks go straight to who takes them, and by the routes where they have to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Message

from retoure.web.doors import Doors


async def taken(system: str, request: Request) -> Response:
    if system == "broken":
        raise RuntimeError("inside")
    return PlainTextResponse(f"door {system}")


async def routed(request: Request) -> Response:
    return PlainTextResponse(f"route {request.path_params['system']}")


async def broken(request: Request, problem: Exception) -> Response:
    return PlainTextResponse("a mistake", 500)


def application() -> Doors:
    routes = [Route(f"{before}/webhooks/{{system}}", routed, methods=["POST"]) for before in ("", "/acme")]
    return Doors(routes, {Exception: broken}, {"/webhooks": taken, "/acme/webhooks": taken})


def answer(app: Any, path: str, method: str = "POST") -> tuple[int, str]:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b"", "root_path": ""}
    try:
        asyncio.run(app(scope, receive, send))
    finally:
        answers.append(sent)
    return sent[0]["status"], sent[1]["body"].decode()


answers: list[list[Message]] = []


@pytest.mark.parametrize("path", ["/webhooks/reveni", "/acme/webhooks/reveni"])
def test_a_webhook_goes_through_its_door(path: str) -> None:
    assert answer(application(), path) == (200, "door reveni")


@pytest.mark.parametrize("path", ["/webhooks/", "/webhooks", "/other/webhooks/reveni", "/webhooks/reveni/more"])
def test_other_paths_have_none(path: str) -> None:
    assert answer(application(), path)[0] == 404


def test_other_methods_go_by_the_routes() -> None:
    assert answer(application(), "/webhooks/reveni", "GET")[0] == 405


def test_middleware_that_somebody_added_is_not_passed_by() -> None:
    app = application()
    app.add_middleware(lambda inner: inner)
    assert answer(app, "/webhooks/reveni") == (200, "route reveni")


def test_a_mounted_application_knows_its_webhooks() -> None:
    assert answer(Starlette(routes=[Mount("/shop", application())]), "/shop/webhooks/reveni") == (200, "route reveni")


def test_a_mistake_behind_a_door_is_answered_and_told_to_the_server() -> None:
    with pytest.raises(RuntimeError, match="inside"):
        answer(application(), "/webhooks/broken")
    assert answers[-1][0]["status"] == 500
