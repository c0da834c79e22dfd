"""One exchange over a real socket: what comes back, what is refused, and that credentials stay hidden."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from decimal import Decimal
from importlib.abc import MetaPathFinder

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from retoure.connectors.failures import Effect
from retoure.connectors.http import Ask, HttpClient, HttpOptions, Reply
from retoure.connectors.port import CallFailed, Json
from retoure.connectors.simulators import SimulatorServer

TOKEN = "token-7f3a9c"


async def echo(request: Request) -> Response:
    body = (await request.body()).decode()
    return JSONResponse({"target": request.scope["raw_path"].decode(), "query": request.url.query, "body": body})


async def leaking(request: Request) -> Response:
    return JSONResponse({"detail": f"bad header {request.headers['authorization']}"}, 400)


async def dripping(request: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.01)

    return StreamingResponse(drops())


def answer(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return Response(content, status, headers=headers)

    return endpoint


def redirect(target: str, status: int = 302) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_: Request) -> Response:
        return RedirectResponse(target, status)

    return endpoint


APP = Starlette(
    routes=[
        Route("/api/json", answer(b'{"price": 12.3400, "big": 12345678901234567890}')),
        Route("/api/empty", answer(b"", 204), methods=["GET", "POST"]),
        Route("/api/html", answer(b"<html>hello</html>"), methods=["GET", "POST"]),
        Route("/api/nan", answer(b'{"price": NaN}')),
        Route("/api/large", answer(b'"' + b"x" * 5000 + b'"'), methods=["GET", "POST"]),
        Route("/api/large-error", answer(b"x" * 200_000, 409)),
        Route("/api/lost-gzip", answer(b"no gzip", headers={"content-encoding": "gzip"}), methods=["GET", "POST"]),
        Route("/api/leak", leaking),
        Route("/api/drip", dripping, methods=["GET", "POST"]),
        Route("/api/here", redirect("/api/json"), methods=["GET", "POST"]),
        Route("/api/elsewhere", redirect("http://localhost:1/steal")),
        Route("/api/loop", redirect("/api/loop")),
        Route("/api/{rest:path}", echo, methods=["GET", "POST"]),
    ]
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with SimulatorServer(APP) as server:
        yield f"{server.url}/api"


def authorise() -> Mapping[str, str]:
    return {"authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def client(url: str, **options: float) -> AsyncIterator[HttpClient]:
    made = HttpClient(HttpOptions(url, **options), authorise)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        await made.aclose()


def exchange(url: str, ask: Ask, **options: float) -> Reply:
    async def run() -> Reply:
        async with client(url, **options) as made:
            return await made.exchange(ask)

    return asyncio.run(run())


def failure(url: str, ask: Ask, **options: float) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        exchange(url, ask, **options)
    return caught.value


def test_numbers_stay_exact(url: str) -> None:
    assert exchange(url, Ask("GET", "/json")).body == {"price": Decimal("12.3400"), "big": 12345678901234567890}


class Looked(MetaPathFinder):
    """Notes each module that is looked for, and finds none."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        self.names.append(fullname)


