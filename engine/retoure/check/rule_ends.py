"""Does every rule do something, and nothing after it has ended?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts


def rule_ends(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        endings = [index for index, step in enumerate(rule.steps) if isinstance(step, n.EndingNode)]
        if not endings and not any(isinstance(step, n.EffectStep) for step in rule.steps):
            help = 'let it `do`, `keep`, `hold`, or `skip "why"`'
            yield error("rule-empty", f"rule `{rule.name}` does nothing", rule.name.span, help=help)
        for step in rule.steps[endings[0] + 1 :] if endings else ():
            ending = rule.steps[endings[0]]
            message = "the rule has ended before this step"
            assert isinstance(ending, n.EndingNode)
            yield error(
                "step-after-ending", message, step.span, "never reached", help=f"move it above `{ending.ending}`"
            )
            break
