"""A connector that plays a platform: reads answer from files, writes succeed unless told otherwise; nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..connectors.http import HttpOptions
from ..connectors.memory import MemoryConnector
from ..connectors.port import Call, CallFailed, Connector, ErrorClass, Json, Request, Settled
from ..connectors.recorded import answer_file
from ..connectors.reveni import ReveniConnector
from ..connectors.scayle import ScayleConnector
from ..connectors.secret import Secret
from ..types import json_text
from ..types.manifest import Kind, Manifest

Source = Callable[[Call], Json]
"""Answers a read, or None when it does not know."""


@dataclass(frozen=True)
class Asked:
    """A read that was made, and where its answer came from: empty when nothing knew one."""

    operation: str
    arguments: tuple[str, ...]
    source: str


class AnswerUnreadable(Exception):
    """A file that should hold an answer and does not; the message names it."""


@dataclass
class Failing:
    """A scripted failure: `left` calls fail, None for all."""

    error: str
    left: int | None


class Rehearsal:
    """Plays one system. `calls` holds every write in order, `asked` every read with the source of its answer.

    `broken` says what was wrong with files that should have held answers; such a read fails as INVALID.
    """

    def __init__(self, manifest: Manifest, sources: Mapping[str, Source]) -> None:
        self.system = manifest.system
        self.calls: list[Call] = []
        self.asked: list[Asked] = []
        self.broken: list[str] = []
        self._manifest = manifest
        self._sources = sources
        self.failed: list[tuple[Call, str]] = []
        self._failing: dict[str, list[Failing]] = {}
        self._renderer = renderer(manifest)

    def fail(self, operation: str, error: str, times: int | None) -> None:
        """From now on `times` calls of the operation (None: all) fail with this error class or business code."""
        self._failing.setdefault(operation, []).append(Failing(error, times))

    async def plan(self, call: Call) -> Json:
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        try:
            return self._sent(call)
        except CallFailed as failure:
            self.failed.append((call, failure.error))
            raise

    def _sent(self, call: Call) -> Json:
        reads = self._manifest.operations[call.operation].kind is Kind.READ
        if not reads:
            self.calls.append(call)
        self._maybe_fail(call)
        return self._answer(call) if reads else self._answer_to_write(call)

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        return Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        return self._renderer.render(call)

    async def aclose(self) -> None:
        await self._renderer.aclose()

    def _maybe_fail(self, call: Call) -> None:
        for failing in self._failing.get(call.operation, ()):
            if failing.left == 0:
                continue
            if failing.left is not None:
                failing.left -= 1
            raise CallFailed(failing.error, "told to fail so", outcome_unknown=failing.error == ErrorClass.TIMEOUT)

    def _answer_to_write(self, call: Call) -> Json:
        """What a file says the platform answers; nothing where no file does."""
        answers = (self._answer_of(source, call) for source in self._sources.values())
        return next((answer for answer in answers if answer is not None), None)

    def _answer(self, call: Call) -> Json:
        for name, source in self._sources.items():
            answer = self._answer_of(source, call)
            if answer is not None:
                self.asked.append(Asked(f"{self.system}.{call.operation}", call.arguments, name))
                return answer
        self.asked.append(Asked(f"{self.system}.{call.operation}", call.arguments, ""))
        shown = f"{self.system}.{call.operation}({', '.join(call.arguments)})"
        raise CallFailed(ErrorClass.NOT_FOUND, f"there is no answer for {shown}: give one as a file")

    def _answer_of(self, source: Source, call: Call) -> Json:
        try:
            return source(call)
        except AnswerUnreadable as problem:
            self.broken.append(str(problem))
            raise CallFailed(ErrorClass.INVALID, str(problem)) from problem


def answers_in(folder: Path, system: str) -> Source:
    """Answers from `folder/scayle.orders.get/100234.json`."""

    def source(call: Call) -> Json:
        path = answer_file(folder, system, call.operation, call.arguments)
        return answer_in(path) if path.is_file() else None

    return source


def answer_in(path: Path) -> Json:
    """The answer in a file. Raises AnswerUnreadable."""
    try:
        answer: Json = json_text.parse(path.read_bytes())
    except OSError as problem:
        raise AnswerUnreadable(f"{path} cannot be read: {problem.strerror}") from problem
    except json_text.JsonInvalid as problem:
        raise AnswerUnreadable(f"{path}: {problem}") from problem
    return answer


def answers_always(operation: str, answer: Json) -> Source:
    """One answer for one operation, whatever it is asked."""
    return lambda call: answer if call.operation == operation else None


def stand_in_orders(record: Callable[[], Mapping[str, Any]]) -> Source:
    """A SCAYLE order made up to fit the return at hand, for want of a real one."""
    from ..connectors.simulators.stand_in import order_for_return  # with its web servers

    def source(call: Call) -> Json:
        if call.operation != "orders.get":
            return None
        made_up: Json = json_text.parse(json.dumps(order_for_return(record())))
        return made_up

    return source


def renderer(manifest: Manifest) -> Connector:
    """The real connector, only to show the requests it would make; of another platform, the calls by their names."""
    options, nothing = HttpOptions("https://platform.invalid"), Secret("")
    if manifest.system == "reveni":
        return ReveniConnector(manifest, options, nothing, "store")
    if manifest.system == "scayle":
        return ScayleConnector(manifest, options, nothing, {"shop": "SHOP", "country": "COUNTRY"})
    return MemoryConnector(manifest.system, manifest)
