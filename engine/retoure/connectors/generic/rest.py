"""Any REST interface with JSON, as its manifest describes it: signing in, pages, errors, idempotency keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ...types.manifest import AuthKind, Kind, Manifest
from ..budget import RateBudget
from ..http import Ask, HttpClient, HttpOptions, Reply
from ..kind import ConnectorKind, Wiring
from ..port import Call, CallFailed, ErrorClass, Json
from ..rest import RestConnector
from .address import split
from .auth import NEEDS, KeyInQuery, Secrets, Token, basic, header_of, lacking
from .paging import all_pages

if TYPE_CHECKING:
    from ..contract.subject import Specimen


class GenericRest(RestConnector):
    """Calls the platform of a manifest whose operations are one request each, or a list in pages.

    `secrets` are those that the manifest's kind of `auth` takes, `options` fill places of paths. `token_url` is where
    OAuth 2.0 tokens are fetched, when that is not below the base URL.
    """

    def __init__(
        self,
        manifest: Manifest,
        http: HttpOptions,
        secrets: Secrets,
        *,
        options: dict[str, str] | None = None,
        token_url: str = "",
        budget: RateBudget | None = None,
    ) -> None:
        auth = manifest.rest.auth
        self._token = _token(manifest, http, secrets, token_url) if auth.kind is AuthKind.OAUTH2 else None
        client = HttpClient(
            http,
            self._token.header if self._token else header_of(auth, secrets),
            transport=KeyInQuery(http, auth.name, secrets["api_key"]) if auth.kind is AuthKind.QUERY else None,
            budget=budget,
            hidden=tuple(secrets.values()),
        )
        super().__init__(manifest, client, options=options)

    async def send(self, call: Call, plan: Json = None) -> Json:
        """The platform's answer, all pages of it. Raises CallFailed."""
        operation = self._operation(call)
        pages = operation.http.pages if operation.http else None
        if pages is None:
            return await super().send(call, plan)
        return await all_pages(self.exchange, self._ask(call), pages, self.client.options.base_url)

    async def exchange(self, ask: Ask) -> Reply:
        """One request, with a token that is good; one that is refused is fetched anew once."""
        if self._token is None:
            return await self.client.exchange(ask)
        fresh = await self._token.ensure()
        try:
            return await self.client.exchange(ask)
        except CallFailed as failed:
            if fresh or failed.status != 401:
                raise
        self._token.forget()
        await self._token.ensure()
        return await self.client.exchange(ask)

    async def aclose(self) -> None:
        """Closes the connections."""
        await super().aclose()
        if self._token is not None:
            await self._token.client.aclose()

    def _ask(self, call: Call) -> Ask:
        ask, name = super()._ask(call), self.manifest.rest.idempotency_header
        writes = self._operation(call).kind is not Kind.READ
        if not (name and writes):
            return ask
        if not call.key:
            raise CallFailed(ErrorClass.INVALID, f"`{call.operation}` is sent with a key, which the call does not have")
        return replace(ask, headers={**ask.headers, name.lower(): call.key})


def _token(manifest: Manifest, http: HttpOptions, secrets: Secrets, token_url: str) -> Token:
    """What fetches tokens: from `token_url`, else from the manifest's path below the base URL."""
    auth = manifest.rest.auth
    origin, path = split(token_url or f"{http.base_url.rstrip('/')}{auth.token_path}")
    place = replace(http, base_url=origin)
    user, password = secrets["client_id"], secrets["client_secret"]
    client = HttpClient(place, lambda: {"authorization": basic(user, password)}, hidden=(user, password))
    return Token(client, path, auth.scope)


def _built(wiring: Wiring) -> GenericRest:
    manifest = wiring.required()
    return GenericRest(
        manifest,
        wiring.http,
        wiring.secrets,
        options={name: wiring.option(name) for name in manifest.options if name in wiring.options},
        token_url=wiring.option("token_url"),
        budget=wiring.budget,
    )


def _specimen(folder: Path) -> Specimen:
    from .specimens import rest

    return rest()


KIND = ConnectorKind(
    _built,
    "any REST interface with JSON that a manifest describes",
    http=True,
    options={"token_url": str},
    more_credentials=tuple(dict.fromkeys(name for names in NEEDS.values() for name in names)),
    wants=lacking,
    specimen=_specimen,
)
