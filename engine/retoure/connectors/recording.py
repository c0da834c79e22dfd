"""Records what a run hears from its platforms and tells them, without credentials and personal data, to be replayed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from ..types import json_text
from .http import Exchange
from .port import Call, Connector, Event, Incoming, Json, Receiver, Request, Settled
from .recorded import record_answer
from .redact import redacted, without_addresses

log = logging.getLogger("retoure.recording")

EVENTS: Final = "events"
ANSWERS: Final = "answers"
TRAFFIC: Final = "traffic"


class Recording:
    """A folder with three others, for people and for replays.

    `events/0001-reveni.json` is a webhook as it came, `answers/scayle.orders.get/70001.json` what a read gave last
    (both as `dry-run` and tests take them), `traffic/scayle.jsonl` has a line for each HTTP exchange: method, path,
    query, both bodies, status. Headers are left out. What cannot be written is logged and costs the run nothing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def around(self, connector: Connector) -> Connector:
        """The connector, its answers recorded; one that takes webhooks still does."""
        kind = RecordingReceiver if isinstance(connector, Receiver) else RecordingConnector
        return kind(connector, self)

    def tap(self, system: str) -> Callable[[Exchange], None]:
        """What writes down the exchanges with one system."""
        return lambda exchange: self._guarded(lambda: self._exchanged(system, exchange))

    def event(self, event: Event) -> None:
        """Writes down an event that was taken in."""
        self._guarded(lambda: self._event(event))

    def answered(self, system: str, call: Call, answer: Json) -> None:
        """Writes down what a read gave. Addresses in its arguments are blanked as they are in records."""
        arguments = tuple(without_addresses(argument) for argument in call.arguments)
        folder = self._folder / ANSWERS
        self._guarded(lambda: record_answer(folder, system, call.operation, answer, arguments))

    def _event(self, event: Event) -> None:
        folder = self._made(EVENTS)
        number = sum(1 for _ in folder.glob("*.json")) + 1
        text = json_text.dump(redacted(json_text.parse(event.raw)))
        (folder / f"{number:04d}-{event.system}.json").write_text(f"{text}\n", encoding="utf-8")

    def _exchanged(self, system: str, exchange: Exchange) -> None:
        line = json_text.dump({"at": datetime.now(UTC).isoformat(), **described(exchange)})
        with (self._made(TRAFFIC) / f"{system}.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _guarded(self, work: Callable[[], object]) -> None:
        try:
            work()
        except (OSError, json_text.JsonInvalid) as problem:
            log.warning("nothing was recorded in %s: %s", self._folder, problem)


def described(exchange: Exchange) -> dict[str, Json]:
    """An exchange as a line tells it: without personal data, and without bodies that are no JSON."""
    target = urlsplit(exchange.target)
    query: dict[str, Json] = dict(parse_qsl(target.query, keep_blank_values=True))
    return {
        "method": exchange.method,
        "path": without_addresses(unquote(target.path)),
        "query": redacted(query),
        "sent": _body(exchange.sent),
        "status": exchange.status,
        "received": _body(exchange.received),
    }


def _body(text: str) -> Json:
    if not text:
        return None
    try:
        return redacted(json_text.parse(text))
    except json_text.JsonInvalid:
        return f"[{len(text)} characters, no JSON]"


class RecordingConnector:
    """A connector whose answers to calls without a body are recorded."""

    def __init__(self, connector: Connector, recording: Recording) -> None:
        self.system = connector.system
        self._connector, self._recording = connector, recording

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connector!r})"

    async def plan(self, call: Call) -> Json:
        """As the connector does."""
        return await self._connector.plan(call)

    async def send(self, call: Call, plan: Json = None) -> Json:
        """As the connector does; the answer of a read is written down."""
        answer = await self._connector.send(call, plan)
        if call.body is None:
            self._recording.answered(self.system, call, answer)
        return answer

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """As the connector does."""
        return await self._connector.settle(call, plan)

    def render(self, call: Call) -> tuple[Request, ...]:
        """As the connector does."""
        return self._connector.render(call)

    async def aclose(self) -> None:
        """As the connector does."""
        await self._connector.aclose()


class RecordingReceiver(RecordingConnector):
    """One that takes webhooks as well."""

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        """As the connector does. Raises Rejected."""
        receiver = self._connector
        assert isinstance(receiver, Receiver)
        return receiver.accept(incoming, now)
