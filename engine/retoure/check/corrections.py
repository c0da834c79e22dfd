"""When something that cannot be taken back was sent, does the mapping say what a later correction does?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..types.manifest import Kind
from .facts import Facts

GRAVE = {"refund": "money", "order": "goods", "stock": "stock"}


def corrections(facts: Facts) -> Iterator[Finding]:
    for _, step in facts.effects:
        moved = [words for name, words in GRAVE.items() if facts.causes(step.operation, name)]
        if step.verb == "do" and step.on_change is None and moved:
            message = f"`do {step.operation}` does not say what a correction does"
            label = f"moves {' and '.join(moved)}, and cannot be taken back"
            help = 'add `on change hold "…" for TEAM`'
            yield error("no-correction", message, step.operation.span, label, help=help)


def undo_known(facts: Facts) -> Iterator[Finding]:
    for _, step in facts.effects:
        operation = facts.operation(step.operation)
        if operation is None or operation.kind is Kind.READ or operation.undo:
            continue
        if step.verb == "keep" and step.undo is None:
            message = f"nothing says how `keep {step.operation}` is taken back when it is no longer wanted"
            help = "add `undo with MAP(…)`, or use `do … once per …`"
            yield error("no-undo", message, step.operation.span, "has no opposite of its own", help=help)
