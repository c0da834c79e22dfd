"""Does every rule do something, and nothing after it has ended?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from .facts import Facts


def rule_ends(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        ending = next((step for step in rule.steps if isinstance(step, n.EndingNode)), None)
        if ending is not None:
            yield from _after(rule, ending)
        elif not any(isinstance(step, n.EffectStep) for step in rule.steps):
            help = 'let it `do`, `keep`, `hold`, or `skip "why"`'
            yield error("rule-empty", f"rule `{rule.name}` does nothing", rule.name.span, help=help)


def _after(rule: n.RuleNode, ending: n.EndingNode) -> Iterator[Finding]:
    for step in rule.steps[rule.steps.index(ending) + 1 :][:1]:
        message, help = f"rule `{rule.name}` has ended before this step", f"move it above `{ending.ending}`"
        yield error("step-after-ending", message, step.span, "never reached", help=help)
