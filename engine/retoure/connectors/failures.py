"""Sorts what can go wrong with an HTTP call into the error classes of the port, in one table."""

from __future__ import annotations

import email.utils
import json
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from html import unescape

import httpx

from ..types.manifest import BusinessError, Kind, Operation
from .port import CallFailed, ErrorClass, Json
from .redact import without_addresses

MESSAGE_LIMIT = 300
"""Characters of a platform's error text that are kept."""


class Effect(StrEnum):
    """What repeating an operation would do: nothing, the same again, or the thing a second time."""

    NONE = "none"
    REPEATABLE = "repeatable"
    ONCE = "once"


def effect_of(operation: Operation) -> Effect:
    """How dangerous an unknown outcome of `operation` is."""
    if operation.kind is Kind.READ:
        return Effect.NONE
    return Effect.REPEATABLE if operation.idempotent else Effect.ONCE


_NEVER: frozenset[Effect] = frozenset()
_ONCE = frozenset({Effect.ONCE})
_WRITES = frozenset({Effect.ONCE, Effect.REPEATABLE})


@dataclass(frozen=True, slots=True)
class Row:
    """Statuses or httpx exceptions, their error class, the effects whose outcome is then unknown, and words for it."""

    on: tuple[int | type[Exception], ...]
    error: ErrorClass
    unknown: frozenset[Effect] = _NEVER
    words: str = ""


# First match wins; exceptions are matched with isinstance, so the special ones stand above the general ones.
# 500, 502 and 504 come from behind the platform's gateway: the work may have been done. 503 means it was not begun.
TABLE: tuple[Row, ...] = (
    Row((httpx.ConnectError, httpx.ConnectTimeout), ErrorClass.UNAVAILABLE, words="no connection could be made"),
    Row((httpx.PoolTimeout,), ErrorClass.UNAVAILABLE, words="all connections were busy"),
    Row((httpx.ProxyError,), ErrorClass.UNAVAILABLE, words="the proxy refused the connection"),
    Row((httpx.TimeoutException, TimeoutError), ErrorClass.TIMEOUT, _WRITES, "no answer in time"),
    Row((httpx.DecodingError,), ErrorClass.UNAVAILABLE, _WRITES, "the answer could not be decompressed"),
    Row((httpx.NetworkError, httpx.RemoteProtocolError), ErrorClass.TIMEOUT, _WRITES, "the connection was lost"),
    Row(
        (httpx.LocalProtocolError, httpx.UnsupportedProtocol, httpx.InvalidURL),
        ErrorClass.INVALID,
        words="the request cannot be sent",
    ),
    Row((httpx.HTTPError, OSError), ErrorClass.UNAVAILABLE, _WRITES, "the exchange failed"),
    Row((401, 403), ErrorClass.UNAUTHORIZED),
    Row((404, 410), ErrorClass.NOT_FOUND),
    Row((408,), ErrorClass.TIMEOUT, _WRITES),
    Row((409,), ErrorClass.CONFLICT),
    Row((413,), ErrorClass.TOO_LARGE),
    Row((424,), ErrorClass.UNAVAILABLE, _ONCE),
    Row((429,), ErrorClass.RATE_LIMITED),
    Row(tuple(range(400, 500)), ErrorClass.INVALID),
    Row((503,), ErrorClass.UNAVAILABLE),
    Row(tuple(range(500, 600)), ErrorClass.UNAVAILABLE, _ONCE),
    Row((303,), ErrorClass.INVALID, _ONCE),
    Row(tuple(range(100, 400)), ErrorClass.INVALID),
)


def _row(cause: int | Exception) -> Row:
    for row in TABLE:
        for on in row.on:
            if cause == on or (isinstance(on, type) and isinstance(cause, on)):
                return row
    return Row((), ErrorClass.UNAVAILABLE, _WRITES, "the exchange failed")


def from_network(problem: Exception, effect: Effect, where: str) -> CallFailed:
    """What an exception of httpx means for a call with this effect; `where` is like `GET /orders/1`."""
    row = _row(problem)
    words = _certificate(problem) or row.words
    return CallFailed(row.error, f"{words} ({where})", outcome_unknown=effect in row.unknown)


def _certificate(problem: BaseException | None) -> str:
    """Why no encrypted connection came about, where that was the reason; a remedy is in it."""
    while problem is not None and not isinstance(problem, ssl.SSLError):
        problem = problem.__cause__ or problem.__context__
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"the certificate is not trusted: {problem.verify_message}; name its authority in `ca_file`"
    return "no encrypted connection could be made: is base_url right?" if problem else ""


def from_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    effect: Effect = Effect.NONE,
    errors: Sequence[BusinessError] = (),
    now: datetime | None = None,
) -> CallFailed:
    """What an answer that is no success means. Business errors of the manifest come before the table.

    `headers` must find names in any case (httpx.Headers does).
    """
    said = read_problem(body, headers.get("content-type", ""))
    business = _business(status, said.keys, errors)
    message = said.text or f"HTTP {status} without an explanation"
    if business:
        return CallFailed(business, message.removeprefix(f"{business}: "), status=status)
    row = _row(status)
    wait = retry_after(headers, now or datetime.now(UTC)) if status in (429, 503) else None
    return CallFailed(row.error, message, effect in row.unknown, wait, status)


_OF_ERRORS = frozenset({"errors", "error", "detail", "message", "code", "context", "errorKey", "status", "success"})


