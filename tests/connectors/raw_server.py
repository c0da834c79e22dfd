"""A platform that answers whatever bytes a test wants, or none: plain or with TLS, one thread for each connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

TLS_HELLO = b"\x16\x03"

Answer = Callable[[bytes], Iterable[bytes]]
"""From the request as it came to the pieces of the answer."""


@dataclass
class RawServer:
    """Where it listens, the requests it got, and how many bytes it could send before the caller hung up."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    sent: int = 0
    done: threading.Event = field(default_factory=threading.Event)

    def url(self, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}"


@contextmanager
def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = RawServer(listening.getsockname()[1])
        thread = threading.Thread(target=_accept, args=(listening, server, answer, tls), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.done.set()
            with contextlib.suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            thread.join(timeout=5)


def _accept(listening: socket.socket, server: RawServer, answer: Answer, tls: ssl.SSLContext | None) -> None:
    while not server.done.is_set():
        try:
            plain, _ = listening.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), plain:
            spoken = tls.wrap_socket(plain, server_side=True) if tls else plain
            with spoken:
                _converse(spoken, server, answer)


def _converse(spoken: socket.socket, server: RawServer, answer: Answer) -> None:
    request = b""
    while b"\r\n\r\n" not in request and not request.startswith(TLS_HELLO):
        piece = spoken.recv(65536)
        if not piece:
            return
        request += piece
    server.requests.append(request)
    for piece in answer(request):
        spoken.sendall(piece)
        server.sent += len(piece)


def http(body: bytes = b"", status: str = "200 OK", *, length: int | None = None, **headers: str) -> bytes:
    """An answer of HTTP/1.1 that closes; `length` is what it claims its body has."""
    claimed = len(body) if length is None else length
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"HTTP/1.1 {status}", f"content-length: {claimed}", "connection: close", *lines])
    return head.encode() + b"\r\n\r\n" + body
