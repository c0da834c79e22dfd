"""One HTTP exchange with a platform: credentials, time-outs, size limit, lenient JSON, failures already sorted."""

from __future__ import annotations

import socket
import ssl
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from urllib.parse import quote, urlencode

import anyio
import httpx

from .. import tracing
from ..types import json_text
from ..types.manifest import BusinessError
from . import permission
from .budget import RateBudget
from .failures import Effect, date_of, from_network, from_status, from_success, read_problem
from .port import CallFailed, ErrorClass, Json
from .secret import Secret
from .unpacking import ACCEPTED, Unpacker

ERROR_BODY_LIMIT: Final = 64_000
"""Bytes of an error answer that are read; its message needs far fewer."""
REDIRECTS: Final = 3
AT_ONCE: Final = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""For SO_LINGER: on, for no time."""
FORM: Final = "application/x-www-form-urlencoded"

Authorise = Callable[[], Mapping[str, str]]
"""Gives the credential headers of one request. Called anew for every request and never stored."""


@dataclass(frozen=True)
class Exchange:
    """A request and its answer as text, without headers, the credentials struck out. `target` is path and query."""

    method: str
    target: str
    sent: str
    status: int
    received: str


@dataclass(frozen=True)
class HttpOptions:
    """Where a platform is and how long to wait for it. Times are seconds, sizes bytes.

    `total_timeout` bounds the whole exchange, also when a platform sends its answer byte by byte. `proxy` and `ca_file`
    are used when named; the environment's proxies are not, so that a deployment file says all there is to say.
    With `trace_context` the platform is told the trace a request belongs to (`traceparent`). `tap` is told of every
    exchange.
    """

    base_url: str
    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    total_timeout: float = 60.0
    max_body_bytes: int = 5_000_000
    connections: int = 20
    proxy: str = ""
    ca_file: str = ""
    trace_context: bool = False
    tap: Callable[[Exchange], None] | None = None


@dataclass(frozen=True)
class Ask:
    """One request: `path` is percent-encoded and below the base URL; `body` None sends none.

    `effect` decides whether a failure leaves the outcome unknown, `errors` are the manifest's business codes,
    `scope` is the rate-limit scope (empty: none known), `headers` come beside the credentials. `form` is sent as HTML
    forms are, in place of JSON, `content` as it is. Where nothing `answers`, the body of a success is not read as JSON.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = None
    effect: Effect = Effect.NONE
    errors: Sequence[BusinessError] = ()
    scope: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    answers: bool = True

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Reply:
    """A successful answer. `body` is its JSON with exact decimals, None where there was none (204)."""

    status: int
    headers: Mapping[str, str]
    body: Json


