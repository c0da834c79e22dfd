"""Running a simulator as a real HTTP server on loopback."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


class SimulatorServer:
    """`with SimulatorServer(app) as server: ... server.url` - the app served from a background thread.

    `port` 0 takes any free one; `host` is loopback unless said otherwise. Entering waits until it listens (RuntimeError
    if it does not within 10 seconds); leaving stops it and waits for the thread. `url` has no trailing slash, e.g.
    `http://127.0.0.1:40123`.
    What is done to the app's state from outside is told to webhook subscribers with the next call of any kind.
    """

    def __init__(self, app: ASGIApp, *, port: int = 0, host: str = HOST) -> None:
        self.app: Any = app
        self._socket = _listening_socket(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{host}:{self.port}"
        self._server = uvicorn.Server(_config(app))
        self._thread = threading.Thread(target=self._run, name=f"simulator-{self.port}", daemon=True)

    def __enter__(self) -> SimulatorServer:
        self._thread.start()
        until = time.monotonic() + 10.0
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the simulator did not start")
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop listening and wait for the thread; calls under way get a second. Doing it twice is fine."""
        self._server.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)
        self._socket.close()

    def _run(self) -> None:
        self._server.run(sockets=[self._socket])


def serve_until_stopped(app: ASGIApp, *, port: int, host: str = HOST, started: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; tells its address once it listens. To be called from the main thread."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with SimulatorServer(app, port=port, host=host) as server:
        started(server.url)
        stop.wait()


def _listening_socket(host: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    return sock


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        lifespan="on",
        ws="none",
        http="h11",
        loop="asyncio",
        proxy_headers=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,  # longer than clients keep a connection: none is closed while a request is on its way
    )
