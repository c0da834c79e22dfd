"""Do two effects add the same goods to stock?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts


def stock_once(facts: Facts) -> Iterator[Finding]:
    adding = [(rule, step) for rule, step in facts.effects if facts.moves(step.operation, "stock")]
    for (earlier, first), (rule, second) in combinations(adding, 2):
        if _overlap(earlier, rule) or "do" in (first.verb, second.verb):
            message = f"rules `{earlier.name}` and `{rule.name}` both add to stock"
            if earlier is rule:
                message = f"rule `{rule.name}` adds to stock twice"
            related = [Label(first.operation.span, "added here")]
            notes = [*_why(facts, first), *_why(facts, second)]
            help = "let one rule book all returned goods"
            at = second.operation.span
            yield error("stock-twice", message, at, "and here", related=related, notes=notes, help=help)


def _why(facts: Facts, step: n.EffectStep) -> list[str]:
    """The tenant's facts that make an operation add to stock."""
    operation, system = facts.operation(step.operation), step.operation.names[0]
    facts_on = [side.when for side in operation.side_effects if side.name == "stock" and side.when] if operation else []
    return [f"`{step.operation}` adds to stock while {system}.{name} is ON" for name in facts_on]


def _overlap(one: n.RuleNode, other: n.RuleNode) -> bool:
    """Whether both can hold for one return: a common stage, or one of them holds for ever once it was reached.

    What is sent by `do` stays in any case.
    """
    if one.trigger is None or other.trigger is None:
        return False
    stages = [{stage.text for stage in trigger.stages} for trigger in (one.trigger, other.trigger)]
    return "reached" in (one.trigger.event, other.trigger.event) or bool(stages[0] & stages[1])