class HttpClient:
    """Exchanges requests with one platform. Use one per event loop; `aclose` gives back its connections.

    The credentials are asked for per request. They, and what else is `hidden`, are struck out of every message should a
    platform echo them. `ahead` is how far the platform's clock was before ours in its last answer.
    """

    def __init__(
        self,
        options: HttpOptions,
        authorise: Authorise,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        budget: RateBudget | None = None,
        hidden: Sequence[Secret] = (),
    ) -> None:
        self.options = options
        self._authorise = authorise
        self._hidden = tuple(hidden)
        self.budget = budget or RateBudget()
        self.ahead: timedelta | None = None
        self._client = httpx.AsyncClient(
            base_url=options.base_url,
            transport=transport or _transport(options),
            timeout=httpx.Timeout(options.read_timeout, connect=options.connect_timeout),
            headers={
                "accept": "application/json, */*;q=0.1",
                "accept-encoding": ACCEPTED,
                "user-agent": "retoure",
            },
            follow_redirects=False,
            trust_env=False,
        )

    def __repr__(self) -> str:
        return f"HttpClient({self.options.base_url!r})"

    async def exchange(self, ask: Ask) -> Reply:
        """Sends the request and returns the answer. Raises CallFailed for everything that is no success."""
        await self.budget.admit(ask.scope)
        try:
            with anyio.fail_after(self.options.total_timeout):
                return await self._follow(ask)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as problem:
            raise from_network(problem, ask.effect, str(ask)) from self._shown(problem)
        except CallFailed as failed:
            failed.message = self._scrub(failed.message)
            raise

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._client.aclose()

    async def _follow(self, ask: Ask) -> Reply:
        """Follows redirects of reads, and only to the same scheme, host and port: credentials go nowhere else."""
        request = self._request(ask)
        for _ in range(REDIRECTS + 1):
            response, body = await self._receive(request, ask)
            self._tapped(request, response, body)
            if not response.has_redirect_location:
                return self._reply(ask, response, body)
            request = self._redirected(ask, request, response)
        raise CallFailed(ErrorClass.INVALID, f"more than {REDIRECTS} redirects ({ask})")

    def _tapped(self, request: httpx.Request, response: httpx.Response, body: bytes) -> None:
        if self.options.tap is None:
            return
        sent, received = (self._scrub(part.decode("utf-8", "replace")) for part in (request.content, body))
        target = self._scrub(request.url.raw_path.decode())
        self.options.tap(Exchange(request.method, target, sent, response.status_code, received))

    def _request(self, ask: Ask) -> httpx.Request:
        content = _content(ask)
        headers = {**ask.headers, **self._authorise()}
        if content is not None:
            headers.setdefault("content-type", FORM if ask.form else "application/json")
        return self._client.build_request(
            ask.method,
            ask.path,
            params=dict(ask.query) or None,
            content=content,
            headers=headers,
            extensions={} if ask.effect is Effect.NONE else {"trace": permission.ask},
        )

    async def _receive(self, request: httpx.Request, ask: Ask) -> tuple[httpx.Response, bytes]:
        response, body, whole = await self._traced(request)
        self.ahead = _ahead(response.headers)
        await self.budget.learned(ask.scope, response.status_code, response.headers)
        if response.is_success and not whole:
            raise CallFailed(
                ErrorClass.TOO_LARGE,
                f"the answer is larger than {self.options.max_body_bytes} bytes ({ask})",
                outcome_unknown=ask.effect is not Effect.NONE,
                status=response.status_code,
            )
        return response, body

    async def _traced(self, request: httpx.Request) -> tuple[httpx.Response, bytes, bool]:
        """The answer with its body, and whether that is whole; in a span, whose address leaves out path and query."""
        address = {"server.address": request.url.host, "server.port": request.url.port}
        attributes = {"http.request.method": request.method, **address}
        with tracing.span(request.method, kind=tracing.CLIENT, attributes=attributes) as span:
            if self.options.trace_context:
                request.headers.update(tracing.carrier())
            response = await self._client.send(request, stream=True)
            try:
                span.set_attribute("http.response.status_code", response.status_code)
                if response.is_error:
                    tracing.fail(span, str(response.status_code))
                limit = self.options.max_body_bytes if response.is_success else ERROR_BODY_LIMIT
                return response, *await _read(response, limit)
            finally:
                await response.aclose()

    def _redirected(self, ask: Ask, request: httpx.Request, response: httpx.Response) -> httpx.Request:
        target = request.url.join(response.headers["location"])
        if ask.effect is not Effect.NONE:
            raise from_status(response.status_code, {}, b"an unexpected redirect", effect=ask.effect)
        if (target.scheme, target.host, target.port) != (request.url.scheme, request.url.host, request.url.port):
            raise CallFailed(
                ErrorClass.INVALID,
                f"redirect to another host, `{target.host}`, not followed: correct base_url ({ask})",
                status=response.status_code,
            )
        return self._client.build_request(request.method, target, headers={**ask.headers, **self._authorise()})

    def _reply(self, ask: Ask, response: httpx.Response, body: bytes) -> Reply:
        if not response.is_success:
            failed = from_status(
                response.status_code,
                response.headers,
                body,
                effect=ask.effect,
                errors=ask.errors,
                now=_sent_at(response.headers),
            )
            raise failed
        answer = _json(ask, response, body) if ask.answers else None
        refused = from_success(answer, effect=ask.effect, errors=ask.errors, status=response.status_code)
        if refused:
            raise refused
        return Reply(response.status_code, response.headers, answer)

    def _scrub(self, text: str) -> str:
        """`text` without the credentials; what stands before a blank in a header is the name of the scheme."""
        secrets = [value.rpartition(" ")[2] for value in self._authorise().values()]
        secrets += [hidden.reveal() for hidden in self._hidden]
        for secret in filter(None, secrets):
            text = text.replace(secret, "***").replace(quote(secret, safe=""), "***")
        return text

    def _shown(self, problem: Exception) -> Exception | None:
        """The cause without its request, whose headers hold the credentials; None when its text may show them too."""
        if isinstance(problem, httpx.LocalProtocolError) or self._scrub(str(problem)) != str(problem):
            return None
        if isinstance(problem, httpx.RequestError):
            problem._request = None
        return problem


