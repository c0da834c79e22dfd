"""Sends spans to an OTLP endpoint, for the commands that run a service; a service of your own sets up its own SDK."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

from opentelemetry import trace
from opentelemetry.util.re import parse_env_headers

from ..deployment.model import Deployment, Telemetry
from ..embed import trace_headers

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

NAMED: Final = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


class TracingUnavailable(Exception):
    """Traces are asked for, and the packages that send them are missing; the text says what to do."""


@contextmanager
def tracing(deployment: Deployment, environment: Mapping[str, str] | None = None) -> Iterator[None]:
    """Inside, spans are sent where the deployment or the variables OTEL_EXPORTER_OTLP_… say; at the end, the last ones.

    Without either nothing is sent. All other variables of OpenTelemetry's SDK (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER,
    OTEL_SDK_DISABLED, …) count as usual. Raises TracingUnavailable, and DeploymentInvalid for a missing secret.
    """
    surroundings = os.environ if environment is None else environment
    if not deployment.telemetry.endpoint and not any(surroundings.get(name) for name in NAMED):
        yield
        return
    headers = trace_headers(deployment, surroundings)
    provider = _provider(deployment.telemetry, "" if headers is None else headers.reveal())
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()


def _provider(telemetry: Telemetry, headers: str) -> TracerProvider:
    """What the deployment file says counts more than the variables."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as problem:
        raise _missing(problem) from problem
    about = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "retoure"), "service.version": version("retoure")}
    tenant = {"retoure.tenant": telemetry.tenant} if telemetry.tenant else {}
    address = f"{telemetry.endpoint.rstrip('/')}/v1/traces" if telemetry.endpoint else None
    exporter = OTLPSpanExporter(endpoint=address, headers=parse_env_headers(headers, liberal=True) or None)
    provider = TracerProvider(resource=Resource.create({**about, **tenant}))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _missing(problem: ImportError) -> TracingUnavailable:
    remedy = "Install them with  pip install 'retoure[otel]'  or leave the endpoint out."
    return TracingUnavailable(f"traces cannot be sent: {problem}. {remedy}")