def test_no_request_looks_for_modules(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """httpcore asks sniffio several times for each: where that is missing, it is looked for each time."""
    looked = Looked()

    async def twice() -> None:
        async with client(url) as made:
            await made.exchange(Ask("GET", "/json"))
            monkeypatch.setattr("sys.meta_path", [looked, *sys.meta_path])
            await made.exchange(Ask("GET", "/json"))

    asyncio.run(twice())
    assert looked.names == []


def test_no_body_is_none(url: str) -> None:
    reply = exchange(url, Ask("POST", "/empty", effect=Effect.ONCE))
    assert (reply.status, reply.body) == (204, None)


def test_paths_queries_and_bodies_arrive_as_written(url: str) -> None:
    body: Json = {"amount": Decimal("76.4800"), "name": "Müller"}
    seen = exchange(url, Ask("POST", "/x/key%3DA%2FB", {"with": "a,b"}, body)).body
    assert isinstance(seen, Mapping)
    assert seen["target"] == "/api/x/key%3DA%2FB"
    assert seen["query"] == "with=a%2Cb"
    assert seen["body"] == '{"amount":76.4800,"name":"Müller"}'


def test_a_body_that_is_no_json_is_not_sent(url: str) -> None:
    failed = failure(url, Ask("POST", "/x", body={"amount": 0.1}, effect=Effect.ONCE))
    assert (failed.error, failed.outcome_unknown) == ("INVALID", False)


@pytest.mark.parametrize("path", ["/html", "/nan"])
def test_a_success_that_cannot_be_read_leaves_a_write_open(url: str, path: str) -> None:
    read = failure(url, Ask("GET", path))
    assert (read.error, read.outcome_unknown, read.status) == ("UNAVAILABLE", False, 200)


def test_an_unreadable_answer_to_a_write(url: str) -> None:
    for path in ("/html", "/lost-gzip"):
        failed = failure(url, Ask("POST", path, effect=Effect.ONCE))
        assert (failed.error, failed.outcome_unknown) == ("UNAVAILABLE", True)


def test_a_large_answer_is_not_read_to_its_end(url: str) -> None:
    failed = failure(url, Ask("POST", "/large", effect=Effect.ONCE), max_body_bytes=1000)
    assert (failed.error, failed.outcome_unknown, failed.status) == ("TOO_LARGE", True, 200)
    assert exchange(url, Ask("GET", "/large"), max_body_bytes=5002).status == 200


def test_a_large_error_is_still_sorted_by_its_status(url: str) -> None:
    failed = failure(url, Ask("GET", "/large-error"), max_body_bytes=1000)
    assert (failed.error, len(failed.message)) == ("CONFLICT", 300)


def test_reads_follow_redirects_on_the_same_host_only(url: str) -> None:
    assert exchange(url, Ask("GET", "/here")).status == 200
    away = failure(url, Ask("GET", "/elsewhere"))
    assert (away.error, away.status) == ("INVALID", 302)
    assert "localhost" in away.message
    assert "redirects" in failure(url, Ask("GET", "/loop")).message


def test_a_write_is_never_redirected(url: str) -> None:
    failed = failure(url, Ask("POST", "/here", effect=Effect.ONCE))
    assert (failed.error, failed.status) == ("INVALID", 302)


def test_an_answer_that_never_ends_is_cut_off(url: str) -> None:
    failed = failure(url, Ask("POST", "/drip", effect=Effect.ONCE), total_timeout=0.3)
    assert (failed.error, failed.outcome_unknown) == ("TIMEOUT", True)


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    failed = failure(f"http://127.0.0.1:{port}", Ask("POST", "/x", effect=Effect.ONCE))
    assert (failed.error, failed.outcome_unknown) == ("UNAVAILABLE", False)


def test_an_echoed_token_is_struck_out(url: str) -> None:
    failed = failure(url, Ask("GET", "/leak"))
    assert failed.message == "bad header Bearer ***"


def test_the_token_shows_nowhere(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(HttpClient(HttpOptions(url), authorise))]
    for path, options in (("/leak", {}), ("/drip", {"total_timeout": 0.2}), ("/lost-gzip", {}), ("/html", {})):
        failed = failure(url, Ask("GET", path), **options)
        shown += [str(failed), repr(failed), "".join(traceback.format_exception(failed))]
        cause = failed.__cause__
        while cause is not None:
            shown.append(repr(vars(cause)))
            cause = cause.__cause__ or cause.__context__
    assert TOKEN not in "\n".join([*shown, caplog.text])
    assert "/drip" in "\n".join(shown)


def test_a_token_that_no_header_can_carry_is_not_shown_either(url: str) -> None:
    async def run() -> None:
        made = HttpClient(HttpOptions(url), lambda: {"x-access-token": f"{TOKEN}\nX-Evil:1"})
        try:
            await made.exchange(Ask("POST", "/x", effect=Effect.ONCE))
        finally:
            await made.aclose()

    with pytest.raises(CallFailed) as caught:
        asyncio.run(run())
    assert (caught.value.error, caught.value.outcome_unknown) == ("INVALID", False)
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("path", ["/x/%2E%2E/y", "/x/%20/y", "/x/%C3%BC"])
def test_encoded_segments_are_left_as_they_are(url: str, path: str) -> None:
    seen = exchange(url, Ask("GET", path)).body
    assert isinstance(seen, Mapping)
    assert seen["target"] == f"/api{path}"


def test_a_transport_can_be_passed_in() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"token": request.headers["authorization"]})

    async def run() -> Json:
        made = HttpClient(HttpOptions("https://x.test"), authorise, transport=httpx.MockTransport(handler))
        return (await made.exchange(Ask("GET", "/"))).body

    assert asyncio.run(run()) == {"token": f"Bearer {TOKEN}"}


def test_a_request_that_was_given_up_is_taken_back() -> None:
    """Where the network lost it, it must not arrive when the network is back: what became of it was looked up by then.

    A connection that ends in order delivers first what it still has; one that is reset delivers nothing more.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        failed = failure(url, Ask("POST", "/refunds", body={"unit": 1}, effect=Effect.ONCE), read_timeout=0.2)
        taken, _ = server.accept()
        with taken, pytest.raises(ConnectionResetError):
            to_the_end(taken)
    assert failed.outcome_unknown


def to_the_end(taken: socket.socket) -> None:
    while taken.recv(65536):
        pass
