"""Traces: from the webhook to the call of the platform, in one process and over a kill."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import ASGIApp, Receive, Scope, Send

from retoure import Runner

from ..embedding.shop import DEPLOYMENT, SECRETS, Shop, shop, until, webhook
from .conftest import Receiver, served

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
GIVEN: Final = {"traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": "shop=1"}
OPERATION: Final = "scayle.return_items.send"


@pytest.fixture(scope="module")
def exporter() -> Iterator[InMemorySpanExporter]:
    """What the SDK of this process records. A provider is set once in a process, so it stays for other tests too, which
    want nothing kept.
    """
    found = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(found))
    trace.set_tracer_provider(provider)
    yield found
    provider.shutdown()
    found.clear()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> InMemorySpanExporter:
    exporter.clear()
    return exporter


@dataclass
class Platform:
    """Stands in front of SCAYLE: keeps the headers of its requests, and lets the refund wait until it is opened."""

    headers: list[Mapping[str, str]] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, app: ASGIApp) -> ASGIApp:
        async def kept(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and "/_sim" not in scope["path"]:
                self.headers.append({name.decode(): value.decode() for name, value in scope["headers"]})
                if "return-items" in scope["path"] and scope["method"] == "POST":
                    self.reached.set()
                    await asyncio.to_thread(self.opened.wait, 60)
            await app(scope, receive, send)

        return kept


def hexed(span: ReadableSpan) -> tuple[str, str, str]:
    """Trace, own id and parent of a span."""
    context, parent = span.get_span_context(), span.parent
    assert context is not None
    return f"{context.trace_id:032x}", f"{context.span_id:016x}", "" if parent is None else f"{parent.span_id:016x}"


def one(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    (found,) = [span for span in spans.get_finished_spans() if span.name == name]
    return found


def played(found: Shop, headers: Mapping[str, str]) -> Any:
    """One return from the webhook to the refund."""
    made = found.returned(found.ordered())
    with Runner.from_deployment(found.file, environment=SECRETS) as runner:
        body, signature = webhook(made)
        runner.accept("reveni", body, {**signature, **headers})
        runner.drain()
    assert len(found.refunds()) == 1
    return made


def test_one_trace_from_the_webhook_to_the_call(running_shop: Shop, spans: InMemorySpanExporter) -> None:
    made = played(running_shop, GIVEN)
    accept, decide = one(spans, "accept reveni"), one(spans, "decide reveni.return_updated")
    effect, send = one(spans, f"effect {OPERATION}"), one(spans, f"send {OPERATION}")
    assert {hexed(span)[0] for span in spans.get_finished_spans()} == {TRACE}
    assert hexed(accept)[2] == CALLER
    assert (hexed(decide)[2], hexed(effect)[2]) == (hexed(accept)[1], hexed(decide)[1])
    assert hexed(send)[2] == hexed(effect)[1]
    http = [span for span in spans.get_finished_spans() if span.name == "POST" and hexed(span)[2] == hexed(send)[1]]
    assert [span.attributes["http.response.status_code"] for span in http if span.attributes] == [204]
    about = effect.attributes or {}
    assert (about["retoure.return_id"], about["retoure.operation"]) == (made["id"], OPERATION)
    assert str(about["code.file.path"]).endswith(".rmap")
    assert str(about["retoure.mapping"]).startswith("reveni_to_scayle ")


def test_no_span_holds_what_a_person_is_called(running_shop: Shop, spans: InMemorySpanExporter) -> None:
    played(running_shop, GIVEN)
    shown = "".join(span.to_json() for span in spans.get_finished_spans())
    for text in ("@", "shopper.example", *SECRETS.values(), "firstName"):
        assert text not in shown


def test_without_a_header_it_is_a_trace_of_its_own(running_shop: Shop, spans: InMemorySpanExporter) -> None:
    played(running_shop, {})
    assert hexed(one(spans, "accept reveni"))[2] == ""
    assert len({hexed(span)[0] for span in spans.get_finished_spans()}) == 1


@pytest.mark.parametrize("header", ["", "00-nonsense", f"00-{'0' * 32}-{'0' * 16}-01", "x" * 10_000])
def test_a_damaged_header_is_no_reason_to_refuse(running_shop: Shop, spans: InMemorySpanExporter, header: str) -> None:
    played(running_shop, {"traceparent": header})
    assert hexed(one(spans, "accept reveni"))[2] == ""


def test_a_failed_call_is_an_error_by_its_class(running_shop: Shop, spans: InMemorySpanExporter) -> None:
    running_shop.fault(running_shop.scayle, kind="status", status=503, path="return-items", times=1)
    with Runner.from_deployment(running_shop.file, environment=SECRETS) as runner:
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        runner.drain()
    send = one(spans, f"send {OPERATION}")
    assert (send.attributes or {})["error.type"] == "UNAVAILABLE"
    assert not send.status.is_ok
    assert not send.events, "the text of an exception is not recorded"


@pytest.mark.parametrize("wanted", [False, True])
def test_platforms_are_told_the_trace_only_where_that_is_asked_for(
    tmp_path: Path, spans: InMemorySpanExporter, wanted: bool
) -> None:
    platform = Platform()
    platform.opened.set()
    option = "{{shop: ms, country: DE, trace_context: true}}"
    text = DEPLOYMENT.replace("{{shop: ms, country: DE}}", option) if wanted else DEPLOYMENT
    with shop(tmp_path, text, before=platform) as found:
        played(found, GIVEN)
    told = [headers["traceparent"].split("-")[1] for headers in platform.headers if "traceparent" in headers]
    assert set(told) == ({TRACE} if wanted else set())
    assert len(told) == (len(platform.headers) if wanted else 0)


def test_a_service_that_was_killed_goes_on_with_the_trace(tmp_path: Path, receiver: Receiver) -> None:
    """The first process dies during the call, the second finds out what became of it: one trace tells of both."""
    platform = Platform()
    surroundings = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with shop(tmp_path, before=platform) as found:
        with served(found, name="one", OTEL_RESOURCE_ATTRIBUTES="run=one", **surroundings) as service:
            assert service.post(found.returned(found.ordered()), headers=GIVEN) == 202
            assert platform.reached.wait(30)
            until(lambda: bool(receiver.named("decide reveni.return_updated", "one")), "the decision's span")
            service.process.kill()
        platform.opened.set()
        with served(found, name="two", OTEL_RESOURCE_ATTRIBUTES="run=two", **surroundings) as service:
            until(lambda: bool(receiver.named(f"effect {OPERATION}", "two")), "the effect's span")
            service.process.send_signal(signal.SIGTERM)
            service.process.wait(30)
        refunds = found.refunds()
    (accept,) = receiver.named("accept reveni", "one")
    settled = receiver.named(f"settle {OPERATION}", "two")
    effects = receiver.named(f"effect {OPERATION}", "two")
    assert (accept.trace, accept.parent) == (TRACE, CALLER)
    assert {span.trace for span in (*effects, *settled)} == {TRACE}
    (decide,) = receiver.named("decide reveni.return_updated", "one")
    assert (decide.parent, {span.parent for span in effects}) == (accept.id, {decide.id})
    assert settled
    assert len(refunds) == 1


def test_the_deployment_file_names_the_receiver_and_its_secret(tmp_path: Path, receiver: Receiver) -> None:
    text = f"{DEPLOYMENT}telemetry: {{{{tenant: acme, endpoint: '{receiver.url}', headers: env:OTLP_HEADERS}}}}\n"
    with shop(tmp_path, text) as found, served(found, OTLP_HEADERS="authorization=Bearer t0ps3cret") as service:
        assert service.post(found.returned(found.ordered())) == 202
        until(lambda: bool(found.refunds()), "the refund")
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(30)
        assert receiver.named("accept reveni"), "what was left is sent at the end"
        assert receiver.headers[0]["authorization"] == "Bearer t0ps3cret"
        assert "t0ps3cret" not in service.log.read_text()