def _transport(options: HttpOptions) -> httpx.AsyncBaseTransport:
    """Connections that, when closed, take back what has not arrived: a request that was given up, and is going to be
    looked up, must not be delivered later by a network that comes back.
    """
    return httpx.AsyncHTTPTransport(
        verify=trusted(options.ca_file),
        trust_env=False,
        limits=httpx.Limits(max_connections=options.connections),
        proxy=options.proxy or None,
        socket_options=[(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)],
    )


async def _read(response: httpx.Response, limit: int) -> tuple[bytes, bool]:
    """At most `limit` bytes of the decompressed body, and whether that was all of it."""
    if response.is_stream_consumed:  # a transport of our own, which had the whole body
        return response.content[:limit], len(response.content) <= limit
    unpacker = Unpacker(response.headers.get("content-encoding", ""))
    held = bytearray()
    async for piece in response.aiter_raw():
        held += unpacker.unpack(piece, limit + 1 - len(held))
        if len(held) > limit:
            return bytes(held[:limit]), False
    unpacker.finish()
    return bytes(held), True


def _sent_at(headers: Mapping[str, str]) -> datetime:
    """The platform's own clock, which its dates are meant by; ours where it does not tell."""
    return date_of(headers.get("date", "")) or datetime.now(UTC)


def _ahead(headers: Mapping[str, str]) -> timedelta | None:
    """How far the clock of an answer is before ours; it is told to the second."""
    told = date_of(headers.get("date", ""))
    return None if told is None else told - datetime.now(UTC).replace(microsecond=0)


def _json(ask: Ask, response: httpx.Response, body: bytes) -> Json:
    """The answer's JSON, whatever its content type. A success that cannot be read may still have had its effect."""
    if not body.strip():
        return None
    try:
        answer: Json = json_text.parse(body)
    except json_text.JsonInvalid as problem:
        raise CallFailed(
            ErrorClass.UNAVAILABLE,
            f"the answer {response.status_code} is no JSON, but {_kind(response, body)} ({ask})",
            outcome_unknown=ask.effect is not Effect.NONE,
            status=response.status_code,
        ) from problem
    return answer


def _kind(response: httpx.Response, body: bytes) -> str:
    """What the body seems to be, without its content: a title of a page, or the content type."""
    content_type = response.headers.get("content-type", "")
    said = read_problem(body, content_type).text
    if said.startswith("an HTML page"):
        return said
    return f"`{content_type.partition(';')[0][:40]}`" if content_type else "of an unnamed type"


def _content(ask: Ask) -> bytes | None:
    if ask.form:
        return urlencode(ask.form).encode()
    if ask.content is not None:
        return ask.content
    return None if ask.body is None else _written(ask)


def _written(ask: Ask) -> bytes:
    try:
        return json_text.dump(ask.body).encode()
    except json_text.JsonInvalid as problem:
        raise CallFailed(ErrorClass.INVALID, f"the body cannot be written as JSON: {problem} ({ask})") from problem


@cache
def trusted(ca_file: str = "") -> ssl.SSLContext:
    """Whose certificates are trusted. Reading the system's list takes longer than many calls, so it is read once."""
    return ssl.create_default_context(cafile=ca_file or None)
