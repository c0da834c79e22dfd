"""How a running service is looked into: metrics, traces and a structured log.

Public: `Metrics` (a runner's figures for Prometheus), `write_log` (structured log lines on standard error), `tracing`
(spans sent to an OTLP endpoint) and TracingUnavailable. A service that embeds a runner keeps its own logging and its
own OpenTelemetry SDK, and needs `Metrics` at most.
"""

from .exporting import TracingUnavailable, tracing
from .logs import write_log
from .metrics import Metrics

__all__ = ["Metrics", "TracingUnavailable", "tracing", "write_log"]
