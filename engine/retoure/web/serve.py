"""One process that takes webhooks and works: server and worker in one event loop, until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp

from ..deployment.model import Web
from ..runner import AsyncRunner
from ..stopping import on_signals
from ..tenants import Tenants
from .app import tenants_app
from .reading import Bounded

GRACE: Final = 10  # seconds requests under way get to finish
BACKLOG: Final = 1024  # connections that wait to be taken


class CannotListen(Exception):
    """The address cannot be listened on; the text says which and what to do."""


async def serve(
    runner: AsyncRunner | Tenants,
    web: Web | None = None,
    *,
    started: Callable[[str], None] | None = None,
    also: Callable[[], Awaitable[None]] | None = None,
    webhooks: bool = True,
) -> None:
    """Serves `webhook_app` and runs the worker until SIGINT or SIGTERM; then no more requests are taken, and calls in
    flight are finished. A second signal cuts them off: they are found again, and settled, at the next start. Runners of
    several tenants are served together: see `tenants_app`.

    Without `webhooks` neither these nor questions are taken: health, readiness, status and metrics alone.
    `started` is told the address (`http://127.0.0.1:8080`) once it answers; `also` runs beside and is cancelled at
    the end. Close the runner yourself. Raises CannotListen, WorkerRunning, StoreError.
    """
    settings = web or Web()
    tenants = runner if isinstance(runner, Tenants) else Tenants({"": runner})
    with contextlib.closing(_listening(settings)) as listening:
        await tenants.start_work()
        server = _Server(tenants_app(tenants, settings, webhooks=webhooks))
        address = _address(settings.host, listening)
        await _Service(tenants, server, listening).run(lambda: started and started(address), also)


class _Server(uvicorn.Server):
    """Signals are ours to handle: the worker must stop as well."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(_config(app))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Service:
    """Server and worker at work; when one ends, however it does, the other is stopped too."""

    def __init__(self, tenants: Tenants, server: _Server, listening: socket.socket) -> None:
        self._tenants = tenants
        self._server = server
        self._listening = listening
        self._worker: asyncio.Task[None] | None = None

    async def run(self, started: Callable[[], Any], also: Callable[[], Awaitable[None]] | None) -> None:
        with on_signals(self._stop):
            self._worker = asyncio.create_task(self._tenants.run(), name="worker")
            serving = asyncio.create_task(self._server.serve(sockets=[self._listening]), name="server")
            beside = asyncio.create_task(_beside(self._server, started, also), name="beside")
            try:
                await asyncio.wait({self._worker, serving, beside}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._server.should_exit = True
                self._tenants.stop()
                await asyncio.wait({self._worker, serving})
                beside.cancel()
                ended = await asyncio.gather(self._worker, serving, beside, return_exceptions=True)
        for problem in ended:
            if isinstance(problem, Exception):
                raise problem

    def _stop(self) -> None:
        """The first time gently, the second time at once."""
        if self._server.should_exit:
            self._server.force_exit = True
            if self._worker is not None:
                self._worker.cancel()
        self._server.should_exit = True
        self._tenants.stop()


async def _beside(server: _Server, started: Callable[[], Any], also: Callable[[], Awaitable[None]] | None) -> None:
    """Tells that the server answers, then does the other thing; ends only by failing or being cancelled."""
    while not server.started:
        await asyncio.sleep(0.01)
    started()
    if also is not None:
        await also()
    await asyncio.Event().wait()


def _listening(web: Web) -> socket.socket:
    """A bound socket. Raises CannotListen."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            web.host, web.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere it would let two servers share the port
                found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
            found.listen(BACKLOG)
        except BaseException:
            found.close()
            raise
    except OSError as problem:
        why = problem.strerror or str(problem)
        remedy = "Stop what listens there, or change `web.host` and `web.port` in the deployment file."
        raise CannotListen(f"cannot listen on {web.host}:{web.port}: {why}. {remedy}") from problem
    return found


def _address(host: str, listening: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Bounded,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
    )
