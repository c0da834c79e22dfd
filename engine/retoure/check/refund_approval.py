"""Can money be refunded before the returns platform has approved it, or without a gate?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts
from .statuses_placed import status_enum

ANY_STAGE = ("goes_back", "changes")
"""Triggers that say nothing of the stage a return is in."""


def refund_approval(facts: Facts) -> Iterator[Finding]:
    approved = approving_stages(facts)
    if facts.track is None or status_enum(facts) is None:
        return
    for rule, step in refunds(facts):
        if not _waits(facts, rule, approved):
            related = [Label(stage.span, "before approval") for stage in _early(rule, approved)]
            help = "give the approving statuses a stage of their own, and let the rule wait for it"
            if approved:
                help = f"write `when {facts.track.name} becomes {' or '.join(approved)}`"
            message = f"rule `{rule.name}` could refund before the return is approved"
            at = step.operation.span
            yield error(
                "refund-before-approval",
                message,
                at,
                "refunds the shopper",
                related=related,
                notes=_why(facts),
                help=help,
            )


def approval_passed_by(facts: Facts) -> Iterator[Finding]:
    """A move that passes an approving stage by counts as approved, so it must end in one."""
    approved = approving_stages(facts)
    if facts.track is None or not any(True for _ in refunds(facts)):
        return
    for move in facts.track.moves:
        for target in move.targets:
            for name in target.via:
                if name.text in approved and target.stage.text not in approved:
                    message = f"a return that moves to `{target.stage}` would count as approved, and be refunded"
                    help = f"approval is never passed by: leave `via {name}` out"
                    yield error("approval-passed-by", message, name.span, notes=_why(facts), help=help)


def refund_gate(facts: Facts) -> Iterator[Finding]:
    for rule, step in refunds(facts):
        before = rule.steps[: rule.steps.index(step)]
        if not any(isinstance(other, n.GateStep) for other in before):
            message, help = f"rule `{rule.name}` refunds without a gate", "add `only if GATE(…)` above it"
            yield error("refund-without-gate", message, step.operation.span, "refunds the shopper", help=help)


def refunds(facts: Facts) -> Iterator[tuple[n.RuleNode, n.EffectStep]]:
    """Every effect that pays money back, under what the mapping assumes of the tenant."""
    return ((rule, step) for rule, step in facts.effects if facts.causes(step.operation, "refund"))


def approving_stages(facts: Facts) -> tuple[str, ...]:
    """The stages made only of statuses that the manifest counts as approval of the money."""
    track, statuses = facts.track, status_enum(facts)
    if track is None or statuses is None:
        return ()
    approving = set(_approving(facts, track))
    stages = ((stage.name.text, {statuses.canonical(word.text) for word in stage.statuses}) for stage in track.stages)
    return tuple(name for name, words in stages if words and words <= approving)


def _approving(facts: Facts, track: n.TrackNode) -> tuple[str, ...]:
    system, _, record = track.type.text.partition(".")
    return facts.manifests[system].approving.get(record, ()) if system in facts.manifests else ()


def _waits(facts: Facts, rule: n.RuleNode, approved: tuple[str, ...]) -> bool:
    if rule.trigger is None or (rule.trigger.event not in ANY_STAGE and not _early(rule, approved)):
        return True
    gates = [facts.gates.get(step.gate.text) for step in rule.steps if isinstance(step, n.GateStep)]
    conditions = [require.condition for gate in gates if gate for require in gate.requires]
    return any(isinstance(item, n.Reached) and item.stage.text in approved for item in conditions)


def _early(rule: n.RuleNode, approved: tuple[str, ...]) -> list[n.Name]:
    return [stage for stage in rule.trigger.stages if stage.text not in approved] if rule.trigger else []


def _why(facts: Facts) -> list[str]:
    track, statuses = facts.track, status_enum(facts)
    if track is None or statuses is None:
        return []
    approving = _approving(facts, track)
    notes = [f"approved is a return whose status is one of: {', '.join(approving) or 'none'}"]
    for stage in track.stages:
        others = [word.text for word in stage.statuses if statuses.canonical(word.text) not in approving]
        if others and len(others) < len(stage.statuses):
            notes.append(f"stage `{stage.name}` also holds {', '.join(f'`{word}`' for word in others)}")
    return notes
