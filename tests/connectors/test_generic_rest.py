"""The connector `rest`: from a manifest beside the mapping, with every way to sign in and to cut lists into pages."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from retoure.connectors.generic.auth import Token
from retoure.connectors.generic.depot import SECRETS, Depot
from retoure.connectors.generic.rest import GenericRest
from retoure.connectors.generic.specimens import SAMPLES, manifest_of
from retoure.connectors.http import HttpClient, HttpOptions
from retoure.connectors.port import Call, CallFailed, Json
from retoure.connectors.secret import Secret
from retoure.connectors.simulators import SimulatorServer
from retoure.deployment.connect import connect
from retoure.deployment.load import read_deployment
from retoure.deployment.problems import DeploymentInvalid
from retoure.types.load import load_system
from retoure.types.manifest import AuthKind, Manifest, PageKind, Pages

DEPLOYMENT = """\
mapping: returns.rmap
systems:
  depot:
    connector: rest
    schema: depot/v1
    base_url: {url}
    credentials: {{ token: env:DEPOT_TOKEN }}
store: {{ path: retoure.db }}
"""
TOKEN = SECRETS[AuthKind.BEARER]["token"]
ORDER = Call("orders.get", ("70001",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A mapping's folder with the schemas of its own system."""
    shutil.copytree(SAMPLES, tmp_path / "schemas")
    return tmp_path


def connector(auth: AuthKind, url: str, manifest: Manifest | None = None) -> GenericRest:
    secrets = {name: Secret(value) for name, value in SECRETS[auth].items()}
    return GenericRest(manifest or manifest_of(auth, PageKind.CURSOR), HttpOptions(url), secrets)


def use(made: GenericRest, work: Callable[[GenericRest], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        try:
            return await work(made)
        finally:
            await made.aclose()

    return asyncio.run(whole())


def failing(made: GenericRest, call: Call) -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        use(made, lambda made: made.send(call))
    return caught.value


# -- from a deployment file -------------------------------------------------------------------------------------------


def test_a_manifest_beside_the_mapping_is_enough(folder: Path) -> None:
    with SimulatorServer(Depot()) as server:
        deployment = read_deployment(DEPLOYMENT.format(url=server.url), folder / "retoure.yaml")
        made = connect(deployment, {"DEPOT_TOKEN": TOKEN})["depot"]
        assert isinstance(made, GenericRest)
        assert use(made, lambda made: made.send(ORDER))["price"] == "10.50"


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ("    schema: depot/v1\n", "", "systems.depot.schema", "schema: depot/"),
        ("depot/v1", "depot/v2", "systems.depot.schema", "known are depot/v1, "),
        ("token: env", "api_key: env", "systems.depot.credentials", "auth `bearer` takes { token: env:… }"),
        ("{url}", "{url}\n    options: {{ token_url: http://acme.example/t }}", "systems.depot.options.token_url",
         "write https://"),
    ],
)  # fmt: skip
def test_an_entry_that_does_not_fit(folder: Path, old: str, new: str, path: str, said: str) -> None:
    text = DEPLOYMENT.replace(old, new).format(url="https://depot.example")
    with pytest.raises(DeploymentInvalid) as caught:
        read_deployment(text, folder / "retoure.yaml")
    (problem,) = caught.value.problems
    assert problem.path == path
    assert said in problem.help


def test_places_of_paths_are_options(folder: Path) -> None:
    manifest = folder / "schemas/depot/v1.manifest.yaml"
    text = manifest.read_text(encoding="utf-8").replace('path: "/orders/{id}"', 'path: "/{site}/orders/{id}"')
    manifest.write_text(text.replace("\noperations:", "\noptions: { site: The depot's site }\n\noperations:"))
    with pytest.raises(DeploymentInvalid, match=r"systems\.depot\.options\.site: is missing"):
        read_deployment(DEPLOYMENT.format(url="https://depot.example"), folder / "retoure.yaml")
    given = DEPLOYMENT.format(url="https://depot.example\n    options: { site: north }")
    made = connect(read_deployment(given, folder / "retoure.yaml"), {"DEPOT_TOKEN": TOKEN})["depot"]
    (request,) = made.render(ORDER)
    assert request.path == "/north/orders/70001"


# -- signing in -------------------------------------------------------------------------------------------------------


def test_a_token_is_fetched_once_and_anew_when_it_is_refused() -> None:
    depot = Depot(AuthKind.OAUTH2)

    async def work(made: GenericRest) -> list[int]:
        await asyncio.gather(*(made.send(ORDER) for _ in range(5)))
        fetched = [len(depot.tokens)]
        depot.tokens.append("given to somebody else")
        await made.send(ORDER)
        return [*fetched, len(depot.tokens)]

    with SimulatorServer(depot) as server:
        assert use(connector(AuthKind.OAUTH2, server.url), work) == [1, 3]


