"""Do two effects share a ledger key, so that one would be taken for the other?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts


def ledger_keys(facts: Facts) -> Iterator[Finding]:
    first: dict[tuple[str, ...], n.EffectStep] = {}
    for _, step in facts.effects:
        if not step.key:
            continue
        earlier = first.setdefault((str(step.operation), *(str(path) for path in step.key)), step)
        if earlier is not step:
            message = f"two effects send `{step.operation}` under the same key"
            related = [Label(earlier.operation.span, "the other one")]
            help = "put both into one rule, with one map that covers both cases"
            yield error("key-shared", message, step.operation.span, "the same key", related=related, help=help)
