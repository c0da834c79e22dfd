"""Planned faults: what a network and a bad day of the other side do to a call.

`timeout_after` and `drop_after` are the dangerous pair: the effect has happened, the caller never learns it. A call
that is `late` acts after so many seconds, whether or not the caller is still there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Kind = Literal["status", "timeout_before", "timeout_after", "drop_after", "late", "html_502"]
ErrorAnswer = Callable[[int], Response]
PAGE = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """One planned fault.

    `method` and `path` are regular expressions (searched in the decoded path, case ignored for the method); the first
    `skip` matches pass untouched, then `times` calls are hit (None = until cleared). `status` and `headers` matter for
    kind `status` only. `seconds` bounds how long a timeout hangs; the caller giving up ends it earlier. A
    `late` call waits for so long before it acts.
    """

    kind: Kind
    method: str = ".*"
    path: str = ".*"
    status: int = 503
    headers: dict[str, str] = field(default_factory=dict)
    times: int | None = 1
    skip: int = 0
    seconds: float = 60.0
    id: int = 0
    hits: int = 0

    def matches(self, method: str, path: str) -> bool:
        """True when this fault speaks of such a call and has something left to do."""
        wanted = re.fullmatch(self.method, method, re.IGNORECASE) and re.search(self.path, path)
        return bool(wanted) and self.times != 0


@dataclass(slots=True)
class FaultPlan:
    """The faults in force, tried in the order they were added."""

    faults: list[Fault] = field(default_factory=list)
    _added: int = 0

    def add(self, fields: Mapping[str, Any]) -> Fault:
        """The fault as planned, with its id; ValueError for an unknown kind, field or a broken expression."""
        fault = _fault(fields)
        self._added += 1
        fault.id = self._added
        self.faults.append(fault)
        return fault

    def clear(self, fault_id: int | None = None) -> int:
        """How many were removed: all, or the one with this id."""
        kept = [] if fault_id is None else [fault for fault in self.faults if fault.id != fault_id]
        removed = len(self.faults) - len(kept)
        self.faults = kept
        return removed

    def strike(self, method: str, path: str) -> Fault | None:
        """The fault that hits this call, counted; None lets the call through."""
        for fault in self.faults:
            if fault.matches(method, path):
                return self._hit(fault)
        return None

    def _hit(self, fault: Fault) -> Fault | None:
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.hits += 1
        if fault.times is not None:
            fault.times -= 1
        return fault

    def shown(self) -> list[dict[str, Any]]:
        """All planned faults as JSON objects, spent ones included (`times` 0, `hits` counted)."""
        return [asdict(fault) for fault in self.faults]


def _fault(fields: Mapping[str, Any]) -> Fault:
    unknown = set(fields) - {"kind", "method", "path", "status", "headers", "times", "skip", "seconds"}
    if unknown or fields.get("kind") not in get_args(Kind):
        raise ValueError(f"a fault needs a kind of {', '.join(get_args(Kind))}; unknown fields: {sorted(unknown)}")
    fault = Fault(**fields)
    try:
        for expression in (fault.method, fault.path):
            re.compile(expression)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from problem
    return fault


class FaultyApp:
    """An ASGI app in front of another that lets planned faults strike; paths under `/_sim/` are spared."""

    def __init__(self, app: ASGIApp, plan: FaultPlan, error_answer: ErrorAnswer) -> None:
        self._app = app
        self._plan = plan
        self._error_answer = error_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if scope["type"] == "http" and not scope["path"].startswith("/_sim/"):
            fault = self._plan.strike(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind in ("status", "html_502"):
            await self._refusal(fault)(scope, receive, send)
        elif fault.kind == "late":
            await self._late(fault, scope, receive, send)
        else:
            await self._silence(fault, scope, receive, send)

    def _refusal(self, fault: Fault) -> Response:
        if fault.kind == "html_502":
            return HTMLResponse(PAGE, 502)
        answer = self._error_answer(fault.status)
        answer.headers.update(fault.headers)
        return answer

    async def _late(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """What was taken whole is done, whatever becomes of the caller meanwhile."""
        body = await _body(receive)
        if body is None:
            return
        await asyncio.sleep(fault.seconds)
        whole: Message = {"type": "http.request", "body": body, "more_body": False}
        await self._app(scope, _first(whole, receive), send)

    async def _silence(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind != "timeout_before":
            await self._app(scope, receive, _swallow)
        if fault.kind != "drop_after":
            await _until_gone(receive, fault.seconds)
        await _hang_up(receive, send)


async def _body(receive: Receive) -> bytes | None:
    """None where the caller went away before it was whole."""
    parts: list[bytes] = []
    while (message := await receive())["type"] == "http.request":
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)
    return None


def _first(message: Message, receive: Receive) -> Receive:
    """Gives this message, and then what comes."""
    waiting = [message]

    async def next_one() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_one


async def _swallow(message: Message) -> None:
    """Take the inner answer and tell nobody."""


async def _until_gone(receive: Receive, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


async def _hang_up(receive: Receive, send: Send) -> None:
    """Close the connection without a byte of answer; uvicorn's `send` is a method of the object that owns the line."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the connection was closed without an answer")
    transport.abort()
    await _until_gone(receive, 5.0)
