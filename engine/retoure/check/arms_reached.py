"""Can every answer of a policy be reached?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts


def arms_reached(facts: Facts) -> Iterator[Finding]:
    for policy in facts.policies.values():
        first: dict[str, n.Name] = {}
        for name in (name for arm in policy.arms for name in arm.classes):
            earlier = first.setdefault(name.text, name)
            if earlier is not name:
                message = f"policy `{policy.name}` answers `{name}` twice"
                related = [Label(earlier.span, "the first one counts")]
                yield error("arm-unreachable", message, name.span, "never reached", related=related)
        for arm in [arm for arm in policy.arms if not arm.classes][1:]:
            message = f"policy `{policy.name}` has two `otherwise`"
            yield error("arm-unreachable", message, arm.span, "never reached", help="keep one of the two")