def from_success(
    answer: Json, *, effect: Effect, errors: Sequence[BusinessError] = (), status: int = 200
) -> CallFailed | None:
    """The failure inside an answer that calls itself a success: an object that holds an error and nothing else.

    A business code is told by its key, the status says nothing here. Without one, whether a write was done is unknown:
    the platform says both. Errors beside other data (one bad entry among several) are the caller's to read.
    """
    if not isinstance(answer, Mapping) or not set(answer) <= _OF_ERRORS:
        return None
    if not any(answer.get(name) for name in ("errors", "error", "errorKey")):
        return None
    failed = from_error(answer, errors)
    failed.outcome_unknown = failed.error == ErrorClass.INVALID and effect is not Effect.NONE
    failed.message, failed.status = f"HTTP {status}, but an error inside: {failed.message}", status
    return failed


def from_error(value: Json, errors: Sequence[BusinessError] = ()) -> CallFailed:
    """An error object that came inside a success: the business code of its key, else INVALID."""
    said = Problem(tuple(_keys(value)), _shortened(_words(value)))
    code = next((error.code for error in errors if error.error_key and _named(error, said.keys)), "")
    return CallFailed(code or ErrorClass.INVALID, said.text or "without an explanation")


def _named(error: BusinessError, keys: Sequence[str]) -> bool:
    return error.error_key.casefold() in {key.casefold() for key in keys}


def _business(status: int, keys: Sequence[str], errors: Sequence[BusinessError]) -> str:
    """The business code for this answer, a row that names the error key before one that takes any."""
    fitting = [error for error in errors if error.status == status]
    exact = (error.code for error in fitting if error.error_key and _named(error, keys))
    general = (error.code for error in fitting if not error.error_key)
    return next(exact, None) or next(general, "")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, from `X-RateLimit-Reset` (SCAYLE: seconds until the reset) or `Retry-After`."""
    for name in ("x-ratelimit-reset", "retry-after"):
        seconds = _seconds(headers.get(name, ""), now)
        if seconds is not None:
            return seconds
    return None


def _seconds(value: str, now: datetime) -> float | None:
    if re.fullmatch(r"\s*\d{1,9}(\.\d+)?\s*", value):
        return float(value)
    when = date_of(value)
    return None if when is None else max(0.0, (when - now).total_seconds())


def date_of(value: str) -> datetime | None:
    """An HTTP date (`Mon, 02 Mar 2026 10:01:30 GMT`), None when it is none."""
    try:
        when = email.utils.parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Problem:
    """What a platform's error body says: machine keys and a text of at most MESSAGE_LIMIT characters, in which no
    e-mail address, IBAN or phone number is left.
    """

    keys: tuple[str, ...] = ()
    text: str = ""


def read_problem(body: bytes, content_type: str = "") -> Problem:
    """Reads any error body: SCAYLE's `errors[]`, `detail` and field lists, HTML of a gateway, plain text."""
    text = body.decode("utf-8", "replace").strip()
    if "html" in content_type.lower() or text[:1] == "<":
        return Problem(text=_shortened(_html(text)))
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Problem(text=_shortened(text))
    return Problem(tuple(_keys(value)), _shortened(_words(value)))


def _html(text: str) -> str:
    """`an HTML page: 502 Bad Gateway`, from the title or the first heading."""
    found = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
    inner = re.sub(r"<[^>]*>", " ", found.group(2)) if found else ""
    title = " ".join(unescape(inner).split())
    return f"an HTML page: {title}" if title else "an HTML page without a title"


def _entries(value: Json) -> list[Mapping[str, Json]]:
    listed = value.get("errors") if isinstance(value, Mapping) else None
    if isinstance(listed, list):
        return [entry for entry in listed if isinstance(entry, Mapping)]
    return [value] if isinstance(value, Mapping) else []


def _keys(value: Json) -> Iterator[str]:
    for entry in _entries(value):
        for name in ("errorKey", "error_key", "code"):
            key = entry.get(name)
            if isinstance(key, str):
                yield key


def _words(value: Json) -> str:
    """The first error as one line: `KEY: message (context)`, or the fields that were refused."""
    entries = _entries(value)
    if not entries:
        return _flat(value)
    first = entries[0]
    key = next(_keys(first), "")
    message = next(
        (str(first[name]) for name in ("message", "detail", "error") if isinstance(first.get(name), str)), ""
    )
    if not key and not message:
        return _flat(first)
    context = _flat(first.get("context"))
    return ": ".join(part for part in (key, message) if part) + (f" ({context})" if context else "")


def _flat(value: Json, path: str = "") -> str:
    """`items[0].quantity: Ensure ...; other: ...`; empty for `{}`, `[]` and null."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        inner = [_flat(part, f"{path}.{name}" if path else str(name)) for name, part in value.items()]
        return "; ".join(part for part in inner if part)
    if isinstance(value, list):
        several = len(value) > 1 or any(isinstance(part, Mapping | list) for part in value)
        inner = [_flat(part, f"{path}[{i}]" if several else path) for i, part in enumerate(value)]
        return "; ".join(part for part in inner if part)
    return f"{path}: {value}" if path else str(value)


def _shortened(text: str) -> str:
    """One line of limited length, without addresses and account numbers of people: it is stored, and shown in lists."""
    line = without_addresses(" ".join(text.split()))
    return line if len(line) <= MESSAGE_LIMIT else line[: MESSAGE_LIMIT - 1] + "…"
