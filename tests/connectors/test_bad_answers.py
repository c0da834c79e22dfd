"""Whatever a platform answers ends in an error class that says where and why, and never shows a credential."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
import threading
import traceback
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import trustme
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from retoure import tracing
from retoure.connectors.http import HttpOptions
from retoure.connectors.port import Call, CallFailed, Json
from retoure.connectors.recorded import record_answer
from retoure.connectors.scayle import ScayleConnector
from retoure.connectors.secret import Secret
from retoure.types.load import load_system

from .raw_server import Answer, RawServer, http, serving

TOKEN = "token-c0ffee-4711"
READ = Call("orders.get", ("70001",))
WRITE = Call(
    "return_items.send",
    body={"order": 70001, "unit": 1, "returnKey": "1", "received": "2026-04-07 11:00:05"},
)
BOMB = gzip.compress(b"0" * 200_000_000, 6, mtime=0)
"""200 MB in 200 KB."""


def connector(server: RawServer, scheme: str = "http", **options: object) -> ScayleConnector:
    settings = {"read_timeout": 5.0, "max_body_bytes": 100_000, **options}
    where = HttpOptions(server.url(scheme), **settings)  # type: ignore[arg-type]
    return ScayleConnector(load_system("scayle/admin-v1"), where, Secret(TOKEN), {"shop": "ms", "country": "DE"})


def ask(server: RawServer, call: Call, scheme: str = "http", **options: object) -> Json:
    async def run() -> Json:
        made = connector(server, scheme, **options)
        try:
            return await made.send(call)
        finally:
            await made.aclose()

    return asyncio.run(run())


def failure(answer: Answer, call: Call = READ) -> CallFailed:
    with serving(answer) as server, pytest.raises(CallFailed) as caught:
        ask(server, call)
    return caught.value


def always(*pieces: bytes) -> Answer:
    return lambda _: pieces


def silent(hang_up: threading.Event) -> Answer:
    """Says nothing until it is told to hang up."""

    def answer(_: bytes) -> Iterator[bytes]:
        hang_up.wait(10)
        yield b""

    return answer


REFUSED = b'{"errors": [{"errorKey": "NOPE", "message": "Not today.", "context": []}]}'
PAGE = b"<html><head><title>Maintenance</title></head><body>Back soon</body></html>"


@pytest.mark.parametrize(
    ("answer", "error", "unknown", "words"),
    [
        (http(b'{"id": 70001, "curr', length=500), "TIMEOUT", True, "the connection was lost (POST /fulfillment"),
        (http(b'{"id": 70001, "curr'), "UNAVAILABLE", True, "the answer 200 is no JSON"),
        (http(b'\xff\xfe{"id": 1}'), "UNAVAILABLE", True, "the answer 200 is no JSON"),
        (http(b'{"price": NaN}'), "UNAVAILABLE", True, "the answer 200 is no JSON"),
        (http(b"[" * 50_000), "UNAVAILABLE", True, "the answer 200 is no JSON"),
        (http(PAGE, content_type="text/html"), "UNAVAILABLE", True, "an HTML page: Maintenance"),
        (http(b"%PDF-1.7", content_type="application/pdf; x=1"), "UNAVAILABLE", True, "but `application/pdf` (POST"),
        (http(REFUSED), "INVALID", True, "HTTP 200, but an error inside: NOPE: Not today."),
        (http(b'{"error": "broken", "message": "x"}'), "INVALID", True, "HTTP 200, but an error inside"),
        (http(status="302 Found", location="https://evil.example/"), "INVALID", False, "an unexpected redirect"),
        (http(b"\x1f\x8b nonsense", content_encoding="gzip"), "UNAVAILABLE", True, "could not be decompressed"),
        (
            http(gzip.compress(b"{}", mtime=0)[:-9], content_encoding="gzip"),
            "UNAVAILABLE",
            True,
            "could not be decompressed",
        ),
        (http(b"{}", content_encoding="br"), "UNAVAILABLE", True, "could not be decompressed"),
        (http(BOMB, content_encoding="gzip"), "TOO_LARGE", True, "larger than 100000 bytes"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "TIMEOUT", True, "the connection was lost"),
        (b"", "TIMEOUT", True, "the connection was lost"),
    ],
    ids=(
        *("cut short", "half an object", "no UTF-8", "NaN", "too deep", "a page", "a PDF", "errors", "an error"),
        *("a redirect", "no gzip", "half a gzip", "brotli", "a bomb", "SSH", "nothing"),
    ),
)
def test_an_answer_that_is_wrong(answer: bytes, error: str, unknown: bool, words: str) -> None:
    failed = failure(always(answer), WRITE)
    assert (failed.error, failed.outcome_unknown) == (error, unknown)
    assert words in failed.message
    read = failure(always(answer))
    assert (read.error, read.outcome_unknown) == (error, False)


def test_a_business_code_inside_a_success_is_a_refusal() -> None:
    body = b'{"errors": [{"errorKey": "VARIANT_NOT_FOUND", "message": "Gone."}]}'
    order: dict[str, Json] = {"referenceKey": "REV-1", "currencyCode": "EUR", "items": []}
    failed = failure(always(http(body)), Call("orders.create", body=order))
    assert (failed.error, failed.outcome_unknown) == ("SKU_DISCONTINUED", False)


def test_an_empty_body_that_claims_a_coding_is_empty() -> None:
    with serving(always(http(content_encoding="gzip"))) as server:
        assert ask(server, WRITE) is None


def test_errors_beside_data_are_left_to_the_caller() -> None:
    body = b'{"entities": [{"error": {"errorKey": "VARIANT_NOT_FOUND"}}], "errors": []}'
    with serving(always(http(body))) as server:
        assert isinstance(ask(server, READ), dict)


def test_a_json_body_under_another_content_type_is_read() -> None:
    with serving(always(http(b'{"id": 70001}', content_type="text/plain"))) as server:
        assert ask(server, READ) == {"id": 70001}


def test_silence_ends_by_the_read_timeout() -> None:
    hang_up = threading.Event()
    with serving(silent(hang_up)) as server:
        with pytest.raises(CallFailed) as caught:
            ask(server, WRITE, read_timeout=0.2)
        hang_up.set()
    assert (caught.value.error, caught.value.outcome_unknown) == ("TIMEOUT", True)
    assert "no answer in time (POST /fulfillment/return-items)" in caught.value.message


def test_a_hundred_megabytes_are_hung_up_on() -> None:
    def answer(_: bytes) -> Iterable[bytes]:
        yield http(length=100_000_000)
        for _piece in range(1000):
            yield b" " * 100_000

    with serving(answer) as server, pytest.raises(CallFailed) as caught:
        ask(server, READ)
    assert caught.value.error == "TOO_LARGE"
    assert server.sent < 20_000_000


def test_a_bomb_is_not_unpacked() -> None:
    tracemalloc.start()
    try:
        failed = failure(always(http(BOMB, content_encoding="gzip")))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert failed.error == "TOO_LARGE"
    assert peak < 20_000_000


def test_a_redirect_to_another_host_takes_no_token_there() -> None:
    with serving(always(http(b"{}"))) as other:
        away = f"http://localhost:{other.port}/api"
        failed = failure(always(http(status="307 Temporary Redirect", location=away)))
        assert (failed.error, failed.status) == ("INVALID", 307)
        assert "redirect to another host, `localhost`, not followed: correct base_url" in failed.message
        assert other.requests == []


@pytest.mark.parametrize(("date", "wait"), [("Mon, 02 Mar 2026 10:00:00 GMT", 90.0), ("soon", 0.0)])
def test_dates_are_meant_by_the_clock_of_the_platform(date: str, wait: float) -> None:
    """By ours, the moment named here was over long ago."""
    until = "Mon, 02 Mar 2026 10:01:30 GMT"
    failed = failure(always(http(status="429 Too Many Requests", retry_after=until, date=date)))
    assert failed.retry_after == wait


# ---- TLS


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def speaking_tls(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(file))
    return str(file)


def test_an_unknown_authority_gets_nothing(authority: trustme.CA) -> None:
    with serving(always(http(b"{}")), speaking_tls(authority, "127.0.0.1")) as server:
        with pytest.raises(CallFailed) as caught:
            ask(server, WRITE, "https")
        assert server.requests == []
    assert (caught.value.error, caught.value.outcome_unknown) == ("UNAVAILABLE", False)
    assert "the certificate is not trusted" in caught.value.message
    assert "name its authority in `ca_file` (POST /fulfillment/return-items)" in caught.value.message


def test_a_certificate_of_another_host_gets_nothing(authority: trustme.CA, ca_file: str) -> None:
    with serving(always(http(b"{}")), speaking_tls(authority, "other.example")) as server:
        with pytest.raises(CallFailed) as caught:
            ask(server, READ, "https", ca_file=ca_file)
        assert server.requests == []
    assert "the certificate is not trusted" in caught.value.message


def test_a_known_authority_is_trusted(authority: trustme.CA, ca_file: str) -> None:
    with serving(always(http(b'{"id": 1}')), speaking_tls(authority, "127.0.0.1")) as server:
        assert ask(server, READ, "https", ca_file=ca_file) == {"id": 1}


def test_a_server_that_speaks_no_tls() -> None:
    with serving(always(http(b"{}"))) as server, pytest.raises(CallFailed) as caught:
        ask(server, READ, "https")
    assert (caught.value.error, caught.value.outcome_unknown) == ("UNAVAILABLE", False)
    assert "is base_url right?" in caught.value.message


# ---- credentials


def echo(request: bytes) -> Iterable[bytes]:
    """A platform that puts the request, token and all, into whatever it says."""
    head = request.decode().replace("\r\n", " ")
    yield http(f'{{"errors": [{{"errorKey": "K", "message": "{head}"}}]}}'.encode(), "400 Bad Request")


@pytest.mark.parametrize(
    "answer",
    [
        echo,
        always(http(PAGE)),
        always(http(REFUSED)),
        always(http(b"x", content_encoding="gzip")),
        always(http(status="302 Found", location="http://localhost:1/x")),
        always(b"nonsense\r\n\r\n"),
        always(b""),
    ],
    ids=("an echo", "a page", "errors", "no gzip", "a redirect", "nonsense", "nothing"),
)
def test_no_credential_is_in_log_error_or_trace(
    answer: Answer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr(tracing, "_TRACER", provider.get_tracer("test"))
    caplog.set_level(logging.DEBUG)
    with provider.get_tracer("test").start_as_current_span("around"):
        failed = failure(answer)
    told = [str(failed), repr(failed), "".join(traceback.format_exception(failed)), caplog.text]
    told += [span.to_json() for span in spans.get_finished_spans()]
    assert any("http.request.method" in text for text in told)
    assert TOKEN not in "\n".join(told)


def test_no_credential_is_in_a_recording(tmp_path: Path) -> None:
    """A platform that sends the token back within data: recorded is what is there without it."""
    body = b'{"id": 1, "accessToken": "token-c0ffee-4711", "customer": {"email": "a@b.example"}}'
    with serving(always(http(body))) as server:
        answer = ask(server, READ)
    record_answer(tmp_path, "scayle", READ.operation, answer, READ.arguments)
    written = "".join(file.read_text() for file in tmp_path.rglob("*.json"))
    assert '"id"' in written
    assert TOKEN not in written
    assert "a@b.example" not in written
