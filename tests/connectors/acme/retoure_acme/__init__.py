"""A connector as another company would ship it: one class, a manifest, schemas, and a platform to try it on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from retoure.connectors.contract import Specimen, Trials
from retoure.connectors.kit import Ask, Call, ConnectorKind, HttpClient, RestConnector, Wiring, load_system


class AcmeConnector(RestConnector):
    """Acme wants its key in a header, and the name of the depot in another."""

    def __init__(self, wiring: Wiring) -> None:
        key = wiring.secrets["key"]
        client = HttpClient(wiring.http, lambda: {"x-acme-key": key.reveal()}, budget=wiring.budget)
        super().__init__(wiring.required(), client)
        self._depot = wiring.option("depot")

    def _ask(self, call: Call) -> Ask:
        return replace(super()._ask(call), headers={"x-acme-depot": self._depot})


class Acme:
    """Acme's side: parcels that are marked."""

    def __init__(self) -> None:
        self.marks: dict[str, str] = {}
        routes = [Route("/parcels/{id}", self._get), Route("/parcels/{id}/mark", self._mark, methods=["PUT"])]
        self._app = Starlette(routes=routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _get(self, request: Request) -> Response:
        id = request.path_params["id"]
        if not id.startswith("P"):
            return JSONResponse({"message": "no such parcel"}, 404)
        return JSONResponse({"id": id, "mark": self.marks.get(id, "")})

    async def _mark(self, request: Request) -> Response:
        if request.headers.get("x-acme-key") != SECRET or request.headers.get("x-acme-depot") != "north":
            return JSONResponse({"message": "who are you?"}, 401)
        self.marks[request.path_params["id"]] = (await request.json())["mark"]
        return Response(status_code=204)


SECRET = "acme-key-77d1"


def _specimen(folder: Path) -> Specimen:
    acme = Acme()
    mark = Call("parcels.mark", body={"id": "P1", "mark": "accepted"}, key="1")
    return Specimen(
        load_system("acme/v1"),
        lambda url: Trials(Call("parcels.get", ("P1",)), (mark,), Call("parcels.get", ("X",))),
        lambda url: dict(acme.marks),
        acme,
        options={"depot": "north"},
        secrets={"key": SECRET},
    )


KIND = ConnectorKind(
    AcmeConnector,
    "parcels of Acme",
    schema="acme/v1",
    http=True,
    must=("depot",),
    options={"depot": str},
    credentials=("key",),
    specimen=_specimen,
)
