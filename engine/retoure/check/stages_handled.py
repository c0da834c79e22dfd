"""Does some rule say what happens in every stage, if only that it is skipped, and can every stage be reached?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts
from .statuses_placed import status_enum


def stages_handled(facts: Facts) -> Iterator[Finding]:
    """A watch does not count: it speaks of what has not happened."""
    rules = [rule for rule in facts.module.of(n.RuleNode) if not rule.watch]
    triggers = [rule.trigger for rule in rules if rule.trigger is not None]
    handled = {stage.text for trigger in triggers for stage in trigger.stages}
    for stage in facts.track.stages if facts.track else ():
        if stage.name.text not in handled:
            rule = f"add a rule with `when {facts.track.name if facts.track else 'it'} becomes {stage.name}`"
            help = f'{rule}; if nothing is to be done, let it `skip "why"`'
            message = f"no rule says what happens in stage `{stage.name}`"
            yield error("stage-without-rule", message, stage.name.span, help=help)


def stages_reachable(facts: Facts) -> Iterator[Finding]:
    track = facts.track
    if track is None or not track.moves or status_enum(facts) is None:
        return
    entered = {target.stage.text for move in track.moves for target in move.targets}
    passed = {name.text for move in track.moves for target in move.targets for name in target.via}
    for stage in track.stages[1:]:
        if stage.name.text not in entered | passed:
            at = Label(track.moves[0].span, "the moves")
            message = f"no move leads to stage `{stage.name}`"
            help = f"add `… -> {stage.name}` to the moves"
            yield error("stage-unreachable", message, stage.name.span, "never entered", related=[at], help=help)


def moves_lead_on(facts: Facts) -> Iterator[Finding]:
    for move in facts.track.moves if facts.track else ():
        for target in move.targets:
            if target.stage.text == move.origin.text:
                message = f"`{move.origin}` moves to itself"
                help = "leave it out: staying in a stage is no move"
                yield error("move-nowhere", message, target.stage.span, help=help)