def test_a_token_is_fetched_anew_before_its_end() -> None:
    depot, now = Depot(AuthKind.OAUTH2), [0.0]

    async def work(url: str) -> list[bool]:
        made = connector(AuthKind.OAUTH2, url)
        assert made._token is not None
        token = Token(made._token.client, "/oauth/token", clock=lambda: now[0])
        fetched = []
        for seconds in (0.0, 3500.0, 3580.0):
            now[0] = seconds
            fetched.append(await token.ensure())
        await made.aclose()
        return fetched

    with SimulatorServer(depot) as server:
        assert asyncio.run(work(server.url)) == [True, False, True]


def test_a_wrong_secret_ends_the_call() -> None:
    with SimulatorServer(Depot(AuthKind.OAUTH2)) as server:
        secrets = {"client_id": Secret("depot-client-7"), "client_secret": Secret("wrong")}
        made = GenericRest(manifest_of(AuthKind.OAUTH2, PageKind.CURSOR), HttpOptions(server.url), secrets)
        assert failing(made, ORDER).error == "UNAUTHORIZED"


def test_tokens_from_another_host() -> None:
    depot, desk = Depot(AuthKind.OAUTH2), Depot(AuthKind.OAUTH2)
    desk.tokens = depot.tokens
    secrets = {name: Secret(value) for name, value in SECRETS[AuthKind.OAUTH2].items()}
    with SimulatorServer(depot) as server, SimulatorServer(desk) as other:
        made = GenericRest(
            manifest_of(AuthKind.OAUTH2, PageKind.CURSOR),
            HttpOptions(server.url),
            secrets,
            token_url=f"{other.url}/oauth/token",
        )
        assert use(made, lambda made: made.send(ORDER))["id"] == "70001"


# -- pages and errors -------------------------------------------------------------------------------------------------


@contextmanager
def answering(body: Json, headers: dict[str, str] | None = None, status: int = 200) -> Iterator[str]:
    async def answer(_: Request) -> Response:
        return JSONResponse(body, status, headers)

    with SimulatorServer(Starlette(routes=[Route("/{rest:path}", answer, methods=["GET", "PUT"])])) as server:
        yield server.url


def listed(pages: Pages) -> Manifest:
    manifest = load_system("depot/v1", SAMPLES)
    orders = manifest.operations["orders.list"]
    assert orders.http is not None
    operation = replace(orders, http=replace(orders.http, pages=pages))
    return replace(manifest, operations={**manifest.operations, "orders.list": operation})


@pytest.mark.parametrize(
    ("pages", "body", "headers", "error", "said"),
    [
        (Pages(PageKind.CURSOR, "orders", "c", "next"), {"orders": [1], "next": "x"}, {}, "INVALID", "read already"),
        (Pages(PageKind.PAGE, "orders", "p", most=3), {"orders": [1]}, {}, "TOO_LARGE", "more than 3 pages"),
        (Pages(PageKind.OFFSET, "rows", "o"), {"orders": [1]}, {}, "INVALID", "no list at `rows`"),
        (Pages(PageKind.LINK), [1], {"link": '<http://else.example/x>; rel="next"'}, "INVALID", "`else.example`"),
    ],
)
def test_pages_that_have_no_good_end(pages: Pages, body: Json, headers: dict[str, str], error: str, said: str) -> None:
    with answering(body, headers) as url:
        failed = failing(connector(AuthKind.BEARER, url, listed(pages)), Call("orders.list"))
    assert (failed.error, said in failed.message) == (error, True)


def test_errors_that_all_requests_share() -> None:
    tag = Call("orders.tag", body={"order": "1", "tag": "x"}, key="k")
    with answering({"code": "stale"}, status=422) as url:
        assert failing(connector(AuthKind.BEARER, url, load_system("depot/v1", SAMPLES)), tag).error == "CONFLICT"
    with answering({"code": "other"}, status=422) as url:
        assert failing(connector(AuthKind.BEARER, url, load_system("depot/v1", SAMPLES)), tag).error == "INVALID"


def test_a_write_without_a_key_is_not_sent_where_keys_are_promised() -> None:
    depot = Depot()
    with SimulatorServer(depot) as server:
        failed = failing(connector(AuthKind.BEARER, server.url), Call("notes.add", body={"order": "1", "text": "x"}))
    assert (failed.error, depot.notes) == ("INVALID", {})


def test_a_key_in_the_address_is_seen_by_the_platform_alone() -> None:
    with SimulatorServer(Depot(AuthKind.QUERY)) as server:
        made = connector(AuthKind.QUERY, server.url)
        assert isinstance(made.client, HttpClient)
        assert use(made, lambda made: made.send(ORDER))["id"] == "70001"
        (request,) = made.render(ORDER)
        assert "depot-key" not in request.path
