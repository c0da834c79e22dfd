"""Credentials are never shown: not in messages, tracebacks, representations or the log, whatever a platform echoes."""

from __future__ import annotations

import base64
import io
import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..port import Call, CallFailed, Connector
from .failing import SHORT
from .interposer import Instead
from .rule import Rule
from .stand import Broken, NotApplicable, Stand


def _echo(status: int) -> Instead:
    def answer(request: Request) -> Response:
        return JSONResponse({"message": f"refused: {request.url} {dict(request.headers)}"}, status)

    return answer


async def secrets_hidden(stand: Stand) -> None:
    if not stand.specimen.secrets:
        raise NotApplicable("it has no credentials")
    with _log() as log:
        shown = [*await _all_said(stand), log.getvalue()]
    for name, value in _forms(stand.specimen.secrets):
        found = next((text for text in shown if value in text), None)
        if found is not None:
            place = found[max(0, found.index(value) - 60) : found.index(value)]
            raise Broken(f"the credential `{name}` is shown after “{place}”")


async def _all_said(stand: Stand) -> list[str]:
    """What a connector says of calls that go well, and of those that fail in each way."""
    calls = (stand.trials.read, *stand.trials.writes, Call("nothing.like_this"))
    said, network = await _said(stand, calls), stand.interposer
    if network is None:
        return said
    for status in (400, 401, 500):
        network.instead = _echo(status)
        said += await _said(stand, calls)
    network.instead = None
    for kind in ("drop_after", "timeout_before"):
        network.faults.add({"kind": kind, "times": None})
        said += await _said(stand, calls[:1])
        network.faults.clear()
    return said


async def _said(stand: Stand, calls: Sequence[Call]) -> list[str]:
    async with stand.connector(read_timeout=SHORT, total_timeout=4 * SHORT) as connector:
        said = [repr(connector), str(connector)]
        for call in calls:
            said += [*_rendered(connector, call), *await _sent(connector, call)]
    return said


async def _sent(connector: Connector, call: Call) -> list[str]:
    try:
        return [str(await connector.send(call, await connector.plan(call)))]
    except CallFailed as failed:
        return [str(failed), repr(failed), "".join(traceback.format_exception(failed))]


def _rendered(connector: Connector, call: Call) -> list[str]:
    try:
        return [repr(connector.render(call))]
    except CallFailed as failed:
        return [str(failed)]


def _forms(secrets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each secret as it is and in base64, alone and as the password of each other."""
    yield from secrets.items()
    for name, value in secrets.items():
        pairs = (value, *(f"{other}:{value}" for other in secrets.values()))
        yield from ((name, base64.b64encode(text.encode()).decode()) for text in pairs)


@contextmanager
def _log() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, on every level."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


RULES = (Rule("secrets-hidden", "no credential is shown in a message, a traceback or the log", secrets_hidden),)
