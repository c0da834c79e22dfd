"""What could do harm when it changes: which parts of a mapping decide about money, stock or orders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ..check import Facts
from ..language import nodes as n
from ..language.index import Index
from ..language.uses import Use, uses

RISKS: Final = {"refund": "money", "stock": "stock", "order": "orders"}
"""Side effects of operations that harm when they happen twice or wrongly, and what to call them."""


@dataclass
class Risks:
    """What each part of a mapping decides about. `sends` are the effects that each map is sent by."""

    sends: dict[str, list[tuple[n.EffectStep, frozenset[str]]]] = field(default_factory=dict)
    _at_risk: dict[Use, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: str, name: str) -> frozenset[str]:
        """`money`, `stock`, `orders`: what a block, a setting, a stage or an operation decides about."""
        return self._at_risk.get((kind, name), frozenset())

    def add(self, part: Use, at_risk: frozenset[str]) -> bool:
        """Adds to what a part decides about; whether that is news."""
        before = self.of(*part)
        self._at_risk[part] = before | at_risk
        return self._at_risk[part] != before


def risks(facts: Facts) -> Risks:
    """The risks of a mapping, followed from its effects back to all that they depend on."""
    found = Risks()
    blocks = _blocks(facts)
    for rule in facts.rules.values():
        effects = [step for step in rule.steps if isinstance(step, n.EffectStep)]
        whole = frozenset(risk for step in effects for risk in _of(facts, step.operation))
        found.add(("watch" if rule.watch else "rule", rule.name.text), whole)
        for stage in (*rule.trigger.stages, *rule.trigger.origins) if rule.trigger else ():
            found.add(("stage", stage.text), whole)
        others = tuple(_without_policy(step) for step in rule.steps if not isinstance(step, n.EffectStep))
        _spread(found, blocks, (rule.trigger, *others), whole)
        for step in effects:
            _effect(found, blocks, step, _of(facts, step.operation))
    return found


def _of(facts: Facts, operation: n.Path) -> frozenset[str]:
    return frozenset(word for effect, word in RISKS.items() if facts.moves(operation, effect))


def _without_policy(step: n.Step) -> object:
    """How a read fails decides about nothing."""
    return step.arguments if isinstance(step, n.ReadStep) else step


def _effect(found: Risks, blocks: Mapping[Use, object], step: n.EffectStep, at_risk: frozenset[str]) -> None:
    found.add(("operation", str(step.operation)), at_risk)
    for use in (step.use, step.undo):
        if use is not None:
            found.sends.setdefault(use.map.text, []).append((step, at_risk))
    _spread(found, blocks, step, at_risk)


def _spread(found: Risks, blocks: Mapping[Use, object], node: object, at_risk: frozenset[str]) -> None:
    for use in uses(Index(node)):
        if found.add(use, at_risk) and use in blocks:
            _spread(found, blocks, blocks[use], at_risk)


def _blocks(facts: Facts) -> dict[Use, object]:
    """What can be used by name, and what it in turn may use."""
    kinds: Mapping[str, Mapping[str, object]] = {
        "table": facts.tables,
        "map": facts.maps,
        "gate": facts.gates,
        "policy": facts.policies,
    }
    return {(kind, name): node for kind, found in kinds.items() for name, node in found.items()}
