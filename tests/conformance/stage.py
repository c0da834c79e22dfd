"""Plays the steps of a conformance case on the real runner: platforms that fail as told, a clock that jumps."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from retoure import AsyncRunner, CompiledMapping, Event, Fired, Options, SqliteStore
from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, CallFailed, Json, Settled
from retoure.testing import read_event
from retoure.testing.clock import JumpingClock

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Failing:
    """A failure to come: `left` calls fail, None for all; `happened` says whether they took effect all the same."""

    error: str
    left: int | None
    happened: bool


class Platform(MemoryConnector):
    """One platform: reads answer from the case, writes succeed unless a step has told otherwise."""

    def __init__(self, system: str, manifest: Any, answers: Any) -> None:
        super().__init__(system, manifest)
        self.failing: dict[str, Failing] = {}
        for operation, by_argument in answers.items():
            if operation.startswith(f"{system}."):
                for argument, answer in by_argument.items():
                    self.always(operation.partition(".")[2], answer, arguments=(argument,) if argument else None)

    async def send(self, call: Call, plan: Json = None) -> Json:
        failing = self.failing.get(call.operation)
        if failing is None or failing.left == 0:
            return await super().send(call, plan)
        failing.left = None if failing.left is None else failing.left - 1
        self.calls.append(call)
        raise CallFailed(failing.error, "as the case says", outcome_unknown=failing.error == "TIMEOUT")

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        failing = self.failing.get(call.operation)
        return Settled.APPLIED if failing and failing.happened else Settled.NOT_APPLIED


class Played:
    """A mapping at work. Every step gives what came of it, in the form of `expected.json`."""

    def __init__(self, program: CompiledMapping, given: Any) -> None:
        self.program = program
        self.fired: list[Fired] = []
        self.clock = JumpingClock(datetime.fromisoformat(given["now"]))
        self.store = SqliteStore(":memory:")
        self.platforms = {
            system: Platform(system, manifest, given["answers"]) for system, manifest in program.manifests.items()
        }
        options = Options(
            reread=False, threads=False, jitter=random.Random(0), owner=program.care, alert=self.fired.append
        )
        self.runner = AsyncRunner(program, self.platforms, self.store, clock=self.clock, options=options)
        self.last: Event | None = None
        self.subjects: list[str] = []
        self.deliveries = 0

    async def steps(self, steps: Any) -> list[dict[str, Any]]:
        """What came of each step that does something; `fails` only says what will happen."""
        try:
            return [found for step in steps if (found := await self._step(step)) is not None]
        finally:
            await self.runner.aclose()

    async def _step(self, step: Any) -> dict[str, Any] | None:
        ((kind, value),) = step.items()
        if kind == "fails":
            for operation, failing in value.items():
                system, _, name = operation.partition(".")
                happened = failing.get("happened", False)
                self.platforms[system].failing[name] = Failing(failing["error"], failing.get("times"), happened)
            return None
        before = self._state()
        answer = await getattr(self, f"_{kind}")(value)
        return self._difference(before, self._state()) | ({"answer": answer} if kind == "question" else {})

    async def _event(self, record: Any) -> None:
        await self._submit(record)
        await self.runner.drain(wait=True)

    async def _arrives(self, record: Any) -> None:
        await self._submit(record)
        await self.runner.drain(until=self.clock.now())

    async def _submit(self, record: Any) -> None:
        self.last = read_event(json.dumps(record, default=str).encode(), self.program)
        if self.last.subject not in self.subjects:
            self.subjects.append(self.last.subject)
        await self._deliver(self.last)

    async def _again(self, _: Any) -> None:
        assert self.last is not None, "`again` repeats an event"
        await self._deliver(self.last)
        await self.runner.drain(wait=True)

    async def _deliver(self, event: Event) -> None:
        self.deliveries += 1
        await self.runner.submit(replace(event, id=f"{self.deliveries}"))

    async def _after(self, span: str) -> None:
        until = self.clock.now() + timedelta(seconds=int(span[:-1]) * UNITS[span[-1]])
        await self.runner.drain(until=until)

    async def _audit(self, name: str) -> None:
        await self.runner.audit(name)
        await self.runner.drain(wait=True)

    async def _question(self, asked: Any) -> Any:
        reply = await self.runner.ask_question(asked["name"], asked["values"])
        return reply.body

    def _state(self) -> dict[str, Any]:
        stories = [self.store.story(subject) for subject in self.subjects]
        return {
            "stage": stories[-1].state.stage if stories else None,
            "effects": {row["id"]: row for story in stories for row in story.effects},
            "holds": {hold.id: hold for hold in self.store.holds()},
            "letters": {letter.id: letter for letter in self.store.letters()},
            "calls": Counter(
                f"{name}.{call.operation}" for name, each in self.platforms.items() for call in self._writes(each)
            ),
            "fired": len(self.fired),
        }

    def _writes(self, platform: Platform) -> list[Call]:
        assert platform.manifest is not None, "a platform of a case has a manifest"
        operations = platform.manifest.operations
        return [call for call in platform.calls if str(operations[call.operation].kind) != "read"]

    def _difference(self, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
        effects = [row for number, row in after["effects"].items() if number not in before["effects"]]
        calls = after["calls"] - before["calls"]
        queued = Counter(letter.queue for id, letter in after["letters"].items() if id not in before["letters"])
        closed = [id for id in before["holds"] if id not in after["holds"]]
        found: dict[str, Any] = {
            "stage": after["stage"],
            "effects": [
                {"verb": row["verb"], "operation": row["operation"], "key": list(row["key"]), "body": row["body"]}
                for row in effects
            ],
            "holds": [
                {"team": hold.team, "reason": hold.reason}
                for id, hold in after["holds"].items()
                if id not in before["holds"]
            ],
        }
        if calls != Counter(row["operation"] for row in effects):
            found["calls"] = dict(calls)
        found |= {"closed": len(closed)} if closed else {}
        found |= {"queued": dict(queued)} if queued else {}
        fired = [fired.alert for fired in self.fired[before["fired"] :]]
        return found | ({"alerts": fired} if fired else {})


async def played(program: CompiledMapping, given: Any) -> list[dict[str, Any]]:
    """What came of the steps of a case."""
    return await Played(program, given).steps(given["steps"])


def without_words(found: list[dict[str, Any]], wanted: Any) -> list[dict[str, Any]]:
    """What was found, with null for the reason of each hold whose words are an implementation's own."""
    for step, told in zip(found, wanted, strict=False):
        for hold, expected in zip(step["holds"], told["holds"], strict=False):
            hold["reason"] = hold["reason"] if expected["reason"] is not None else None
    return found


def file_of(place: Any, case: Path) -> dict[str, str]:
    """The file a finding is in, when it is not the mapping itself."""
    name = Path(place.file).name
    return {} if name == "mapping.rmap" else {"file": name}
