"""Answering a question at once: reads are made on the spot, nothing is journaled, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..runtime.decision import Answer, Occurrence, Reply
from .context import Context
from .reading import ROUNDS, read_once, with_claims


class NoSuchQuestion(Exception):
    """The mapping does not answer a question of that name."""


async def answer(context: Context, question: str, values: Mapping[str, Any]) -> Reply:
    """The answer, or the outcome that there is none. Each read is tried once; a failure is what its policy comes to
    without its retries: whoever asks waits.

    Raises NoSuchQuestion, and ValuesInvalid for values of the wrong type.
    """
    if question not in context.program.questions:
        raise NoSuchQuestion(question)
    answers: dict[str, Answer] = {}
    operations: dict[str, str] = {}
    now = context.clock.now()
    for _ in range(ROUNDS):
        seen = await with_claims(context, "", operations, answers)
        reply = context.program.reply(question, values, Occurrence({}, now, seen))
        if not reply.needs:
            return reply
        for need in reply.needs:
            if need.read.key not in answers:
                answers[need.read.key] = await read_once(context, need)
                operations[need.read.key] = need.read.operation
    raise RuntimeError(f"question `{question}` still needs something after {ROUNDS} rounds")
