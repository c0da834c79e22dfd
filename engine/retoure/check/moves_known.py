"""Do the moves name stages that exist, each move once?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts
from .typing.suggest import did_you_mean


def moves_known(facts: Facts) -> Iterator[Finding]:
    first: dict[tuple[str, str], n.MoveTarget] = {}
    for move in facts.track.moves if facts.track else ():
        for target in move.targets:
            for name in (
                (move.origin, target.stage, *target.via) if target is move.targets[0] else (target.stage, *target.via)
            ):
                yield from _known(name, facts)
            earlier = first.setdefault((move.origin.text, target.stage.text), target)
            if earlier is not target:
                related = (Label(earlier.span, "first here"),)
                message = f"the move from `{move.origin}` to `{target.stage}` is given twice"
                yield Finding("move-twice", message, Label(target.span, "again here"), related)


def _known(name: n.Name, facts: Facts) -> Iterator[Finding]:
    if name.text not in facts.stages:
        help = did_you_mean(name.text, facts.stages)
        yield Finding("unknown-stage", f"there is no stage `{name}`", Label(name.span), help=help)
