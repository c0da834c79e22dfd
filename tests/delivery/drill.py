"""Two programs for the kill drill: a platform that keeps books, and a worker that may die at any moment.

drill.py platform SEED            prints its port; answers one request at a time, in the order of connections
drill.py worker DATABASE URL [--finish]    prints `ready`, then works until it is killed (or until all is done)
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from retoure.connectors.port import Call, CallFailed, Json, Request, Settled
from retoure.delivery.context import Options
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.runtime.decision import Comparison, Decision, Occurrence, Reply, State, Wanted
from retoure.runtime.policy import Arm, Policy, Retry, Step
from retoure.runtime.program import Alert, Audit, Queue, Tracked
from retoure.source import Place
from retoure.types.manifest import EventKind, Kind, Manifest, Operation, OutcomeCheck

# --- the platform -------------------------------------------------------------------------------------------------


class Books:
    """What the platform did: every refund and every stock movement, in order, nothing deduplicated."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.records: dict[str, Any] = {}
        self.refunds: list[Any] = []
        self.stock: list[Any] = []


class Handler(BaseHTTPRequestHandler):
    """Serves the books. One time in eight it refuses before acting, one time in eight it acts and says nothing."""

    books: Books

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path.startswith("/returns/"):
            self.say(200, self.books.records[path.rpartition("/")[2]])
        elif path == "/made":
            movements = [*self.books.refunds, *self.books.stock]
            self.say(200, {"made": any(made["key"] == query["key"][0] for made in movements)})
        else:
            self.say(200, {"refunds": self.books.refunds, "stock": self.books.stock})

    def do_PUT(self) -> None:
        self.books.records[self.path.rpartition("/")[2]] = self.content()
        self.say(200, {})

    def do_POST(self) -> None:
        content = self.content()
        if content is None:
            return
        fate = self.books.chance.random()
        self.pause()
        if fate < 1 / 8:
            self.say(503, {})
            return
        (self.books.refunds if self.path == "/refunds" else self.books.stock).append(content)
        self.pause()
        if fate < 7 / 8:
            self.say(201, {})

    def pause(self) -> None:
        time.sleep(self.books.chance.uniform(0, 0.004))

    def content(self) -> Any:
        """The body; None when the caller died before it had sent everything."""
        length = int(self.headers["Content-Length"])
        raw = self.rfile.read(length)
        return json.loads(raw) if len(raw) == length else None

    def say(self, status: int, content: Any) -> None:
        raw = json.dumps(content).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)
        except OSError:
            pass  # the caller is dead


def serve(seed: int) -> None:
    Handler.books = Books(seed)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


# --- the worker ---------------------------------------------------------------------------------------------------

PLACE = Place("drill.rmap", 1)
SOON = Step("retry", retry=Retry(200, 0.01, 0.03))
POLICY = Policy(
    "p", (Arm(("TIMEOUT",), (Step("check"), SOON, Step("queue", "failed"))), Arm((), (SOON, Step("queue", "failed"))))
)
CHECK = OutcomeCheck("made", ("{key}",))


class Drill:
    """Every unit of a return is refunded once; every line's quantity is kept in stock."""

    identity = "drill 1.0.0 00000000"
    tracked = Tracked("return", "desk", "desk.Return", "id", "version")
    queues: Mapping[str, Queue] = {"failed": Queue("failed", timedelta(days=1))}
    alerts: Mapping[str, Alert] = {}
    audits: Mapping[str, Audit] = {}
    questions: tuple[str, ...] = ()
    manifests: Mapping[str, Manifest] = {
        "desk": Manifest(
            "desk",
            "1",
            "",
            {},
            {"returns.get": Operation("returns.get", Kind.READ)},
            {"updated": EventKind("updated", (), "Return", "id", "", reread="returns.get")},
            {},
        ),
        "shop": Manifest(
            "shop",
            "1",
            "",
            {},
            {
                "refunds": Operation("refunds", Kind.CREATE, check=CHECK),
                "stock": Operation(
                    "stock", Kind.INCREMENT, additive="quantity", identity=("sku",), settles_itself=True
                ),
            },
            {},
            {},
        ),
    }

    def compare(self, audit: str, occurrence: Occurrence, state: State) -> Comparison:
        raise NotImplementedError

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        raise NotImplementedError

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        record = occurrence.record
        subject, version = record["id"], record["version"]
        stale = state.version is not None and version < int(state.version)
        effects = [("do", "refunds", (str(unit),), {"return": subject, "unit": unit}) for unit in record["units"]]
        effects += [
            ("keep", "stock", (line,), {"return": subject, "sku": sku, "quantity": quantity})
            for line, (sku, quantity) in record["lines"].items()
        ]
        wanted = tuple(
            Wanted(verb, f"shop.{name}", (subject, *key), body, name, PLACE, POLICY)
            for verb, name, key, body in effects
        )
        return Decision(
            subject,
            str(version),
            self.identity,
            stale=stale,
            wanted=() if stale else wanted,
            reviewed=frozenset({"refunds", "stock"}),
        )


class Http:
    """Calls the platform, which closes the connection after each call and so sees them in order."""

    def __init__(self, system: str, url: str) -> None:
        self.system = system
        self._client = httpx.AsyncClient(base_url=url, timeout=30, verify=False, trust_env=False)

    async def plan(self, call: Call) -> Json:
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        if call.operation == "returns.get":
            return await self._ask("GET", f"/returns/{call.arguments[0]}")
        return await self._ask("POST", f"/{call.operation}", {**(call.body or {}), "key": call.key})

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        found = await self._ask("GET", f"/made?{httpx.QueryParams({'key': call.key})}")
        assert isinstance(found, Mapping)
        return Settled.APPLIED if found["made"] else Settled.NOT_APPLIED

    async def _ask(self, method: str, path: str, body: Any = None) -> Json:
        try:
            answer = await self._client.request(method, path, json=body)
        except httpx.TransportError as problem:
            raise CallFailed("TIMEOUT", repr(problem), outcome_unknown=True) from problem
        if answer.status_code == 503:
            raise CallFailed("UNAVAILABLE", "later")
        found: Json = answer.json()
        return found

    def render(self, call: Call) -> tuple[Request, ...]:
        return ()

    async def aclose(self) -> None:
        await self._client.aclose()


async def work(database: str, url: str, finish: bool) -> None:
    connectors = {name: Http(name, url) for name in ("desk", "shop")}
    async with AsyncRunner(
        Drill(), connectors, SqliteStore(database), options=Options(concurrency=4, poll=0.02)
    ) as runner:
        if finish:
            await runner.drain(wait=True)
            return
        print("ready", flush=True)
        await runner.run()


if __name__ == "__main__":
    if sys.argv[1] == "platform":
        serve(int(sys.argv[2]))
    else:
        asyncio.run(work(sys.argv[2], sys.argv[3], "--finish" in sys.argv))
