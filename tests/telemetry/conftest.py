"""A shop whose service is looked into from outside: processes of `retoure serve`, and a receiver of traces."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from ..embedding.shop import SECRETS, Shop, shop, webhook
from ..plain import PLAIN

RETOURE = (sys.executable, "-W", "error", "-m", "retoure_cli")


@pytest.fixture
def running_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path) as found:
        yield found


@dataclass
class Served:
    """A service in a process of its own. Its log is in `log`."""

    process: subprocess.Popen[str]
    log: Path
    address: str = ""

    def post(self, made: Any, event: str = "1", headers: Mapping[str, str] | None = None) -> int:
        """Sends Reveni's webhook about a return; the answer's status."""
        body, signature = webhook(made, event)
        return self.send(body, {**signature, **(headers or {})})

    def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Sends a message as Reveni's; the answer's status."""
        return httpx.post(f"{self.address}/webhooks/reveni", content=body, headers=headers, verify=PLAIN).status_code

    def get(self, path: str, **headers: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", headers=headers, verify=PLAIN)


@contextmanager
def served(at: Shop, *arguments: str, name: str = "serve", **environment: str) -> Iterator[Served]:
    """`retoure serve`, or the command that is given; killed at the end if it still runs."""
    log = at.file.with_name(f"{name}.log")
    command, surroundings = (*RETOURE, *(arguments or ("serve",))), {**at.environment, **environment}
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=at.file.parent, env=surroundings, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    found = Served(process, log)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert "listening on http://" in line, line + log.read_text()
        found.address = line.split("listening on ")[1].split(";")[0].strip()
        yield found
    finally:
        process.kill()
        process.communicate()


@dataclass(frozen=True)
class Seen:
    """One span as it arrived, ids in hexadecimal; `run` says which process sent it."""

    run: str
    name: str
    trace: str
    id: str
    parent: str
    attributes: Mapping[str, Any]


@dataclass
class Receiver:
    """Takes traces by OTLP over HTTP."""

    url: str = ""
    spans: list[Seen] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def take(self, body: bytes, headers: Mapping[str, str]) -> None:
        self.headers.append({name.lower(): value for name, value in headers.items()})
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            about = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                self.spans += [_seen(about.get("run", ""), span) for span in scope.spans]

    def named(self, name: str, run: str = "") -> list[Seen]:
        return [span for span in self.spans if span.name == name and run in ("", span.run)]


def _seen(run: str, span: Any) -> Seen:
    said = {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}
    ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
    return Seen(run, span.name, *ids, said)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            zipped = self.headers["Content-Encoding"] == "gzip"
            found.take(gzip.decompress(body) if zipped else body, dict(self.headers.items()))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield found
    server.shutdown()
    thread.join()
    server.server_close()
