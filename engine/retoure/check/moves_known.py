"""Do the moves name stages that exist, each move once?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts
from .unknown import unknown


def moves_known(facts: Facts) -> Iterator[Finding]:
    moves = facts.track.moves if facts.track else ()
    for name in _named(moves):
        if name.text not in facts.stages:
            yield unknown("unknown-stage", "stage", name, facts.stages)
    yield from _twice(moves)


def _named(moves: tuple[n.MoveNode, ...]) -> Iterator[n.Name]:
    for move in moves:
        yield move.origin
        for target in move.targets:
            yield from (target.stage, *target.via)


def _twice(moves: tuple[n.MoveNode, ...]) -> Iterator[Finding]:
    first: dict[tuple[str, str], n.MoveTarget] = {}
    for move in moves:
        for target in move.targets:
            earlier = first.setdefault((move.origin.text, target.stage.text), target)
            if earlier is not target:
                message = f"the move from `{move.origin}` to `{target.stage}` is given twice"
                related = [Label(earlier.span, "first here")]
                yield error("move-twice", message, target.span, "again here", related=related)
