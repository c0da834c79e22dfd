"""Is what a policy does instead of a failed effect right, and as careful as the effect itself?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .effect_key import key_findings
from .facts import Facts
from .rule_scopes import Inside, steps
from .rule_types import Desk, step_types
from .typing import Typer

MOVED = {"refund": "refunds the shopper", "stock": "adds to stock", "order": "makes an order"}


def replacements(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for inside in steps(facts, rule):
            if isinstance(inside.step, n.EffectStep):
                for instead in _instead(facts, inside.step):
                    yield from _one(facts, inside, inside.step, instead)


def _instead(facts: Facts, step: n.EffectStep) -> Iterator[n.InsteadStep]:
    policy = facts.policies.get(step.policy.text) if step.policy else None
    for arm in facts.arms(policy) if policy else ():
        yield from (item for item in arm.steps if isinstance(item, n.InsteadStep))


def _one(facts: Facts, inside: Inside, step: n.EffectStep, instead: n.InsteadStep) -> Iterator[Finding]:
    found: list[Finding] = []
    sent = n.EffectStep("do", instead.operation, instead.use, instead.key, None, None, step.policy, instead.span)
    there = Inside(sent, inside.scope, inside.loops)
    step_types(Desk(facts, Typer(facts, found.append), found.append), there)
    yield from found
    yield from key_findings(facts, sent, there)
    for effect, words in MOVED.items():
        if facts.moves(instead.operation, effect) and not facts.moves(step.operation, effect):
            message = f"`{instead.operation}` {words} in the place of an effect that does not"
            help = "put it into a rule of its own, with its stage, its gate and its `on change`"
            related = [Label(step.operation.span, "sent in the place of this")]
            yield error("replacement-moves-more", message, instead.operation.span, related=related, help=help)
