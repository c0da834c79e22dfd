"""The log as lines of JSON, or as text for people, on standard error.

Whatever writes it, the engine, its libraries or the server, passes here: only fields that are known go out, e-mail
addresses and IBANs are struck, and of an exception only its type and the way through the code, never its text.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from opentelemetry import trace
from structlog.typing import Processor

from .. import tenancy
from ..connectors.redact import without_addresses

FIELDS: Final = (
    *("return_id", "event_id", "event", "events", "system", "kind", "cause", "outcome", "mapping", "place", "rule"),
    *("effect", "operation", "step", "error", "now", "queue", "calls", "holds", "held", "team", "alert"),
)
"""What may stand beside the sentence of a line, in this order."""

Line = MutableMapping[str, Any]


def write_log(*, json: bool, tenant: str = "", level: int = logging.INFO) -> None:
    """From now on the log goes to standard error: our own lines from `level` on, of others warnings only.

    Replaces the handlers of the root logger, so call it once, where the process begins.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(_tenant(tenant), json=json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("retoure").setLevel(level)


def _formatter(tenant: Processor, *, json: bool) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _sentence,
            _fields,
            tenant,
            _trace,
            _exception,
            _clean,
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(json=json)],
        keep_exc_info=False,
        use_get_message=True,
    )


def _renderer(*, json: bool) -> Processor:
    if json:
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    colours = sys.stderr.isatty()
    return structlog.dev.ConsoleRenderer(colors=colours, sort_keys=False, event_key="message")


def _sentence(_: object, __: str, line: Line) -> Line:
    """`event` is a number with us; the sentence is the `message`."""
    line["message"] = line.pop("event")
    return line


def _fields(_: object, __: str, line: Line) -> Line:
    given = vars(line["_record"])
    return {**line, **{name: given[name] for name in FIELDS if name in given}}


def _tenant(name: str) -> Processor:
    """The tenant whose work it is, else the one of the whole process."""

    def named(_: object, __: str, line: Line) -> Line:
        tenant = tenancy.current() or name
        return {**line, "tenant": tenant} if tenant else line

    return named


def _trace(_: object, __: str, line: Line) -> Line:
    """The trace a line belongs to, so that one leads to the other."""
    found = trace.get_current_span().get_span_context()
    return {**line, "trace_id": trace.format_trace_id(found.trace_id)} if found.is_valid else line


def _exception(_: object, __: str, line: Line) -> Line:
    """Its text may hold a value of a record: it stands in the hold, for those who may read it, and not here."""
    record: logging.LogRecord = line["_record"]
    line.pop("exc_info", None)
    kind, problem, way = record.exc_info or (None, None, None)
    if kind is None or problem is None:
        return line
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(way)]
    return {**line, "exception": kind.__name__, "through": frames}


def _clean(_: object, __: str, line: Line) -> Line:
    return {name: _shown(value) if isinstance(value, str) else value for name, value in line.items()}


def _shown(text: str) -> str:
    """Without addresses, and in one line whatever somebody wrote into an id."""
    found = without_addresses(text)
    return found if found.isprintable() else "".join(one if one.isprintable() else repr(one)[1:-1] for one in found)
