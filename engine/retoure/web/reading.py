"""Requests as httptools reads them, which itself keeps whatever comes before a request is at its end."""

from __future__ import annotations

from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD: Final = 65_536  # bytes of a request that are no body: its line, headers and trailers
FRAMING: Final = 10  # bytes beside each byte of a body, where it comes in chunks


class Bounded(HttpToolsProtocol):
    """Answers 400 to a request whose head has no end, and closes. Bodies have a limit of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._received = self._body = 0

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        super().data_received(data)
        if self._received > HEAD + FRAMING * self._body and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._received = self._body = 0
        super().on_message_complete()
