"""How a platform is told who calls: what each kind of a manifest's `auth` needs, and where it travels."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import anyio
import httpx

from ...types.manifest import Auth, AuthKind, Manifest
from ..http import Ask, HttpClient, HttpOptions, trusted
from ..places import at
from ..port import CallFailed, ErrorClass
from ..secret import Secret

NEEDS: Mapping[AuthKind, tuple[str, ...]] = {
    AuthKind.NONE: (),
    AuthKind.BEARER: ("token",),
    AuthKind.HEADER: ("api_key",),
    AuthKind.QUERY: ("api_key",),
    AuthKind.BASIC: ("user", "password"),
    AuthKind.OAUTH2: ("client_id", "client_secret"),
}
"""The credentials of each kind, by the names a deployment file gives them."""

EARLY = 30.0
"""Seconds before its end a token is fetched anew."""
LIFETIME = 300.0
"""Seconds a token is used whose lifetime the platform does not tell (RFC 6749 only recommends `expires_in`)."""

Secrets = Mapping[str, Secret]


def lacking(manifest: Manifest, given: frozenset[str]) -> str:
    """What a deployment file has to say for the manifest's way of signing in; empty when it says just that."""
    kind = manifest.rest.auth.kind
    wanted = NEEDS[kind]
    if given == set(wanted):
        return ""
    written = ", ".join(f"{name}: env:…" for name in wanted)
    return f"auth `{kind}` takes {{ {written} }}" if wanted else "auth `none` takes none: leave them out"


def header_of(auth: Auth, secrets: Secrets) -> Callable[[], Mapping[str, str]]:
    """What gives the headers of a request, for the kinds that use one."""
    if auth.kind is AuthKind.BEARER:
        return lambda: {"authorization": f"Bearer {secrets['token'].reveal()}"}
    if auth.kind is AuthKind.HEADER:
        return lambda: {auth.name.lower(): secrets["api_key"].reveal()}
    if auth.kind is AuthKind.BASIC:
        return lambda: {"authorization": basic(secrets["user"], secrets["password"])}
    return dict


def basic(user: Secret, password: Secret) -> str:
    """The value of `Authorization` for a user name and a password (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{user.reveal()}:{password.reveal()}".encode()).decode()


class KeyInQuery(httpx.AsyncBaseTransport):
    """Puts a key into the address of every request on its way out: above it, in logs and traces, nobody sees it."""

    def __init__(self, options: HttpOptions, name: str, key: Secret) -> None:
        self._inner = httpx.AsyncHTTPTransport(
            verify=trusted(options.ca_file),
            limits=httpx.Limits(max_connections=options.connections),
            proxy=options.proxy or None,
            trust_env=False,
        )
        self._name, self._key = name, key

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to the request with the key."""
        url = request.url.copy_set_param(self._name, self._key.reveal())
        keyed = httpx.Request(
            request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions
        )
        return await self._inner.handle_async_request(keyed)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self._inner.aclose()


@dataclass
class Token:
    """A token that is fetched with client credentials, kept until shortly before its end, and never shown.

    `client` asks where tokens are given, at `path`.
    """

    client: HttpClient
    path: str
    scope: str = ""
    clock: Callable[[], float] = time.monotonic
    _value: Secret | None = None
    _until: float = 0.0
    _fetching: anyio.Lock = field(default_factory=anyio.Lock)

    def header(self) -> Mapping[str, str]:
        """The header of a request; empty before the first token."""
        return {} if self._value is None else {"authorization": f"Bearer {self._value.reveal()}"}

    def forget(self) -> None:
        """The platform no longer takes this one."""
        self._until = 0.0

    async def ensure(self) -> bool:
        """Fetches a token where none is good; whether it did. Raises CallFailed."""
        async with self._fetching:
            if self._value is not None and self.clock() < self._until:
                return False
            await self._fetch()
            return True

    async def _fetch(self) -> None:
        form = {"grant_type": "client_credentials", **({"scope": self.scope} if self.scope else {})}
        answer = (await self.client.exchange(Ask("POST", self.path, form=form))).body
        value, seconds = at(answer, "access_token"), at(answer, "expires_in")
        if not isinstance(value, str) or not value:
            raise CallFailed(ErrorClass.UNAUTHORIZED, f"the answer has no `access_token` (POST {self.path})")
        lasts = float(seconds) if isinstance(seconds, int) and not isinstance(seconds, bool) else LIFETIME
        self._value, self._until = Secret(value), self.clock() + max(lasts - EARLY, lasts / 2)
