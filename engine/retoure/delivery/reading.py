"""Reads for a decision: asked once per event, journaled, retried as their policy says."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from ..connectors.port import CallFailed
from ..runtime.decision import Answer, Ending, NeededRead, Outcome
from ..runtime.policy import Policy
from ..types.manifest import Operation
from .context import Context
from .steps import Ending as PolicyEnding
from .steps import at_once, follow
from .store.port import SavedRead, StoredEvent

ROUNDS: Final = 100  # a program that still asks after so many rounds will never finish

log = logging.getLogger("retoure.delivery")


@dataclass(frozen=True, slots=True)
class Later:
    """A read failed and is tried again at `due_at`."""

    due_at: datetime


class Journal:
    """The reads of one event in its present round."""

    def __init__(self, context: Context, event: StoredEvent, saved: Mapping[str, SavedRead]) -> None:
        self._context = context
        self._event = event
        self._saved = dict(saved)

    @classmethod
    async def of(cls, context: Context, event: StoredEvent) -> Journal:
        return cls(context, event, await context.thread(context.store.saved_reads, event))

    @property
    def alerts(self) -> tuple[str, ...]:
        """The alerts named by policies that ended in a queue."""
        ended = (read for read in self._saved.values() if read.answer is not None and read.answer.queue)
        return tuple(dict.fromkeys(alert for read in ended for alert in read.alerts))

    async def answer(self, key: str, operation: str, arguments: tuple[str, ...], policy: Policy) -> Answer | Later:
        """The answer as journaled, else as the platform gives it now, else what the policy makes of the failure."""
        before = self._saved.get(key, SavedRead())
        if before.answer is not None:
            return before.answer
        try:
            value = await self._context.ask(operation, arguments)
        except CallFailed as failure:
            self._write(operation, failure)
            return await self._failed(key, failure, policy, before)
        return await self._keep(key, SavedRead(Answer(value), before.counts))

    def _write(self, operation: str, failure: CallFailed) -> None:
        """What holds a return up while its events wait. The text of the failure is left out, as in all of the log."""
        told = {"return_id": self._event.event.subject, "event": self._event.seq}
        log.info("a read failed", extra={**told, "operation": operation, "error": failure.error})

    async def _failed(self, key: str, failure: CallFailed, policy: Policy, before: SavedRead) -> Answer | Later:
        options = self._context.options
        verdict = follow(policy, failure, before.counts, options.jitter, pace=options.pace)
        if verdict.ending is None:
            await self._save(key, SavedRead(None, verdict.counts))
            return Later(self._context.clock.now() + timedelta(seconds=verdict.wait or 0.0))
        answer = _ended(verdict.ending, failure)
        return await self._keep(key, SavedRead(answer, verdict.counts, verdict.alerts))

    async def _keep(self, key: str, read: SavedRead) -> Answer:
        await self._save(key, read)
        assert read.answer is not None
        return read.answer

    async def _save(self, key: str, read: SavedRead) -> None:
        self._saved[key] = read
        thread, store = self._context.thread, self._context.store
        await thread(store.save_read, self._event, key, read, self._context.clock.now())


async def read_once(context: Context, need: NeededRead) -> Answer:
    """The answer now, not journaled; a failure is what the policy comes to without its retries."""
    try:
        return Answer(await context.ask(need.read.operation, need.read.arguments))
    except CallFailed as failure:
        return in_vain(need, failure)


def in_vain(need: NeededRead, failure: CallFailed) -> Answer:
    """What a failure comes to by the policy, without its retries."""
    return _ended(at_once(need.policy, failure), failure)


def _ended(ending: PolicyEnding, failure: CallFailed) -> Answer:
    if ending.do == "queue":
        return Answer(error=str(failure), outcome=Outcome(Ending.FAIL, str(failure)), queue=ending.name)
    how = Ending.SKIP if ending.do == "skip" else Ending.HOLD
    return Answer(error=str(failure), outcome=Outcome(how, ending.reason, ending.name))


async def with_claims(
    context: Context, subject: str, operations: Mapping[str, str], answers: Mapping[str, Answer]
) -> dict[str, Answer]:
    """The answers with the units that other subjects have picked by now. `operations` names each key's operation."""
    claimed: dict[str, Answer] = {}
    for key, answer in answers.items():
        units = units_in(answer.value, context.operation(operations[key]))
        found = await context.thread(context.store.claimed, subject, units) if units else frozenset[str]()
        claimed[key] = replace(answer, claimed=found)
    return claimed


def units_in(value: Any, operation: Operation) -> Sequence[str]:
    """The ids of the physical units in an answer of an operation, as text."""
    units = operation.units
    if units is None:
        return ()
    for name in units.list.split(".") if units.list else ():
        value = value.get(name) if isinstance(value, Mapping) else None
    listed = value if isinstance(value, (list, tuple)) else ()
    return [str(unit[units.id]) for unit in listed if isinstance(unit, Mapping) and unit.get(units.id) is not None]
