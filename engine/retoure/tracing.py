"""Spans of OpenTelemetry, and the W3C trace context that is stored with an event and taken up again later.

Only the API of OpenTelemetry is used. Without an SDK in the process nothing is recorded, yet the context of a webhook
is still stored and passed on. No span carries the text of an exception: it may hold what a person wrote.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context, get_current
from opentelemetry.environment_variables import OTEL_PYTHON_TRACER_PROVIDER
from opentelemetry.trace import Link, Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from . import tenancy
from .connectors.port import CallFailed

Carrier = Mapping[str, str]
Attribute = str | int | float | bool

CLIENT: Final = SpanKind.CLIENT
CONSUMER: Final = SpanKind.CONSUMER
SERVER: Final = SpanKind.SERVER

_W3C: Final = TraceContextTextMapPropagator()
_TRACER: Final = trace.get_tracer("retoure")
_NAMED: Final = OTEL_PYTHON_TRACER_PROVIDER in os.environ


def carrier() -> dict[str, str]:
    """The present trace context as headers; empty outside of any trace."""
    headers: dict[str, str] = {}
    if _inside():
        _W3C.inject(headers)
    return headers


def of_request(headers: Carrier) -> Carrier | None:
    """The context a request belongs to: None where it names none, or where the present one counts, since somebody has
    taken it up already.
    """
    return None if "traceparent" not in headers or _inside() else headers


def span(
    name: str,
    *,
    within: Carrier | None = None,
    kind: SpanKind = SpanKind.INTERNAL,
    links: Iterable[Carrier] = (),
    attributes: Mapping[str, Attribute | None] | None = None,
) -> AbstractContextManager[Span]:
    """A span below the present one, or below the one that `within` names. Attributes of None or no text are left out,
    the tenant whose work it is is added.

    A CallFailed that passes is the span's error by its class, any other exception by its type.
    """
    if not (within or _recording() or _inside()):
        return _NONE
    return _span(name, within, kind, links, attributes or {})


_NONE: Final = nullcontext(trace.INVALID_SPAN)


@contextmanager
def _span(
    name: str,
    within: Carrier | None,
    kind: SpanKind,
    links: Iterable[Carrier],
    attributes: Mapping[str, Attribute | None],
) -> Iterator[Span]:
    named = {"retoure.tenant": tenancy.current(), **attributes}
    given = {key: value for key, value in named.items() if value not in (None, "")}
    with _TRACER.start_as_current_span(
        name,
        context=None if within is None else _W3C.extract(within, Context()),
        kind=kind,
        links=[link for link in map(_link, links) if link is not None],
        attributes=given,
        record_exception=False,
        set_status_on_exception=False,
    ) as made:
        try:
            yield made
        except Exception as problem:
            fail(made, problem.error if isinstance(problem, CallFailed) else type(problem).__name__)
            raise


def _inside() -> bool:
    """Whether there is a present trace. Where nothing at all is known of the present, there is none."""
    if not get_current():
        return False
    present = trace.get_current_span()
    return present is not trace.INVALID_SPAN and present.get_span_context().is_valid


def _recording() -> bool:
    """Whether an SDK was set up in this process: until then the API's own provider stands for one. The API looks into
    the environment each time it is asked, which is spared where it has nothing yet and nothing is named there.
    """
    if getattr(trace, "_TRACER_PROVIDER", trace) is None and not _NAMED:
        return False
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def fail(made: Span, error: str) -> None:
    """Marks a span as failed."""
    made.set_attribute("error.type", error)
    made.set_status(StatusCode.ERROR)


def _link(headers: Carrier) -> Link | None:
    found = trace.get_current_span(_W3C.extract(headers, Context())).get_span_context()
    return Link(found) if found.is_valid else None
