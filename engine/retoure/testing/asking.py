"""Audits and questions on a stage: the reads they need are made, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from ..connectors.port import Call, CallFailed
from ..delivery.store.port import Hold, Story
from ..runtime.decision import Answer, Comparison, Ending, NeededRead, Occurrence, Read, Reply
from ..runtime.differences import CLASS
from ..runtime.program import Program
from .rehearsal import Rehearsal

T = TypeVar("T", Reply, Comparison)
Platforms = Mapping[str, Rehearsal]


async def ask(program: Program, platforms: Platforms, question: str, values: Mapping[str, Any], now: datetime) -> Reply:
    """The reply to a question. Raises ValuesInvalid."""
    return await _answered(platforms, lambda known: program.reply(question, values, Occurrence({}, now, known)))


async def audit(program: Program, platforms: Platforms, name: str, story: Story, now: datetime) -> list[Hold]:
    """What an audit finds about one record, as the holds it would open."""
    record = story.decisions[-1]["record"] if story.decisions else {}
    found = await _answered(platforms, lambda known: program.compare(name, Occurrence(record, now, known), story.state))
    differences = (item for item in found.differences if item.outcome.ending is not Ending.SKIP)
    return [
        Hold(
            id=0,
            subject=story.subject,
            kind="audit",
            rule=name,
            key=(item.label,),
            reason=item.outcome.reason,
            team=item.outcome.team,
            place=str(item.place),
            because=[
                {"kind": CLASS, "what": "difference", "value": item.kind.value},
                {"kind": "audit", "what": item.label, "value": f"{item.left} / {item.right}"},
            ],
            mapping=program.identity,
            opened_at=now,
        )
        for item in differences
    ]


async def _answered(platforms: Platforms, decide: Callable[[Mapping[str, Answer]], T]) -> T:
    known: dict[str, Answer] = {}
    while True:
        found = decide(known)
        if not found.needs:
            return found
        known.update(await _reads(platforms, found.needs))


async def _reads(platforms: Platforms, needs: Sequence[NeededRead]) -> dict[str, Answer]:
    return {need.read.key: await _read(platforms, need.read) for need in needs}


async def _read(platforms: Platforms, read: Read) -> Answer:
    system, _, operation = read.operation.partition(".")
    try:
        return Answer(await platforms[system].send(Call(operation, read.arguments)))
    except CallFailed as failure:
        return Answer(error=str(failure))
