"""A mapping on a stage of its own: real delivery, a store in memory, a clock that jumps, rehearsed platforms."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from ..compile import CompiledMapping, Interpreted
from ..connectors.port import Call, CallFailed, Event
from ..delivery.context import Options
from ..delivery.store.port import Hold, Letter, Story
from ..delivery.store.sqlite import SqliteStore
from ..language import nodes as n
from ..runner import AsyncRunner
from ..runtime.decision import Decision, NeededRead, Occurrence, Reply, State
from ..runtime.evaluate import Evaluator
from ..source import Span
from . import asking
from .clock import JumpingClock
from .rehearsal import Rehearsal, Source
from .values import Values, WatchedEvaluator


class Watched(Interpreted):
    """A program that remembers its finished decisions, the reads it asked for, and the table rows that answered.

    `seen` has what each finished decision was made of, `computed` its values, `current` those of the one being made.
    """

    decisions: list[Decision]
    seen: list[tuple[Occurrence, State]]
    needed: list[NeededRead]
    rows: list[Span]
    computed: list[Values]
    current: Values

    def __init__(self, program: CompiledMapping) -> None:
        for each in fields(program):  # worked out once for all tests
            object.__setattr__(self, each.name, getattr(program, each.name))
        object.__setattr__(self, "decisions", [])
        object.__setattr__(self, "seen", [])
        object.__setattr__(self, "needed", [])
        object.__setattr__(self, "rows", [])
        object.__setattr__(self, "computed", [])
        object.__setattr__(self, "current", Values())

    def row(self, table: str, keys: Sequence[str]) -> n.RowNode:
        found = super().row(table, keys)
        self.rows.append(found.span)
        return found

    def decide(self, occurrence: Occurrence, state: State) -> Decision:
        object.__setattr__(self, "current", Values())
        decision = super().decide(occurrence, state)
        self.needed.extend(decision.needs)
        if not decision.needs:
            self.decisions.append(decision)
            self.seen.append((occurrence, state))
            self.computed.append(self.current)
        return decision

    def evaluator(self) -> Evaluator:
        return WatchedEvaluator(self, self.current)

    def reply(self, question: str, values: Mapping[str, Any], occurrence: Occurrence) -> Reply:
        reply = super().reply(question, values, occurrence)
        self.needed.extend(reply.needs)
        return reply


class Stage:
    """Plays events one after the other. `record` is the newest one played, for answers that depend on it."""

    def __init__(self, program: CompiledMapping, sources: Mapping[str, Mapping[str, Source]], now: datetime) -> None:
        self.program = program
        self.watched = Watched(program)
        self.platforms = {
            system: Rehearsal(manifest, sources.get(system, {})) for system, manifest in program.manifests.items()
        }
        self.store = SqliteStore(":memory:")
        options = Options(reread=False, threads=False, jitter=random.Random(0), owner=program.care)
        self._clock = JumpingClock(now)
        self._runner = AsyncRunner(self.watched, self.platforms, self.store, clock=self._clock, options=options)
        self.record: Mapping[str, Any] = {}
        self.subjects: list[str] = []
        self.reply: Reply | None = None
        self._audited: list[Hold] = []

    async def play(self, event: Event) -> None:
        """Takes in one event and works until nothing is left to do, waits included."""
        event = await self.with_record(event)
        self.record = event.record or self.record
        if event.subject not in self.subjects:
            self.subjects.append(event.subject)
        await self._runner.submit(event)
        await self._runner.drain(wait=True)

    async def pass_time(self, span: timedelta) -> None:
        """Lets time pass, and whatever falls due in it."""
        await self._runner.drain(until=self._clock.now() + span)

    async def with_record(self, event: Event) -> Event:
        """The event with the record that the platform would be asked for, when it carries none and one is recorded."""
        reread = self.program.manifests[event.system].events[event.kind].reread
        if event.record or not reread:
            return event
        try:
            answer = await self.platforms[event.system].send(Call(reread, (event.subject,)))
        except CallFailed:
            return event
        return replace(event, snapshot=answer, part=()) if isinstance(answer, Mapping) else event

    async def replayed(self, event: Event) -> None:
        """The same event as the platform would deliver it once more, under an id of its own."""
        await self.play(replace(event, id=event.id + "-again" if event.id else ""))

    async def ask(self, question: str, values: Mapping[str, Any]) -> None:
        """Asks a question; `reply` is what came of it. Raises ValuesInvalid."""
        self.reply = await asking.ask(self.watched, self.platforms, question, values, self._clock.now())

    async def audit(self, name: str) -> None:
        """Compares every record played so far; what an earlier audit of that name found no longer counts."""
        self._audited = [hold for hold in self._audited if hold.rule != name]
        for subject in self.subjects:
            story = self.story(subject)
            self._audited += await asking.audit(self.program, self.platforms, name, story, self._clock.now())

    def story(self, subject: str) -> Story:
        return self.store.story(subject)

    def holds(self) -> tuple[Hold, ...]:
        return (*self.store.holds(), *self._audited)

    def letters(self) -> tuple[Letter, ...]:
        return self.store.letters()

    async def aclose(self) -> None:
        await self._runner.aclose()
