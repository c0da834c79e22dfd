"""When something that cannot be taken back was sent, does the mapping say what a later correction does?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts

GRAVE = ("refund", "order", "stock")


def corrections(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for step in rule.steps:
            if isinstance(step, n.EffectStep) and step.verb == "do" and step.on_change is None:
                moved = [name for name in GRAVE if facts.causes(step.operation, name)]
                if moved:
                    at = Label(step.operation.span, f"moves {' and '.join(moved)}, and cannot be taken back")
                    help = 'add `on change hold "…" for TEAM`'
                    message = f"`do {step.operation}` does not say what a correction does"
                    yield Finding("no-correction", message, at, help=help)


def undo_known(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for step in rule.steps:
            operation = facts.operation(step.operation) if isinstance(step, n.EffectStep) else None
            if (
                isinstance(step, n.EffectStep)
                and step.verb == "keep"
                and operation
                and not operation.undo
                and not step.undo
            ):
                message = f"`keep {step.operation}` cannot be taken back by itself"
                help = "add `undo with MAP(…)`, or use `do … once per …`"
                yield Finding("no-undo", message, Label(step.operation.span), help=help)
