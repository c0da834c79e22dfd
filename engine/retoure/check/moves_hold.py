"""Is every step of a move that passes stages by a move itself, and is there a move for every rule about one?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts


def moves_hold(facts: Facts) -> Iterator[Finding]:
    """A return that skips stages is treated as if it had been in each of them in turn."""
    legal = _legal(facts)
    for move in facts.track.moves if facts.track else ():
        for target in move.targets:
            way = (move.origin, *target.via, target.stage)
            for origin, step in pairwise(way) if target.via else ():
                known = {origin.text, step.text} <= set(facts.stages)
                if known and (origin.text, step.text) not in legal:
                    message = f"the way from `{move.origin}` to `{target.stage}` leads from `{origin}` to `{step}`, "
                    message += "and that is no move"
                    help = f"add `{origin} -> {step}`, or name the stages in between in their order"
                    yield error("move-broken", message, step.span, "no move leads here", help=help)


def goes_back(facts: Facts) -> Iterator[Finding]:
    """A rule about going back needs the move."""
    legal = _legal(facts)
    for rule in facts.rules.values():
        trigger = rule.trigger
        if trigger is None or trigger.event != "goes_back" or not legal:
            continue
        for origin in trigger.origins:
            known = {origin.text, *(stage.text for stage in trigger.stages)} <= set(facts.stages)
            if known and not any((origin.text, stage.text) in legal for stage in trigger.stages):
                message = f"rule `{rule.name}` waits for a move from `{origin}` that there is not"
                help = f"add it to the moves of `{trigger.track}`, or leave `{origin}` out"
                yield error("rule-never", message, origin.span, "never happens", help=help)


def _legal(facts: Facts) -> set[tuple[str, str]]:
    moves: tuple[n.MoveNode, ...] = facts.track.moves if facts.track else ()
    return {(move.origin.text, target.stage.text) for move in moves for target in move.targets}
