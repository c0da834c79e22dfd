"""(g): webhooks a second, each on the disk before it is answered."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import spent
import uvicorn
from measuring import Gauge, Peers, Work
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from three import Three

from retoure.connectors.http import HttpOptions
from retoure.connectors.reveni.connector import ReveniConnector
from retoure.connectors.secret import Secret
from retoure.delivery.store.sql import SqlStore
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.types.load import load_system
from retoure.web.app import webhook_app

CLIENTS = 200
CONNECTIONS = 50
KEY = "key-of-the-store"
HERE = Path(__file__).resolve().parent
ABOUT = """Webhooks of Reveni, signed, 1.4 kB each, from 200 clients that wait for each answer. The bare store is a
table with an id that is unique, a commit for all that wait (`synchronous = FULL`), and nothing else: it looks at
nothing that it stores. `retoure` verifies the signature, reads the message, knows it again by its id and by its
content, and stores it with what its decision needs. Below are the same as web applications, called in the process,
and by 50 connections from another process over HTTP, where most of the time goes to HTTP. More is better; databases
are files on {where}."""

SPENT = """Processor time of one webhook, taken in the process as in the first two rows above. What is stored is an
event with its content, its digest and what its decision waits for, under all their indexes; the bare store has one row
and one index. `handed over` is all that is no row of its own: two threads, the group, the answer to each client."""
PARTS = spent.Parts(
    {
        "retoure, signature verified and message read": (ReveniConnector, "accept"),
        "retoure, known again or stored": (SqlStore, "accept_all"),
    },
    "retoure, handed over",
    beside=("retoure, signature verified and message read",),
)


def works(*, quick: bool) -> Iterator[Work]:
    total = 1000 if quick else 10_000
    about = ABOUT.format(where=tempfile.gettempdir()).replace("\n", " ")
    goal = "0.50 of what the bare store takes, better 0.80"
    shape = {"same": False, "gauge": Gauge.OWN, "unit": "webhooks/s", "rounds": 9}
    yield Work("g", f"{total:,} webhooks taken in durably", partial(accepted, total), about, goal, **shape)
    title = "where a webhook spends its processor time"
    yield Work("g2", title, partial(where_spent, total), SPENT, same=False, gauge=Gauge.OWN, rounds=5)


def where_spent(total: int, _: object) -> Peers:
    messages = [signed(number) for number in range(total)]
    return spent.rows(partial(_run, _bare, messages), partial(_run, _retoure, messages), total, PARTS)


def accepted(total: int, _: object) -> Peers:
    """Every peer has stored all messages at the end of a run, which is asked before its speed counts."""
    messages = [signed(number) for number in range(total)]
    return {
        "bare store": partial(_run, _bare, messages),
        "retoure": partial(_run, _retoure, messages),
        "bare store behind ASGI, by hand": partial(_run, _bare, messages, through=in_process),
        "retoure behind ASGI": partial(_run, _retoure, messages, through=in_process),
        "bare store behind HTTP, by hand": partial(_run, _bare, messages, through=over_http),
        "retoure behind HTTP": partial(_run, _retoure, messages, through=over_http),
    }


# --- messages


@dataclass(frozen=True)
class Signed:
    body: bytes
    headers: dict[str, str]


def signed(number: int) -> Signed:
    lines = [
        {
            "id": f"{number}-{n}",
            "sku": f"sku-{n}",
            "name": "a shirt with long sleeves",
            "amount": "19.90",
            "tax": "3.18",
        }
        for n in range(8)
    ]
    record = {"id": f"r{number % 997}", "status": "approved", "order": f"{number}", "currency": "EUR", "items": lines}
    data = {"resource": "return", "resource_id": record["id"], "object": record}
    event = {"id": f"e{number}", "event": "return.updated", "created": 1772446542, "data": data}
    body = json.dumps(event).encode()
    return Signed(body, {"x-reveni-signature": signature(body, f"{time.time():.6f}")})


def signature(body: bytes, at: str) -> str:
    return f"t={at},v1={hmac.new(KEY.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


# --- what takes them

Take = Callable[[bytes, dict[str, str]], Awaitable[object]]
Taking = Callable[[Path], Any]
"""Opens what takes messages: how it is called, its web application, and how many messages it has stored."""


class Bare:
    """Stores what comes under its id; what waits shares a commit."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = FULL")
        self.db.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT UNIQUE, raw BLOB, at REAL)")
        self._waiting: list[tuple[tuple[str, bytes, float], asyncio.Future[None]]] = []

    async def take(self, body: bytes, headers: dict[str, str]) -> None:
        """The id is what stands behind its name in these messages: nothing is parsed."""
        await self.store(body[8 : body.index(b'"', 8)].decode(), body)

    async def store(self, identity: str, body: bytes) -> None:
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(((identity, body, time.time()), stored))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_soon(self._commit)
        await stored

    def _commit(self) -> None:
        batch, self._waiting = self._waiting, []
        self.db.execute("BEGIN IMMEDIATE")
        sql = "INSERT INTO events (id, raw, at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING"
        self.db.executemany(sql, [row for row, _ in batch])
        self.db.execute("COMMIT")
        for _, stored in batch:
            stored.set_result(None)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What one would write by hand: the signature is verified, the id read, the message stored, 202."""
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part["body"], part.get("more_body", False)
        given = dict(scope["headers"])[b"x-reveni-signature"].decode()
        at = given.partition(",")[0].removeprefix("t=")
        assert hmac.compare_digest(given, signature(body, at))
        await self.store(json.loads(body)["id"], body)
        await send({"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})


@asynccontextmanager
async def _bare(folder: Path) -> Any:
    bare = Bare(folder / "bare.db")
    yield bare.take, bare.app, lambda: bare.db.execute("SELECT count(*) FROM events").fetchone()[0]
    bare.db.close()


@asynccontextmanager
async def _retoure(folder: Path) -> Any:
    store = SqliteStore(folder / "retoure.db")
    reveni = ReveniConnector(
        load_system("reveni/merchants-v0"), HttpOptions("https://reveni.invalid"), Secret(KEY), "1"
    )
    async with AsyncRunner(Three(), {"reveni": reveni}, store) as runner:  # type: ignore[arg-type]
        yield partial(runner.accept, "reveni"), webhook_app(runner), lambda: store.status().events["waiting"]


# --- how they are called


async def directly(messages: list[Signed], take: Take, app: ASGIApp) -> None:
    await _by_clients(messages, lambda message: take(message.body, message.headers))


async def in_process(messages: list[Signed], take: Take, app: ASGIApp) -> None:
    async def post(message: Signed) -> None:
        sent = [{"type": "http.request", "body": message.body, "more_body": False}]
        answers: list[Message] = []

        async def receive() -> Message:
            return sent.pop()

        async def send(answer: Message) -> None:
            answers.append(answer)

        headers = [(name.encode(), value.encode()) for name, value in message.headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/webhooks/reveni", "headers": headers, "query_string": b""}
        await app({**scope, "http_version": "1.1", "scheme": "http", "server": None, "client": None}, receive, send)
        assert answers[0]["status"] == 202, answers

    await _by_clients(messages, post)


async def over_http(messages: list[Signed], take: Take, app: ASGIApp) -> None:
    """From a process of its own, which begins the clock once all messages are in its memory."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off", interface="asgi3"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    command = (sys.executable, str(HERE / "posting.py"), str(port), str(CONNECTIONS))
    pipe = asyncio.subprocess.PIPE
    sender = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    given = json.dumps([(message.body.decode(), message.headers) for message in messages]).encode()
    seconds, _ = await sender.communicate(given)
    server.should_exit = True
    await serving
    assert sender.returncode == 0
    Clock.seconds = float(seconds)


class Clock:
    """What a sender measured itself, if it did."""

    seconds = 0.0


async def _by_clients(messages: list[Signed], post: Callable[[Signed], Awaitable[object]]) -> None:
    waiting = iter(messages)

    async def client() -> None:
        for message in waiting:
            await post(message)

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


Through = Callable[[list[Signed], Take, ASGIApp], Awaitable[None]]


def _run(taking: Taking, messages: list[Signed], *, through: Through = directly) -> float:
    """Webhooks a second."""

    async def measured(folder: Path) -> float:
        async with taking(folder) as (take, app, stored):
            Clock.seconds = 0.0
            began = time.perf_counter()
            await through(messages, take, app)
            seconds = Clock.seconds or time.perf_counter() - began
            assert stored() == len(messages)
            return len(messages) / seconds

    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(measured(Path(folder)))
