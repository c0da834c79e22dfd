"""Do two effects share a ledger key, so that one would be taken for the other?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts


def ledger_keys(facts: Facts) -> Iterator[Finding]:
    first: dict[tuple[str, ...], n.EffectStep] = {}
    for rule in facts.rules.values():
        for step in rule.steps:
            if not isinstance(step, n.EffectStep) or not step.key:
                continue
            shape = (str(step.operation), *(str(path) for path in step.key))
            earlier = first.setdefault(shape, step)
            if earlier is not step:
                message = f"two effects send `{step.operation}` under the same key"
                related = (Label(earlier.operation.span, "the other one"),)
                help = "put both into one rule, with one map that covers both cases"
                yield Finding(
                    "key-shared", message, Label(step.operation.span, "once per the same key"), related, help=help
                )
