"""What events would do: the whole way through deciding and delivery, and not one call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from ..compile import CompiledMapping
from ..connectors.port import Call, Event, Request
from ..delivery.store.port import Hold, Letter, Story
from ..runtime.decision import Decision, Wanted
from .rehearsal import Asked, Source, answers_in, stand_in_orders
from .stage import Stage


@dataclass(frozen=True)
class SentEffect:
    """One effect that would be sent. `wanted` is None when it takes back what an earlier version wanted."""

    verb: str
    operation: str
    key: tuple[str, ...]
    rule: str
    place: str
    body: Any
    requests: tuple[Request, ...]
    state: str
    wanted: Wanted | None


@dataclass(frozen=True)
class DryRun:
    """What one event did: the decision (None when the mapping does not follow it), effects, holds, letters, reads.

    `ignored` says why nothing was decided. `closed` are holds of earlier events that this one settled.
    """

    name: str
    event: Event
    decision: Decision | None
    ignored: str
    sent: tuple[SentEffect, ...]
    unchanged: tuple[Wanted, ...]
    holds: tuple[Hold, ...]
    closed: tuple[Hold, ...]
    letters: tuple[Letter, ...]
    reads: tuple[Asked, ...]


def dry_run(
    program: CompiledMapping,
    events: Sequence[tuple[str, Event]],
    *,
    now: datetime,
    answers: Path | None = None,
    stand_in: bool = True,
) -> list[DryRun]:
    """Plays named events in order on an empty ledger. `answers` is a folder of recorded answers.

    With `stand_in`, an order that was not recorded is made up to fit the return, and the read says so.
    """

    async def played() -> list[DryRun]:
        async with _stage(program, now, answers, stand_in) as stage:
            return [await _one(stage, name, event) for name, event in events]

    return asyncio.run(played())


def rehearsed_stories(
    program: CompiledMapping,
    events: Sequence[Event],
    *,
    now: datetime,
    answers: Path | None = None,
    stand_in: bool = True,
) -> list[Story]:
    """What a journal would tell of each return after these events, had every call succeeded; see `dry_run`."""

    async def played() -> list[Story]:
        async with _stage(program, now, answers, stand_in) as stage:
            for event in events:
                await stage.play(event)
            return [stage.story(subject) for subject in stage.subjects]

    return asyncio.run(played())


@asynccontextmanager
async def _stage(program: CompiledMapping, now: datetime, answers: Path | None, stand_in: bool) -> AsyncIterator[Stage]:
    stages: list[Stage] = []
    sources: dict[str, dict[str, Source]] = {system: {} for system in program.manifests}
    if answers is not None:
        for system, found in sources.items():
            found[str(answers)] = answers_in(answers, system)
    if stand_in and "scayle" in sources:
        sources["scayle"]["a stand-in that fits the return"] = stand_in_orders(lambda: stages[0].record)
    stages.append(stage := Stage(program, sources, now))
    try:
        yield stage
    finally:
        await stage.aclose()


async def _one(stage: Stage, name: str, given: Event) -> DryRun:
    decided, asked = len(stage.watched.decisions), {system: len(p.asked) for system, p in stage.platforms.items()}
    event = await stage.with_record(given)
    effects = {row["id"] for row in stage.story(event.subject).effects}
    holds = {hold.id: hold for hold in stage.holds()}
    letters = {letter.id for letter in stage.letters()}
    await stage.play(event)
    new = stage.watched.decisions[decided:]
    decision = _together(new)
    rows = [row for row in stage.story(event.subject).effects if row["id"] not in effects]
    still = {hold.id for hold in stage.holds()}
    sent = tuple(_sent(stage, row, decision) for row in rows)
    return DryRun(
        name,
        event,
        decision,
        "" if decision else _why(stage, event),
        sent,
        tuple(_unchanged(decision, sent)),
        tuple(hold for hold in stage.holds() if hold.id not in holds),
        tuple(hold for number, hold in holds.items() if number not in still),
        tuple(letter for letter in stage.letters() if letter.id not in letters),
        tuple(read for system, p in stage.platforms.items() for read in p.asked[asked[system] :]),
    )


def _why(stage: Stage, event: Event) -> str:
    if not event.record:
        reread = f"{event.system}.{stage.program.manifests[event.system].events[event.kind].reread}"
        return (
            f"it carries no record. When it runs, retoure asks {reread}({event.subject}): to see what would happen, "
            f"give the record itself as an event, or record the answer as {reread}/{event.subject}.json (--answers)"
        )
    rows = stage.story(event.subject).events
    reason = rows[-1]["reason"] if rows else ""
    return str(reason) or "an event that was taken in before"


def _together(decisions: Sequence[Decision]) -> Decision | None:
    """Decisions that one event set off, as one: an answer or passing time may have called for another."""
    if not decisions:
        return None
    wanted = {(item.operation, item.key): item for decision in decisions for item in decision.wanted}
    entry = next((decision.entry for decision in decisions if decision.entry), None)
    return replace(decisions[-1], entry=entry, wanted=tuple(wanted.values()))


def _sent(stage: Stage, row: Any, decision: Decision | None) -> SentEffect:
    key = tuple(row["key"])
    system, _, operation = row["operation"].partition(".")
    return SentEffect(
        verb=row["verb"],
        operation=row["operation"],
        key=key,
        rule=row["rule"],
        place="{file}:{line}".format(**row["place"]),
        body=row["body"],
        requests=stage.platforms[system].render(Call(operation, body=row["body"])),
        state=row["state"],
        wanted=_wanted(decision, row["operation"], key),
    )


def _wanted(decision: Decision | None, operation: str, key: tuple[str, ...]) -> Wanted | None:
    found = (item for item in (decision.wanted if decision else ()) if (item.operation, item.key) == (operation, key))
    return next(found, None)


def _unchanged(decision: Decision | None, sent: Sequence[SentEffect]) -> Iterator[Wanted]:
    changed = {(item.operation, item.key) for item in sent}
    for wanted in decision.wanted if decision else ():
        if (wanted.operation, wanted.key) not in changed:
            yield wanted
