"""Does the mapping refund what a platform pays back by itself?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.manifest import Fact
from .decided import Decider
from .facts import Facts
from .map_targets import parameter_scope
from .rule_scopes import track_scope


def instant_refunds(facts: Facts) -> Iterator[Finding]:
    """A platform that does something for some records only, does it for those whose field says so: leave them out."""
    track = facts.track
    system = track.type.text.partition(".")[0] if track else ""
    for fact in facts.manifests[system].facts.values() if system in facts.manifests else ():
        if fact.only_when and fact.effect and facts.assumed(system, fact.name) == "ON":
            for rule, step in facts.effects:
                if facts.moves(step.operation, fact.effect) and not _left_out(facts, rule, step, fact):
                    yield _twice(facts, rule, step, fact, system)


def _left_out(facts: Facts, rule: n.RuleNode, step: n.EffectStep, fact: Fact) -> bool:
    """Whether a condition before the effect never holds for a record of which the field is true."""
    track = facts.track.name.text if facts.track else ""
    given = {f"{track}.{fact.only_when}": True}
    before = rule.steps[: rule.steps.index(step)]
    decider = Decider(facts, track_scope(facts), given)
    conditions = [other.condition for other in before if isinstance(other, n.IfStep)]
    conditions += [other.loop.where for other in before if isinstance(other, n.ForEachStep) and other.loop.where]
    conditions += [rule.trigger.condition] if rule.trigger and rule.trigger.condition else []
    return any(decider.truth(condition) is False for condition in conditions) or _gated(facts, before, track, fact)


def _gated(facts: Facts, before: Sequence[n.Step], track: str, fact: Fact) -> bool:
    """Whether a gate before it is closed then; its parameter for the followed record may have another name."""
    for step in before:
        gate = facts.gates.get(step.gate.text) if isinstance(step, n.GateStep) else None
        if gate is None or not isinstance(step, n.GateStep):
            continue
        pairs = zip(gate.parameters, step.arguments, strict=False)
        names = [p.name.text for p, given in pairs if isinstance(given, n.NameRef) and given.name == track]
        decider = Decider(
            facts, parameter_scope(facts, gate.parameters), {f"{name}.{fact.only_when}": True for name in names}
        )
        if any(decider.truth(require.condition) is False for require in gate.requires):
            return True
    return False


def _twice(facts: Facts, rule: n.RuleNode, step: n.EffectStep, fact: Fact, system: str) -> Finding:
    track = facts.track.name.text if facts.track else "it"
    message = f"rule `{rule.name}` refunds what {system} has paid already"
    help = f'leave them out: `if not ({track}.{fact.only_when} default hold "…" for TEAM)`'
    label = f"also when `{track}.{fact.only_when}` is true"
    return error("two-authorities", message, step.operation.span, label, notes=[fact.summary], help=help)
